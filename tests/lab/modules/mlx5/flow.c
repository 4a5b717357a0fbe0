// SPDX-License-Identifier: GPL-2.0
/* Flow tables and rules: counts them, and keeps the destinations of the eswitch's rules. */
#include <linux/slab.h>

#include "mlx5.h"

#define FDB 4
#define TYPES 16

static const char *const type_name[TYPES] = {
	[0] = "nic_rx", [1] = "nic_tx", [2] = "egress_acl", [3] = "ingress_acl", [FDB] = "fdb",
	[5] = "sniffer_rx", [6] = "sniffer_tx", [7] = "rdma_rx", [8] = "rdma_tx",
	[9] = "port_sel",
};

/* Table type and number are at the same place in all commands of this family. */
static u8 type_of(struct cx_call *c)
{
	return MLX5_GET(destroy_flow_table_in, c->in, table_type) % TYPES;
}

static int create_table(struct cx_call *c)
{
	cx_fn(c->f)->tables[type_of(c)]++;
	MLX5_SET(create_flow_table_out, c->out, table_id, ++cx_fn(c->f)->next_id & 0xffffff);
	return 0;
}

static int destroy_table(struct cx_call *c)
{
	struct cx_fn *x = cx_fn(c->f);

	if (type_of(c) == FDB && MLX5_GET(destroy_flow_table_in, c->in, table_id) == x->fdb_root)
		x->fdb_root = 0;
	x->tables[type_of(c)]--;
	return 0;
}

static int set_root(struct cx_call *c)
{
	if (type_of(c) == FDB)
		cx_fn(c->f)->fdb_root = c->mod ? 0 :	/* 1: disconnect */
			MLX5_GET(set_flow_table_root_in, c->in, table_id);
	return 0;
}

/* A rule's key: its table (24 bits) and its index there (32 bits). */
static unsigned long key_of(struct cx_call *c)
{
	return (u64)MLX5_GET(set_fte_in, c->in, table_id) << 32 |
	       MLX5_GET(set_fte_in, c->in, flow_index);
}

static struct cx_rule *parse(struct cx_call *c)
{
	const void *ctx = MLX5_ADDR_OF(set_fte_in, c->in, flow_context);
	const void *d = MLX5_ADDR_OF(flow_context, ctx, destination);
	u32 n = MLX5_GET(flow_context, ctx, destination_list_size), i;
	size_t size = MLX5_GET(flow_context, ctx, extended_destination) ?
		MLX5_ST_SZ_BYTES(extended_dest_format) : MLX5_ST_SZ_BYTES(dest_format_struct);
	struct cx_rule *r;

	if (n > 0xffff || d + n * size > c->in + c->inlen)
		return ERR_PTR(-EINVAL);
	r = kzalloc(struct_size(r, vport, n), GFP_KERNEL);
	if (!r)
		return ERR_PTR(-ENOMEM);
	r->type = type_of(c);
	for (i = 0; i < n; i++, d += size) {
		/* (0: a vport, in every kernel's list) */
		if (!MLX5_GET(dest_format_struct, d, destination_type))
			r->vport[r->count++] = MLX5_GET(dest_format_struct, d, destination_id);
	}
	return r;
}

static int set_rule(struct cx_call *c)
{
	struct cx_fn *x = cx_fn(c->f);
	struct cx_rule *r = parse(c), *old;

	if (IS_ERR(r))
		return PTR_ERR(r) == -EINVAL ? MLX5_CMD_STAT_BAD_PARAM_ERR : MLX5_CMD_STAT_INT_ERR;
	old = xa_store(&x->rule, key_of(c), r, GFP_KERNEL);
	if (xa_is_err(old)) {
		kfree(r);
		return MLX5_CMD_STAT_INT_ERR;
	}
	if (!old)
		x->rules[r->type]++;
	kfree(old);
	return 0;
}

static int delete_rule(struct cx_call *c)
{
	struct cx_rule *r = xa_erase(&cx_fn(c->f)->rule, key_of(c));

	if (!r)
		return MLX5_CMD_STAT_BAD_RES_ERR;
	cx_fn(c->f)->rules[r->type]--;
	kfree(r);
	return 0;
}

static int alloc_counter(struct cx_call *c)
{
	/* leaves room for a bulk of counters */
	MLX5_SET(alloc_flow_counter_out, c->out, flow_counter_id, ++cx_fn(c->f)->next_bulk << 15);
	return 0;
}

void cx_flow_free(struct fpci_fn *f)
{
	struct cx_fn *x = cx_fn(f);
	struct cx_rule *r;
	unsigned long n;

	xa_for_each(&x->rule, n, r)
		kfree(xa_erase(&x->rule, n));
	memset(x->tables, 0, sizeof(x->tables));
	memset(x->rules, 0, sizeof(x->rules));
	x->fdb_root = 0;
}

/* "tables" and "rules" by type, and "fdb": the root table and the vports that rules lead to. */
void cx_flow_show(struct seq_file *m, struct fpci_fn *f)
{
	struct cx_fn *x = cx_fn(f);
	const char *comma = "";
	unsigned long n;
	struct cx_rule *r;
	u16 i;

	seq_puts(m, "\"flow\":{");
	for (i = 0; i < TYPES; i++) {
		if (!type_name[i])
			continue;
		seq_printf(m, "%s\"%s\":{\"tables\":%u,\"rules\":%u}", comma, type_name[i],
			   x->tables[i], x->rules[i]);
		comma = ",";
	}
	seq_printf(m, "},\"fdb_root\":%u,\"fdb_to\":[", x->fdb_root);
	comma = "";
	xa_for_each(&x->rule, n, r)
		for (i = 0; r->type == FDB && i < r->count; i++) {
			seq_printf(m, "%s%u", comma, r->vport[i]);
			comma = ",";
		}
	seq_puts(m, "]");
}

const struct cx_handler cx_flow_handlers[] = {
	{ MLX5_CMD_OP_CREATE_FLOW_TABLE, create_table },
	{ MLX5_CMD_OP_DESTROY_FLOW_TABLE, destroy_table },
	{ MLX5_CMD_OP_SET_FLOW_TABLE_ROOT, set_root },
	{ MLX5_CMD_OP_SET_FLOW_TABLE_ENTRY, set_rule },
	{ MLX5_CMD_OP_DELETE_FLOW_TABLE_ENTRY, delete_rule },
	{ MLX5_CMD_OP_ALLOC_FLOW_COUNTER, alloc_counter },
	{}
};
