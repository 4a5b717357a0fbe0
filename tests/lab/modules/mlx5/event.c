// SPDX-License-Identifier: GPL-2.0
/* Event queues. */
#include <linux/slab.h>

#include "mlx5.h"

/* Writes one entry into an event queue and raises its vector. */
void cx_eqe(struct fpci_fn *f, struct cx_eq *q, u8 type, u8 sub, const void *data, size_t len)
{
	u32 off = (q->pi & (BIT(q->log_sz) - 1)) * sizeof(struct mlx5_eqe);
	struct mlx5_eqe *e;

	if (off / PAGE_SIZE >= q->npas)
		return;
	e = phys_to_virt(q->pas[off / PAGE_SIZE]) + off % PAGE_SIZE;
	memset(e, 0, offsetof(struct mlx5_eqe, signature));
	e->type = type;
	e->sub_type = sub;
	memcpy(&e->data, data, min(len, sizeof(e->data)));
	dma_wmb();	/* the driver takes the entry when the owner bit flips */
	WRITE_ONCE(e->owner, (q->pi >> q->log_sz) & 1);
	q->pi++;
	wmb();		/* the entry before the interrupt */
	fpci_irq(f, q->intr);
}

/* Reports an event to the queues of the function that have subscribed to its type. */
void cx_event(struct fpci_fn *f, u8 type, u8 sub, const void *data, size_t len)
{
	struct cx_eq *q = cx_fn(f)->eq;
	int i;

	for (i = 0; i < CX_EQS; i++)
		if (q[i].valid && q[i].mask & BIT_ULL(type))
			cx_eqe(f, &q[i], type, sub, data, len);
}

bool cx_has_eq_for(struct fpci_fn *f, u8 type)
{
	struct cx_eq *q = cx_fn(f)->eq;
	int i;

	for (i = 0; i < CX_EQS; i++)
		if (q[i].valid && q[i].mask & BIT_ULL(type))
			return true;
	return false;
}

static int create_eq(struct cx_call *c)
{
	const void *eqc = MLX5_ADDR_OF(create_eq_in, c->in, eq_context_entry);
	int npas = max(0, (c->inlen - (int)MLX5_ST_SZ_BYTES(create_eq_in)) / 8), n, i;
	const __be64 *pas = MLX5_ADDR_OF(create_eq_in, c->in, pas);
	struct cx_eq *q = cx_fn(c->f)->eq;

	/* number 0 means no queue */
	for (n = 1; n < CX_EQS && q[n].valid; n++)
		;
	if (n == CX_EQS)
		return MLX5_CMD_STAT_LIM_ERR;
	q += n;
	q->pas = kcalloc(npas, sizeof(u64), GFP_KERNEL);
	if (!q->pas)
		return MLX5_CMD_STAT_INT_ERR;
	for (i = 0; i < npas; i++)
		q->pas[i] = be64_to_cpu(pas[i]);
	q->npas = npas;
	q->log_sz = MLX5_GET(eqc, eqc, log_eq_size);
	q->intr = MLX5_GET(eqc, eqc, intr);
	q->mask = MLX5_GET64(create_eq_in, c->in, event_bitmask[0]);
	q->pi = 0;
	q->valid = true;
	MLX5_SET(create_eq_out, c->out, eq_number, n);
	return 0;
}

static int destroy_eq(struct cx_call *c)
{
	u8 n = MLX5_GET(destroy_eq_in, c->in, eq_number);
	struct cx_eq *q = &cx_fn(c->f)->eq[n % CX_EQS];

	if (n >= CX_EQS || !q->valid)
		return MLX5_CMD_STAT_BAD_RES_ERR;
	kfree(q->pas);
	memset(q, 0, sizeof(*q));
	return 0;
}

const struct cx_handler cx_event_handlers[] = {
	{ MLX5_CMD_OP_CREATE_EQ, create_eq },
	{ MLX5_CMD_OP_DESTROY_EQ, destroy_eq },
	{}
};
