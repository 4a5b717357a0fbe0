// SPDX-License-Identifier: GPL-2.0
/* The initialization segment and the command queue: takes and answers commands. */
#include <linux/delay.h>
#include <linux/jiffies.h>

#include "mlx5.h"

#define SPARE 4096	/* zeros after the input, for handlers that read beyond its end */

static const struct cx_handler *const families[] = {
	cx_hca_handlers, cx_event_handlers, cx_queue_handlers, cx_caps_handlers,
	cx_vport_handlers, cx_port_handlers, cx_flow_handlers, cx_rate_handlers,
	cx_sf_handlers, cx_dpu_handlers,
};

/* The registers at power-on. The caller holds f->lock. */
void cx_iseg_init(struct fpci_fn *f)
{
	struct mlx5_init_seg __iomem *s = (void __iomem *)f->bar[0];
	u32 timeout = fpci_get(f->pf, CX_TIMEOUT);
	struct cx_fn *x = cx_fn(f);

	memset_io(s, 0, 0x2100);
	iowrite32be(FW_MIN << 16 | FW_MAJ, &s->fw_rev);
	iowrite32be(5 << 16 | FW_SUB, &s->cmdif_rev_fw_sub);
	iowrite32be(CMD_LOG_SZ << 4 | CMD_LOG_STRIDE, &s->cmdq_addr_l_sz);
	if (cx_dpu(f->pf))
		iowrite32be(BIT(23), &s->initializing);	/* embedded CPU */
	if (timeout) {
		iowrite32be(timeout, &s->cmd_exec_to);	/* milliseconds */
		iowrite32be(2000, &s->cmd_q_init_to);
	}
	x->cmdq = 0;
	x->rung = 0;
	x->ignored = 0;
	memset(x->own_since, 0, sizeof(x->own_since));
}

/* Updates health counter and clock, ten times a second. */
void cx_iseg_tick(struct fpci_fn *f)
{
	struct mlx5_init_seg __iomem *s = (void __iomem *)READ_ONCE(f->bar[0]);
	u64 t = ktime_get_ns();

	if (!s)
		return;
	iowrite32be(jiffies * 10 / HZ, &s->health_counter);
	iowrite8(fpci_get(f->pf, CX_SYND), &s->health.synd);
	iowrite32be(t >> 32, &s->internal_timer_h);
	iowrite32be(t, &s->internal_timer_l);
}

/* Whether the function may read and write memory: a driver that lets go of it takes that away. */
static bool is_master(struct fpci_fn *f)
{
	struct fpci_fn *owner = f->sf < 0 ? f : &f->pf->fn;

	return owner->cfg[PCI_COMMAND] & PCI_COMMAND_MASTER;
}

static int execute(struct cx_call *c)
{
	const struct cx_handler *h;
	u32 id;
	int i;

	for (i = 0; i < ARRAY_SIZE(families); i++)
		for (h = families[i]; h->run; h++)
			if (h->op == c->op)
				return h->run(c);
	/*
	 * One number space for all kinds of objects: the driver keeps some kinds (RMPs and SRQs, RQs
	 * and QPs) in one table. Numbers of counters have 8 bits.
	 */
	if (c->op == MLX5_CMD_OP_ALLOC_Q_COUNTER)
		id = ++cx_fn(c->f)->next_q_counter & 0xff;
	else if (cx_allocates(c->op))
		id = ++cx_fn(c->f)->next_id & 0xffffff;
	else
		return 0;
	((__be32 *)c->out)[2] = cpu_to_be32(id);
	return 0;
}

static void gather(const struct mlx5_cmd_layout *l, void *in, u32 len)
{
	struct mlx5_cmd_prot_block *b;
	u64 next = be64_to_cpu(l->in_ptr);
	u32 off = sizeof(l->in), n;

	memcpy(in, l->in, sizeof(l->in));
	for (; off < len && next; off += n) {
		b = phys_to_virt(next);
		n = min_t(u32, len - off, sizeof(b->data));
		memcpy(in + off, b->data, n);
		next = be64_to_cpu(b->next);
	}
	memset(in + len, 0, SPARE);
}

static void scatter(struct mlx5_cmd_layout *l, const void *out, u32 len)
{
	struct mlx5_cmd_prot_block *b;
	u64 next = be64_to_cpu(l->out_ptr);
	u32 off = sizeof(l->out), n;

	for (; off < len && next; off += n) {
		b = phys_to_virt(next);
		n = min_t(u32, len - off, sizeof(b->data));
		memcpy(b->data, out + off, n);
		next = be64_to_cpu(b->next);
	}
	memcpy(l->out, out, sizeof(l->out));
}

/*
 * Whether a function takes leave of the firmware: its driver frees the command queue next. A PF
 * does the same for others, which have numbers, and a DPU's for the host's PF.
 */
static bool is_farewell(const struct cx_call *c)
{
	if (c->op != MLX5_CMD_OP_DISABLE_HCA)
		return false;
	return c->f->sf >= 0 ||
	       (!MLX5_GET(disable_hca_in, c->in, function_id) &&
		MLX5_GET(disable_hca_in, c->in, embedded_cpu_function) == cx_dpu(c->f->pf));
}

/* Whether the driver frees the memory of a queue after this command, whatever the answer is. */
static bool frees_memory(u16 op)
{
	return op == MLX5_CMD_OP_DESTROY_EQ || op == MLX5_CMD_OP_DESTROY_CQ ||
	       op == MLX5_CMD_OP_DESTROY_SQ;
}

/* Serves one entry of the command queue. */
static void serve_entry(struct fpci_fn *f, int idx)
{
	struct mlx5_cmd_layout *l = phys_to_virt(cx_fn(f)->cmdq) + (idx << CMD_LOG_STRIDE);
	struct cx_pf *p = cx_pf(f);
	struct cx_call c = { .f = f, .in = p->in, .out = p->out };
	struct mlx5_eqe_cmd ev = { .vector = cpu_to_be32(BIT(idx)) };
	u32 synd = 0x10101;
	u8 token = l->token;
	bool by_event;
	int st;

	c.inlen = min_t(u32, be32_to_cpu(l->inlen), CX_BUF - SPARE);
	c.outlen = min_t(u32, be32_to_cpu(l->outlen), CX_BUF - SPARE);
	gather(l, p->in, c.inlen);
	memset(p->out, 0, c.outlen + SPARE);
	c.op = be32_to_cpu(((const __be32 *)c.in)[0]) >> 16;
	c.mod = be32_to_cpu(((const __be32 *)c.in)[1]) & 0xffff;

	/* the driver polls for the command that creates the queue for these events */
	by_event = cx_has_eq_for(f, MLX5_EVENT_TYPE_CMD);
	st = fpci_command(f, c.op, &synd);
	if (st && frees_memory(c.op))
		execute(&c);
	if (st == FPCI_NO_ANSWER) {
		cx_fn(f)->ignored |= BIT(idx);
		cx_fn(f)->ignored_at = fpci_cleared(f);
		cx_fn(f)->token[idx] = token;
		return;
	}
	if (!st)
		st = execute(&c);
	fpci_done(f, c.op, st);
	if (st) {
		memset(p->out, 0, c.outlen);
		((u8 *)p->out)[0] = st;
		((__be32 *)p->out)[1] = cpu_to_be32(synd);
	}
	/* a late answer must not hit a newer command in the same entry */
	if (!is_master(f) || !cx_fn(f)->cmdq || l->token != token)
		return;
	scatter(l, p->out, c.outlen);
	dma_wmb();	/* the answer before the ownership */
	WRITE_ONCE(l->status_own, 0);
	if (by_event)
		cx_event(f, MLX5_EVENT_TYPE_CMD, 0, &ev, sizeof(ev));
	if (!st && is_farewell(&c))
		cx_fn(f)->cmdq = 0;
}

/* Reads the command queue's address and the doorbell; false if there is no queue. */
static bool look_at_registers(struct fpci_fn *f)
{
	struct mlx5_init_seg __iomem *s;
	struct cx_fn *x = cx_fn(f);
	unsigned long flags;
	u32 lo;

	raw_spin_lock_irqsave(&f->lock, flags);
	s = (void __iomem *)f->bar[0];
	if (!s || READ_ONCE(f->need_reset)) {
		raw_spin_unlock_irqrestore(&f->lock, flags);
		return false;
	}
	lo = ioread32be(&s->cmdq_addr_l_sz);
	if ((lo & 0xff) != (CMD_LOG_SZ << 4 | CMD_LOG_STRIDE)) {
		/* an address was written: keep it and show the sizes again */
		x->cmdq = (u64)ioread32be(&s->cmdq_addr_h) << 32 | (lo & ~0xfffu);
		x->rung = 0;
		x->ignored = 0;
		iowrite32be((lo & ~0xffu) | CMD_LOG_SZ << 4 | CMD_LOG_STRIDE, &s->cmdq_addr_l_sz);
	}
	/* (the register is big endian; an atomic exchange loses no ring) */
	if (x->cmdq)
		x->rung |= be32_to_cpu(xchg((__force __be32 *)&s->cmd_dbell, 0));
	raw_spin_unlock_irqrestore(&f->lock, flags);
	return x->cmdq;
}

/*
 * Whether the driver waits for this entry. Of two doorbells between two polls the register keeps
 * one: an entry that the hardware has owned for a while was rung too.
 */
static bool is_due(struct fpci_fn *f, int i)
{
	struct cx_fn *x = cx_fn(f);
	struct mlx5_cmd_layout *l = phys_to_virt(x->cmdq) + (i << CMD_LOG_STRIDE);

	if (!(READ_ONCE(l->status_own) & 1)) {
		x->own_since[i] = 0;
		x->rung &= ~BIT(i);
		x->ignored &= ~BIT(i);
		return false;
	}
	if (x->ignored & BIT(i) && READ_ONCE(l->token) == x->token[i])
		return x->ignored_at != fpci_cleared(f);
	if (!x->own_since[i])
		x->own_since[i] = jiffies | 1;
	return x->rung & BIT(i) ||
	       time_after_eq(jiffies, x->own_since[i] + msecs_to_jiffies(30));
}

/* Polls the function once; true if there was work. */
bool cx_serve(struct fpci_fn *f)
{
	struct cx_fn *x = cx_fn(f);
	bool work = false;
	int i;

	if (!look_at_registers(f) || !is_master(f))
		return false;
	for (i = 0; i < BIT(CMD_LOG_SZ) && x->cmdq; i++) {
		if (!is_due(f, i))
			continue;
		dma_rmb();	/* the ownership before the command */
		x->rung &= ~BIT(i);
		x->ignored &= ~BIT(i);
		x->own_since[i] = 0;
		serve_entry(f, i);
		work = true;
	}
	return (x->cmdq && cx_queues_poll(f)) || work;
}
