// SPDX-License-Identifier: GPL-2.0
/* Instruction queues, from the driver, and output queue 0, to it. */
#include "firmware.h"

/* Puts one message for the driver into its output queue 0; false if the queue is not ready. */
static bool lio_msg(struct fpci_fn *f, u32 q, union octeon_rh rh, const void *data, u32 len)
{
	struct lio *l = f->priv;
	struct lio_oq *o = &l->oq;
	u64 *desc;

	if (!o->on || o->busy || (u32)rq(f, CN23XX_SLI_OQ_PKTS_SENT(q)))
		return false;
	/*
	 * The interrupt makes NAPI poll the instruction ring too. NAPI then acknowledges the
	 * instructions done with a single write, which in RAM looks like the counter's own value. So
	 * send only when nothing is left to acknowledge. (lio_count() adds nothing meanwhile.)
	 */
	if (l->iq[q].done || (u32)rq(f, CN23XX_SLI_IQ_INSTR_COUNT64(q)))
		return false;
	desc = phys_to_virt(o->base) + o->idx * 16;
	if (!desc[0])
		return false;
	o->buf = phys_to_virt(desc[0]);
	o->len = cpu_to_be64(len + sizeof(rh));
	memcpy(o->buf + 2, data, len);
	o->buf[1] = cpu_to_be64(rh.u64);
	o->buf[0] = o->len;
	o->idx = (o->idx + 1) % o->size;
	o->busy = true;
	o->since = jiffies;
	wmb();
	writeq(CN23XX_INTR_PO_INT | 1, f->bar[0] + CN23XX_SLI_OQ_PKTS_SENT(q));
	fpci_irq(f, q);
	return true;
}

/*
 * Notices that the driver has read the message. The driver also zeroes the packet counter for
 * other reasons, so only the length word in the buffer is reliable.
 */
static void lio_msg_done(struct fpci_fn *f, u32 q)
{
	struct lio_oq *o = &((struct lio *)f->priv)->oq;

	if (!o->busy)
		return;
	if (!(u32)rq(f, CN23XX_SLI_OQ_PKTS_SENT(q)) && READ_ONCE(o->buf[0]) != o->len) {
		o->busy = false;
		return;
	}
	if (time_before(jiffies, o->since + HZ / 20))
		return;
	o->since = jiffies;
	writeq(CN23XX_INTR_PO_INT | 1, f->bar[0] + CN23XX_SLI_OQ_PKTS_SENT(q));
	fpci_irq(f, q);
}

/*
 * Adds the instructions done to the ring's counter. The driver acknowledges by writing a number
 * to subtract and then 0 with the RESEND bit, so RAM holds the expected rest (0), unless something
 * was added meanwhile. The driver polls a ring one jiffy after the last doorbell at the earliest,
 * so add within this time: not at once, because the driver can still be busy with an older
 * doorbell, and not later.
 */
static void lio_count(struct fpci_fn *f, u32 q, struct lio_iq *i)
{
	u64 *reg = (u64 __force *)(f->bar[0] + CN23XX_SLI_IQ_INSTR_COUNT64(q));
	u64 v, n;

	if (!i->done || ktime_get_ns() - i->last < 700 * NSEC_PER_USEC ||
	    ((struct lio *)f->priv)->oq.busy)
		return;
	do {
		v = READ_ONCE(*reg);
		n = (v & ~(CN23XX_INTR_RESEND | 0xffffffffULL)) | (u32)(v + i->done);
	} while (cmpxchg64(reg, v, n) != v);
	i->done = 0;
}

bool lio_iq_poll(struct fpci_fn *f, u32 q)
{
	struct lio *l = f->priv;
	struct lio_iq *i = &l->iq[q];
	u64 ctl = rq(f, CN23XX_SLI_IQ_PKT_CONTROL64(q)), now;
	u32 *db = (u32 __force *)(f->bar[0] + CN23XX_SLI_IQ_DOORBELL(q));
	u32 *credit = (u32 __force *)(f->bar[0] + CN23XX_SLI_OQ_PKTS_CREDIT(q));
	struct lio_instr *c, copy;
	u32 n = READ_ONCE(*db) ? xchg(db, 0) : 0;
	bool work = false;

	if (READ_ONCE(*credit) == ~0u)
		WRITE_ONCE(*credit, 0);
	/* a ring in reset is quiet at once; otherwise the driver would spin up to 2^32 times */
	if (ctl & CN23XX_PKT_INPUT_CTL_RST && !(ctl & CN23XX_PKT_INPUT_CTL_QUIET))
		cmpxchg64((u64 __force *)(f->bar[0] + CN23XX_SLI_IQ_PKT_CONTROL64(q)), ctl,
			  ctl | CN23XX_PKT_INPUT_CTL_QUIET);
	if (n == ~0u || !(ctl & CN23XX_PKT_INPUT_CTL_RING_ENB) || ctl & CN23XX_PKT_INPUT_CTL_RST) {
		memset(i, 0, sizeof(*i));
		return false;
	}
	if (!i->on) {
		i->base = rq(f, CN23XX_SLI_IQ_BASE_ADDR64(q));
		i->size = rq(f, CN23XX_SLI_IQ_SIZE(q));
		if (!i->base || !i->size)
			return false;
		i->on = true;
	}
	now = ktime_get_ns();
	i->rung += n;
	if (n)
		i->last = now;
	for (;;) {
		c = phys_to_virt(i->base) + i->rd * sizeof(*c);
		if (!READ_ONCE(*(u64 *)&c->irh)) {
			i->rung = 0;
			i->seen = 0;
			break;
		}
		/* of two doorbells between two polls one is lost: do not wait for ever */
		if (!i->rung) {
			if (!i->seen)
				i->seen = now;
			if (now - i->seen < 2 * NSEC_PER_MSEC)
				break;
		} else {
			i->rung--;
		}
		rmb();
		copy = *c;
		memset(c, 0, sizeof(*c));
		i->rd = (i->rd + 1) % i->size;
		i->seen = 0;
		i->done++;
		lio_exec(f, &copy);
		work = true;
	}
	lio_count(f, q, i);
	return work || i->done;
}

bool lio_oq_poll(struct fpci_fn *f, u32 q)
{
	struct lio *l = f->priv;
	struct lio_oq *o = &l->oq;
	struct octeon_core_setup cs = { .corefreq = 1500000000, .board_rev_major = 1 };
	union octeon_rh rh = {};
	__be64 ls;

	if (!(rq(f, CN23XX_SLI_OQ_PKT_CONTROL(q)) & CN23XX_PKT_OUTPUT_CTL_RING_ENB) ||
	    rq(f, CN23XX_SLI_IQ_PKT_CONTROL64(q)) & CN23XX_PKT_INPUT_CTL_RST) {
		memset(o, 0, sizeof(*o));
		l->core_sent = false;
		l->rx_on = false;
		return false;
	}
	if (!o->on) {
		o->base = rq(f, CN23XX_SLI_OQ_BASE_ADDR64(q));
		o->size = rq(f, CN23XX_SLI_OQ_SIZE(q));
		if (!o->base || !o->size)
			return false;
		/* the driver loses a message that arrives before its own setup is complete */
		o->core_at = jiffies + HZ / 2;
		o->on = true;
	}
	lio_msg_done(f, q);
	rh.r.opcode = OPCODE_NIC;
	if (!l->core_sent) {
		if (time_before(jiffies, o->core_at))
			return false;
		rh.r_core_drv_init.subcode = OPCODE_NIC_CORE_DRV_ACTIVE;
		rh.r_core_drv_init.num_gmx_ports = f->pf->card->ports;
		rh.r_core_drv_init.max_nic_ports = f->pf->card->ports;
		rh.r_core_drv_init.app_cap_flags = LIQUIDIO_SPOOFCHK_CAP |
						   (fpci_get(f->pf, KEY_SWITCHDEV) ? LIQUIDIO_SWITCHDEV_CAP : 0);
		rh.r_core_drv_init.app_mode = CVM_DRV_NIC_APP;
		rh.r_core_drv_init.pkind = 40 + f->pf->port;
		*(__be64 *)&cs.corefreq = cpu_to_be64(cs.corefreq);
		*(__be64 *)&cs.board_rev_major = cpu_to_be64(cs.board_rev_major);
		strscpy(cs.boardname, "CN2350-210SVN", sizeof(cs.boardname));
		snprintf(cs.board_serial_number, sizeof(cs.board_serial_number), "FAKE%04d",
			 f->pf->card->index);
		l->core_sent = lio_msg(f, q, rh, &cs, sizeof(cs));
		return l->core_sent;
	}
	if (l->rx_on && (!l->link_sent || l->link_shown != fpci_get(f->pf, FPCI_LINK))) {
		rh.r_nic_info.subcode = OPCODE_NIC_INFO;
		rh.r_nic_info.gmxport = f->pf->port;
		l->link_shown = fpci_get(f->pf, FPCI_LINK);
		ls = cpu_to_be64(lio_link(l->link_shown));
		l->link_sent = lio_msg(f, q, rh, &ls, sizeof(ls));
		return l->link_sent;
	}
	return false;
}
