// SPDX-License-Identifier: GPL-2.0
/* The scheduling tree: bandwidth of vports and of groups of them. */
#include <linux/slab.h>

#include "mlx5.h"

/* Dwords of a scheduling context (6.1 has one of them as a number, later kernels as a union). */
enum { TYPE, ATTRIBUTES, PARENT };

struct cx_element {
	u8 type;
	u16 vport;
	u32 max_bw;			/* Mbit/s, 0 = no limit */
};

static u32 dword(const void *ctx, int n)
{
	return be32_to_cpu(((const __be32 *)ctx)[n]);
}

static int create_element(struct cx_call *c)
{
	const void *ctx = MLX5_ADDR_OF(create_scheduling_element_in, c->in, scheduling_context);
	struct cx_element *e = kzalloc(sizeof(*e), GFP_KERNEL);
	struct cx_fn *x = cx_fn(c->f);
	u32 id = ++x->next_element;

	if (!e)
		return MLX5_CMD_STAT_INT_ERR;
	e->type = dword(ctx, TYPE) >> 24;
	e->vport = dword(ctx, ATTRIBUTES);
	e->max_bw = MLX5_GET(scheduling_context, ctx, max_average_bw);
	if (xa_is_err(xa_store(&x->element, id, e, GFP_KERNEL))) {
		kfree(e);
		return MLX5_CMD_STAT_INT_ERR;
	}
	if (c->outlen >= MLX5_ST_SZ_BYTES(create_scheduling_element_out))
		MLX5_SET(create_scheduling_element_out, c->out, scheduling_element_id, id);
	return 0;
}

static int modify_element(struct cx_call *c)
{
	const void *ctx = MLX5_ADDR_OF(modify_scheduling_element_in, c->in, scheduling_context);
	u32 id = MLX5_GET(modify_scheduling_element_in, c->in, scheduling_element_id);
	struct cx_element *e = xa_load(&cx_fn(c->f)->element, id);

	if (!e)
		return MLX5_CMD_STAT_BAD_RES_ERR;
	if (MLX5_GET(modify_scheduling_element_in, c->in, modify_bitmask) &
	    MODIFY_SCHEDULING_ELEMENT_IN_MODIFY_BITMASK_MAX_AVERAGE_BW)
		e->max_bw = MLX5_GET(scheduling_context, ctx, max_average_bw);
	return 0;
}

static int destroy_element(struct cx_call *c)
{
	u32 id = MLX5_GET(destroy_scheduling_element_in, c->in, scheduling_element_id);
	struct cx_element *e = xa_erase(&cx_fn(c->f)->element, id);

	if (!e)
		return MLX5_CMD_STAT_BAD_RES_ERR;
	kfree(e);
	return 0;
}

void cx_rates_free(struct fpci_fn *f)
{
	struct cx_element *e;
	unsigned long n;

	xa_for_each(&cx_fn(f)->element, n, e)
		kfree(xa_erase(&cx_fn(f)->element, n));
}

/* The limit of a vport in Mbit/s, 0 if it has none. */
u32 cx_rate_of(struct fpci_fn *f, u16 vport)
{
	struct cx_element *e;
	unsigned long n;

	xa_for_each(&cx_fn(f)->element, n, e)
		if (e->type == SCHEDULING_CONTEXT_ELEMENT_TYPE_VPORT && e->vport == vport)
			return e->max_bw;
	return 0;
}

const struct cx_handler cx_rate_handlers[] = {
	{ MLX5_CMD_OP_CREATE_SCHEDULING_ELEMENT, create_element },
	{ MLX5_CMD_OP_MODIFY_SCHEDULING_ELEMENT, modify_element },
	{ MLX5_CMD_OP_DESTROY_SCHEDULING_ELEMENT, destroy_element },
	{}
};
