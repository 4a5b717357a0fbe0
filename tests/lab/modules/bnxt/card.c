// SPDX-License-Identifier: GPL-2.0
/* The cards: PFs 14e4:16d7 (BCM57414) or 14e4:1750 (BCM57508), and how commands arrive. */
#include "firmware.h"

/* register offsets in BAR 0 */
#define REG_REQ		0		/* the request, up to REQ_WIN bytes */
#define REG_RING	0x100		/* a write makes the firmware look */

static void scan_tx_rings(struct fpci_fn *f)
{
	int i;

	if (time_before(jiffies, fb(f)->tx_scan))
		return;
	fb(f)->tx_scan = jiffies + 1;
	for (i = 0; i < RINGS; i++)
		if (fb(f)->ring[i].used && fb(f)->ring[i].type == RING_ALLOC_REQ_RING_TYPE_TX)
			tx_scan(f, &fb(f)->ring[i]);
}

/* Reads the request behind a rung doorbell; returns its length, or 0. */
static int request(struct fpci_fn *f, u8 __iomem *bar)
{
	u8 *req = fb(f)->req;
	struct hwrm_short_input *s = (void *)req;
	int len;
	void *p;

	memset(req, 0, REQ_MAX);
	memcpy_fromio(req, bar + REG_REQ, REQ_WIN);
	if (le16_to_cpu(s->signature) != SHORT_REQ_SIGNATURE_SHORT_CMD)
		return REQ_WIN;
	/* a descriptor of a request in memory */
	len = min_t(int, le16_to_cpu(s->size), REQ_MAX);
	p = bus_to_mem(le64_to_cpu(s->req_addr));
	if (!p)
		return 0;
	memset(req, 0, REQ_MAX);
	memcpy(req, p, len);
	return len;
}

static bool fb_poll(struct fpci_fn *f)
{
	u8 __iomem *bar = READ_ONCE(f->bar[0]);
	struct input *q = (void *)fb(f)->req;
	u16 outlen = 16, st, op;
	u32 extra = 0;
	int len;

	if (!bar)
		return false;
	scan_tx_rings(f);
	if (!readl(bar + REG_RING))
		return false;
	writel(0, bar + REG_RING);
	len = request(f, bar);
	if (!len)
		return true;
	op = le16_to_cpu(q->req_type);
	st = fpci_command(f, op, &extra);
	/* The driver frees the memory of a ring, whatever the answer is. */
	if (st && op == HWRM_RING_FREE)
		ring_free(f, (void *)q);
	if (st == FPCI_NO_ANSWER) {
		fpci_done(f, op, st);
		return true;
	}
	memset(fb(f)->out, 0, RESP_MAX);
	if (!st)
		st = exec(f, q, len, fb(f)->out, &outlen, false);
	fpci_done(f, op, st == PENDING ? 0 : st);
	if (st != PENDING)
		respond(f, q, st, fb(f)->out, outlen);
	return true;
}

static void fb_regs(struct fpci_fn *f)
{
	memset_io(f->bar[0], 0, 0x4000);
}

static void fb_tick(struct fpci_fn *f)
{
	bool link = fpci_get(f->pf, FPCI_LINK);

	if (fb(f)->link == link)
		return;
	fb(f)->link = link;
	async_event(f, ASYNC_EVENT_CMPL_EVENT_ID_LINK_STATUS_CHANGE, link | f->pf->port << 4, 0);
}

static void fb_state(struct seq_file *m, struct fpci_fn *f)
{
	struct fb *b = fb(f);

	seq_printf(m, "fid 0x%x vf %d mac %pM vlan %u flags 0x%x bw %u-%u driver %d rings tx %u rx %u cp %u tx_pkts %llu",
		   fid(f), f->vf, b->mac, b->vlan, b->flags, b->min_bw, b->max_bw, b->drv,
		   b->alloc[R_TX], b->alloc[R_RX], b->alloc[R_CMPL], b->tx_pkts);
	if (f->vf < 0)
		seq_printf(m, " vfr %*pbl flows %u", FPCI_MAX_VFS, b->vfr, b->flows);
	seq_putc(m, '\n');
}

/* Only the driver knows the mode: without representors the firmware cannot tell it. */
static void fb_truth(struct seq_file *m, struct fpci_pf *p)
{
	struct fb *b = fb(&p->fn);
	int v;

	fpci_truth(m, bitmap_empty(b->vfr, FPCI_MAX_VFS) ? NULL : "uplink", 0, -1, -1, -1, false,
		   NULL);
	for (v = 0; v < fpci_active_vfs(p); v++)
		if (test_bit(v, b->vfr))
			fpci_truth(m, "vf_rep", 0, p->port, v, -1, false, p->vf[v]);
		else
			fpci_truth(m, "vf", 0, -1, v, -1, false, p->vf[v]);
}

static bool fb_periodic(u16 op)
{
	return op == HWRM_PORT_QSTATS || op == HWRM_PORT_QSTATS_EXT || op == HWRM_FUNC_QSTATS ||
	       op == HWRM_CFA_FLOW_STATS || op == HWRM_TEMP_MONITOR_QUERY;
}

static u64 fb_serial(struct fpci_card *c)
{
	return 0x000af7fffefa0000ull | c->index << 8;
}

static void fb_card(struct fpci_card *c)
{
	bool p5 = c->key[KEY_CHIP] == 0x1750;

	c->shape.device = c->key[KEY_CHIP];
	c->shape.vf_device = p5 ? 0x1806 : 0x16dc;
	c->shape.subdevice = p5 ? 0x2100 : 0x4141;
}

static const struct fpci_key keys[] = {
	[KEY_CHIP - FPCI_OWN_KEY] = { "chip", 0x16d7, 0x1750, 0x16d7 },
	[KEY_SPEC - FPCI_OWN_KEY] = { "spec", 0x10000, 0xffffff, 0x10a02 },
	[KEY_FORWARD - FPCI_OWN_KEY] = { "forward", 0, 1, 1, true },
	[KEY_STRATEGY - FPCI_OWN_KEY] = { "strategy", 0, 2, 0 },
	[KEY_TIMEOUT - FPCI_OWN_KEY] = { "timeout", 10, 60000, 2000 },
};

static const struct fpci_type bnxt_card = {
	.name = "fakebnxt",
	.vendor = PCI_VENDOR_ID_BROADCOM,
	.class_rev = 0x02000001,
	.shape = {
		.bar = { 64 << 10, 128 << 10, 64 << 10 },
		.vf_bar = { 16 << 10, 64 << 10, 16 << 10 },
		.msix_bar = 4,
		.msix_off = 0,
		.pba_off = 0x2000,
		.msix = 64,
		.vf_msix = 12,
		.vf_offset = 16,
		.speed = 3,
		.width = 8,
	},
	.keys = keys,
	.nkeys = ARRAY_SIZE(keys),
	.link = true,
	.priv = sizeof(struct fb),
	.serial = fb_serial,
	.vpd_name = "Simulated NetXtreme-E",
	.vpd_pn = "BCM957-FAKE",
	.card = fb_card,
	.regs = fb_regs,
	.reset = func_reset,
	.poll = fb_poll,
	.tick = fb_tick,
	.state = fb_state,
	.truth = fb_truth,
	.periodic = fb_periodic,
};

fpci_card_module(bnxt_card);
MODULE_DESCRIPTION("Simulated Broadcom NetXtreme-E cards for tests of bnxt_en without hardware");
MODULE_LICENSE("GPL");
