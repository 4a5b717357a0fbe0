// SPDX-License-Identifier: GPL-2.0
/* Rings and configuration of vNICs. */
#include "firmware.h"

/* Sends one message to the driver; false if the driver has provided no buffer. */
bool nfp_msg(struct fpci_fn *f, struct vnic *v, const void *msg, u32 len)
{
	struct ring *r = &v->rx[0];
	struct rxd *d;
	u8 *b;
	u64 a;

	if (!v->on || !r->dma)
		return false;
	d = phys_to_virt(r->dma) + r->rd * sizeof(*d);
	a = le32_to_cpu(READ_ONCE(d->addr_lo_or_flags)) | (u64)le16_to_cpu(d->len_or_addr_hi) << 32;
	if (READ_ONCE(d->meta_len_dd) || !a)
		return false;
	b = phys_to_virt(a);
	put_unaligned_be32(5, b);	/* metadata: the port id of control messages */
	put_unaligned_be32(~0u, b + 4);
	memcpy(b + 8, msg, len);
	d->len_or_addr_hi = cpu_to_le16(len + 8);
	d->addr_lo_or_flags = 0;
	wmb();
	WRITE_ONCE(d->meta_len_dd, 0x80 | 8);
	r->rd = (r->rd + 1) % r->cnt;
	return true;
}

static bool nfp_tx(struct fpci_fn *f, struct vnic *v, int i)
{
	struct nfp *n = f->priv;
	struct ring *r = &v->tx[i];
	u8 __iomem *q = v->qc + (v->txq + i * STRIDE) * Q_SIZE;
	u32 *add = (u32 __force *)(q + Q_ADD_WPTR), done = 0;
	struct txd *d, c;
	u64 a;

	if (!r->dma)
		return false;
	if (READ_ONCE(*add))
		r->rung += xchg(add, 0);
	for (;; done++) {
		d = phys_to_virt(r->dma) + r->rd * sizeof(*d);
		if (!READ_ONCE(d->dma_len)) {
			r->rung = 0;
			r->seen = 0;
			break;
		}
		/* of two additions between two polls one is lost: do not wait for ever */
		if (!r->rung) {
			if (!r->seen)
				r->seen = ktime_get_ns();
			if (ktime_get_ns() - r->seen < 2 * NSEC_PER_MSEC)
				break;
		} else {
			r->rung--;
		}
		rmb();
		c = *d;
		memset(d, 0, sizeof(*d));
		r->seen = 0;
		r->rd = (r->rd + 1) % r->cnt;
		a = le32_to_cpu(c.addr_lo) | (u64)c.addr_hi << 32;
		if (v->is_ctrl && le16_to_cpu(c.dma_len) > 8)
			nfp_flower(f, phys_to_virt(a) + 8, le16_to_cpu(c.dma_len) - 8);
		else
			n->dropped++;
	}
	if (!done)
		return false;
	wmb();
	writel(r->rd, q + Q_STS_LO);
	fpci_irq(f, r->vec);
	return true;
}

static void nfp_rings(struct vnic *v, bool on)
{
	u64 tx = readq(v->ctrl + C_TXRS), rx = readq(v->ctrl + C_RXRS);
	int i;

	if (on == v->on)
		return;
	v->on = on;
	for (i = 0; i < MAX_RINGS; i++) {
		memset(&v->tx[i], 0, sizeof(v->tx[i]));
		memset(&v->rx[i], 0, sizeof(v->rx[i]));
		writel(0, v->qc + (v->txq + i * STRIDE) * Q_SIZE + Q_STS_LO);
		writel(0, v->qc + (v->txq + i * STRIDE) * Q_SIZE + Q_ADD_WPTR);
		if (on && tx & BIT(i)) {
			v->tx[i].dma = readq(v->ctrl + C_TXR_ADDR(i));
			v->tx[i].cnt = 1 << readb(v->ctrl + C_TXR_SZ(i));
			v->tx[i].vec = readb(v->ctrl + C_TXR_VEC(i));
		}
		if (on && rx & BIT(i)) {
			v->rx[i].dma = readq(v->ctrl + C_RXR_ADDR(i));
			v->rx[i].cnt = 1 << readb(v->ctrl + C_RXR_SZ(i));
			v->rx[i].vec = readb(v->ctrl + C_RXR_VEC(i));
		}
	}
}

/* Applies a change of the vNIC's configuration that the driver asks for. */
static bool reconfigure(struct fpci_fn *f, struct vnic *v)
{
	u32 upd = readl(v->ctrl + C_UPDATE), extra = 0;
	int st;

	if (!upd || upd & UPDATE_ERR)
		return false;
	if (v->ignored) {
		if (time_before(jiffies, v->ignored))
			return false;
		v->ignored = 0;
	}
	st = fpci_command(f, OP_RECONFIG, &extra);
	fpci_done(f, OP_RECONFIG, st);
	if (st == FPCI_NO_ANSWER) {
		/* longer than the driver waits; an update after that is a new one */
		v->ignored = (jiffies + 11 * HZ / 2) | 1;
		return true;
	}
	if (!st)
		nfp_rings(v, readl(v->ctrl + C_CTRL) & CTRL_ENABLE);
	/* link, 25G */
	writew(v->is_ctrl || fpci_get(f->pf, FPCI_LINK) ? 1 | 4 << 1 : 0, v->ctrl + C_STS);
	wmb();
	writel(st ? upd | UPDATE_ERR : 0, v->ctrl + C_UPDATE);
	return true;
}

bool nfp_vnic(struct fpci_fn *f, struct vnic *v)
{
	bool work = reconfigure(f, v);
	int i;

	for (i = 0; v->on && i < MAX_RINGS; i++)
		work |= nfp_tx(f, v, i);
	return work;
}
