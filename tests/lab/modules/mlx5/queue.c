// SPDX-License-Identifier: GPL-2.0
/* Completion and send queues: drops packets, and completes their work requests. */
#include <linux/mlx5/cq.h>
#include <linux/mlx5/qp.h>
#include <linux/slab.h>

#include "mlx5.h"

struct cx_cq {
	u32 cqn, eqn, pi;
	u8 log_sz, log_cqe, pg_shift;
	int npas;
	u64 pas[];
};

struct cx_sq {
	u32 sqn, cqn;
	u8 log_sz, log_stride, pg_shift;
	bool ready;
	u16 cc;				/* next work queue block to complete */
	u64 dbr;			/* physical address of the doorbell record */
	int npas;
	u64 pas[];
};

static void *at(const u64 *pas, int npas, u8 pg_shift, u64 off)
{
	u64 n = off >> pg_shift;

	return n < npas ? phys_to_virt(pas[n]) + (off & (BIT_ULL(pg_shift) - 1)) : NULL;
}

/* Reports the work requests up to block "last" as done. */
static void complete_to(struct fpci_fn *f, struct cx_sq *s, u16 last)
{
	struct cx_cq *q = xa_load(&cx_fn(f)->cqs, s->cqn);
	struct mlx5_eqe_comp ev = {};
	struct mlx5_cqe64 *c;
	void *p;

	if (!q)
		return;
	p = at(q->pas, q->npas, q->pg_shift, (u64)(q->pi & (BIT(q->log_sz) - 1)) << q->log_cqe);
	if (!p)
		return;
	c = q->log_cqe == 7 ? p + 64 : p;
	memset(c, 0, offsetof(struct mlx5_cqe64, op_own));
	c->timestamp_h = cpu_to_be32(ktime_get_ns() >> 32);
	c->timestamp_l = cpu_to_be32(ktime_get_ns());
	c->sop_drop_qpn = cpu_to_be32(s->sqn);
	c->wqe_counter = cpu_to_be16(last);
	dma_wmb();	/* the driver takes the entry when the owner bit flips */
	WRITE_ONCE(c->op_own, MLX5_CQE_REQ << 4 | ((q->pi >> q->log_sz) & 1));
	q->pi++;
	if (q->eqn < CX_EQS && cx_fn(f)->eq[q->eqn].valid) {
		ev.cqn = cpu_to_be32(q->cqn);
		cx_eqe(f, &cx_fn(f)->eq[q->eqn], MLX5_EVENT_TYPE_COMP, 0, &ev, sizeof(ev));
	}
}

static bool transmit(struct fpci_fn *f, struct cx_sq *s)
{
	u16 pc, last;

	if (!s->ready || !s->dbr)
		return false;
	pc = be32_to_cpu(READ_ONCE(((__be32 *)phys_to_virt(s->dbr))[MLX5_SND_DBR]));
	if (pc == s->cc || (u16)(pc - s->cc) > BIT(s->log_sz))
		return false;
	dma_rmb();	/* the doorbell record before what it announces */
	do {
		struct mlx5_wqe_ctrl_seg *c =
			at(s->pas, s->npas, s->pg_shift,
			   (u64)(s->cc & (BIT(s->log_sz) - 1)) << s->log_stride);

		if (!c) {
			s->ready = false;
			return false;
		}
		last = s->cc;
		s->cc += max(1u, DIV_ROUND_UP(be32_to_cpu(c->qpn_ds) & 0x3f, 4));
	} while ((s16)(pc - s->cc) > 0);
	complete_to(f, s, last);
	return true;
}

/* Completes sent packets; without this, "ip link set up" waits 20 s for each channel. */
bool cx_queues_poll(struct fpci_fn *f)
{
	bool work = false;
	struct cx_sq *s;
	unsigned long n;

	xa_for_each(&cx_fn(f)->sqs, n, s)
		work |= transmit(f, s);
	return work;
}

void cx_queues_free(struct fpci_fn *f)
{
	unsigned long n;
	void *q;

	xa_for_each(&cx_fn(f)->cqs, n, q)
		kfree(xa_erase(&cx_fn(f)->cqs, n));
	xa_for_each(&cx_fn(f)->sqs, n, q)
		kfree(xa_erase(&cx_fn(f)->sqs, n));
}

static void pages(u64 *to, const __be64 *from, int n)
{
	while (n--)
		to[n] = be64_to_cpu(from[n]) & ~0xfffull;
}

static int keep(struct xarray *xa, u32 n, void *q)
{
	if (!xa_is_err(xa_store(xa, n, q, GFP_KERNEL)))
		return 0;
	kfree(q);
	return MLX5_CMD_STAT_INT_ERR;
}

static int create_cq(struct cx_call *c)
{
	const void *cqc = MLX5_ADDR_OF(create_cq_in, c->in, cq_context);
	int npas = max(0, (c->inlen - (int)MLX5_ST_SZ_BYTES(create_cq_in)) / 8);
	struct cx_cq *q = kzalloc(struct_size(q, pas, npas), GFP_KERNEL);

	if (!q)
		return MLX5_CMD_STAT_INT_ERR;
	q->cqn = ++cx_fn(c->f)->next_cq & 0xffffff;
	q->eqn = MLX5_GET(cqc, cqc, c_eqn_or_apu_element);
	q->log_sz = MLX5_GET(cqc, cqc, log_cq_size);
	q->log_cqe = 6 + (MLX5_GET(cqc, cqc, cqe_sz) & 1);
	q->pg_shift = 12 + MLX5_GET(cqc, cqc, log_page_size);
	q->npas = npas;
	pages(q->pas, MLX5_ADDR_OF(create_cq_in, c->in, pas), npas);
	MLX5_SET(create_cq_out, c->out, cqn, q->cqn);
	return keep(&cx_fn(c->f)->cqs, q->cqn, q);
}

static int destroy_cq(struct cx_call *c)
{
	kfree(xa_erase(&cx_fn(c->f)->cqs, MLX5_GET(destroy_cq_in, c->in, cqn)));
	return 0;
}

static int create_sq(struct cx_call *c)
{
	const void *sqc = MLX5_ADDR_OF(create_sq_in, c->in, ctx);
	const void *wq = MLX5_ADDR_OF(sqc, sqc, wq);
	int npas = max(0, (c->inlen - (int)MLX5_ST_SZ_BYTES(create_sq_in)) / 8);
	struct cx_sq *s = kzalloc(struct_size(s, pas, npas), GFP_KERNEL);

	if (!s)
		return MLX5_CMD_STAT_INT_ERR;
	s->sqn = ++cx_fn(c->f)->next_id & 0xffffff;
	s->cqn = MLX5_GET(sqc, sqc, cqn);
	s->log_sz = MLX5_GET(wq, wq, log_wq_sz);
	s->log_stride = MLX5_GET(wq, wq, log_wq_stride);
	s->pg_shift = 12 + MLX5_GET(wq, wq, log_wq_pg_sz);
	s->dbr = MLX5_GET64(wq, wq, dbr_addr);
	s->npas = npas;
	pages(s->pas, MLX5_ADDR_OF(wq, wq, pas), npas);
	MLX5_SET(create_sq_out, c->out, sqn, s->sqn);
	return keep(&cx_fn(c->f)->sqs, s->sqn, s);
}

static int modify_sq(struct cx_call *c)
{
	struct cx_sq *s = xa_load(&cx_fn(c->f)->sqs, MLX5_GET(modify_sq_in, c->in, sqn));
	int state = MLX5_GET(modify_sq_in, c->in, ctx.state);

	if (!s)
		return MLX5_CMD_STAT_BAD_RES_ERR;
	s->ready = state == MLX5_SQC_STATE_RDY;
	if (state == MLX5_SQC_STATE_RST)
		s->cc = 0;
	return 0;
}

static int destroy_sq(struct cx_call *c)
{
	kfree(xa_erase(&cx_fn(c->f)->sqs, MLX5_GET(destroy_sq_in, c->in, sqn)));
	return 0;
}

const struct cx_handler cx_queue_handlers[] = {
	{ MLX5_CMD_OP_CREATE_CQ, create_cq },
	{ MLX5_CMD_OP_DESTROY_CQ, destroy_cq },
	{ MLX5_CMD_OP_CREATE_SQ, create_sq },
	{ MLX5_CMD_OP_MODIFY_SQ, modify_sq },
	{ MLX5_CMD_OP_DESTROY_SQ, destroy_sq },
	{}
};
