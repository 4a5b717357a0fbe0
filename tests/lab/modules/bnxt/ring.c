// SPDX-License-Identifier: GPL-2.0
/* Rings: completions, events, and the packets that the driver sends. */
#include "firmware.h"

/* bits of the first doubleword of a TX buffer descriptor */
#define BD_END		BIT(6)
#define BD_NO_CMPL	BIT(7)
#define BD_COUNT(d)	((d) >> 8 & 0x1f ?: 32)

struct ring *get_ring(struct fpci_fn *f, u16 id)
{
	return id < RINGS && fb(f)->ring[id].used ? &fb(f)->ring[id] : NULL;
}

static __le32 *ring_slot(struct ring *r, u32 i)
{
	u32 off = (i & (r->len - 1)) * 16;
	__le64 *tbl;
	u8 *p;

	if (!r->table) {
		p = bus_to_mem(r->addr);
		return p ? (void *)(p + off) : NULL;
	}
	tbl = bus_to_mem(r->addr);
	/* (the low bits of page table entries are flags) */
	p = tbl ? bus_to_mem(le64_to_cpu(tbl[off / 4096]) & ~0xfffull) : NULL;
	return p ? (void *)(p + off % 4096) : NULL;
}

/* Puts an entry into a completion ring; d2's lowest bit, the valid bit, is set here. */
void post(struct ring *r, u32 d0, u32 d1, u32 d2, u32 d3)
{
	__le32 *e = ring_slot(r, r->prod);

	if (!e)
		return;
	e[0] = cpu_to_le32(d0);
	e[1] = cpu_to_le32(d1);
	e[3] = cpu_to_le32(d3);
	dma_wmb();
	WRITE_ONCE(e[2], cpu_to_le32((d2 & ~1u) | !(r->prod & r->len)));
	r->prod++;
	wmb();		/* the entry is there before the interrupt */
}

/* Wakes the driver after post(): BCM575xx's CQs go through a notification queue. */
void notify(struct fpci_fn *f, struct ring *r)
{
	if (p5(f) && r->type == RING_ALLOC_REQ_RING_TYPE_L2_CMPL) {
		struct ring *nq = get_ring(f, r->nq);

		if (!nq)
			return;
		post(nq, 0x30, r->handle, 0, 0);
		r = nq;
	}
	fpci_irq(f, r->vector);
}

void async_event(struct fpci_fn *f, u16 id, u32 data1, u32 data2)
{
	struct ring *r = get_ring(f, fb(f)->async_cr);

	if (!r)
		return;
	post(r, 0x2e | id << 16, data2, 0, data1);
	notify(f, r);
}

u16 ring_alloc(struct fpci_fn *f, struct hwrm_ring_alloc_input *q,
		      struct hwrm_ring_alloc_output *o)
{
	struct ring *r;
	int i;

	for (i = 0; i < RINGS && fb(f)->ring[i].used; i++)
		;
	if (i == RINGS)
		return HWRM_ERR_CODE_RESOURCE_ALLOC_ERROR;
	r = &fb(f)->ring[i];
	memset(r, 0, sizeof(*r));
	r->type = q->ring_type;
	r->table = q->page_tbl_depth;
	r->addr = le64_to_cpu(q->page_tbl_addr);
	r->len = le32_to_cpu(q->length);
	r->vector = le16_to_cpu(q->logical_id);
	r->cmpl = le16_to_cpu(q->cmpl_ring_id);
	r->nq = le16_to_cpu(q->nq_ring_id);
	r->handle = le64_to_cpu(q->cq_handle);
	if (!is_power_of_2(r->len) || !bus_to_mem(r->addr))
		return HWRM_ERR_CODE_INVALID_PARAMS;
	r->used = true;
	o->ring_id = cpu_to_le16(i);
	o->logical_ring_id = q->logical_id;
	return 0;
}

int ring_free(struct fpci_fn *f, const struct hwrm_ring_free_input *q)
{
	struct ring *r = get_ring(f, le16_to_cpu(q->ring_id));

	if (!r)
		return HWRM_ERR_CODE_INVALID_PARAMS;
	r->used = false;
	return 0;
}

static u32 tx_end(struct ring *r)
{
	u32 i = r->cons, n;
	__le32 *bd;

	while (i - r->cons < r->len) {
		bd = ring_slot(r, i);
		if (!bd || !READ_ONCE(bd[0]))
			break;
		n = BD_COUNT(le32_to_cpu(bd[0]));
		bd = ring_slot(r, i + (n > 2 ? n - 1 : 0));
		if (!bd || !(le32_to_cpu(READ_ONCE(bd[0])) & BD_END))
			break;
		i += n;
	}
	return i;
}

/*
 * Takes the packets of a TX ring and drops them. Doorbells are plain memory here, and rings with
 * equal numbers share a doorbell, so writes can be lost. Therefore look at the descriptors, and
 * take those that were complete at the last poll (the doorbell was rung since).
 */
void tx_scan(struct fpci_fn *f, struct ring *r)
{
	struct ring *cq = get_ring(f, r->cmpl);
	u32 n, d0, opaque;
	bool any = false;
	__le32 *bd;

	while ((s32)(r->mark - r->cons) > 0) {
		bd = ring_slot(r, r->cons);
		d0 = le32_to_cpu(bd[0]);
		opaque = le32_to_cpu(bd[1]);
		for (n = BD_COUNT(d0); n; n--) {
			bd = ring_slot(r, r->cons++);
			bd[0] = 0;
		}
		fb(f)->tx_pkts++;
		if (d0 & BD_NO_CMPL || !cq)
			continue;
		post(cq, 0, opaque, 0, 0);
		any = true;
	}
	r->mark = tx_end(r);
	if (any)
		notify(f, cq);
}
