// SPDX-License-Identifier: GPL-2.0
/* Subfunctions: their states, as the manager and the SF's own driver see them. */
#include "mlx5.h"

/* The SF of a function id or vport number, or -1. */
int cx_sf_index(struct fpci_pf *p, int function_id)
{
	int n = function_id - CX_SF_BASE;

	return n >= 0 && n < fpci_get(p, CX_SFS) ? n : -1;
}

/* Sets the state of an SF, and reports it to the PF's driver. */
void cx_sf_state(struct fpci_pf *p, int n, enum sf_state state)
{
	struct mlx5_eqe_vhca_state ev = { .function_id = cpu_to_be16(CX_SF_BASE + n) };

	((struct cx_pf *)p->priv)->sf_vport[n].sf_state = state;
	cx_event(&p->fn, MLX5_EVENT_TYPE_VHCA_STATE_CHANGE, 0, &ev, sizeof(ev));
}

/* The function id is at the same place in all commands of this family. */
static struct cx_vport *addressed(struct cx_call *c, int *n)
{
	*n = cx_sf_index(c->f->pf, MLX5_GET(alloc_sf_in, c->in, function_id));
	return *n < 0 || !fpci_is_pf(c->f) ? NULL : &cx_pf(c->f)->sf_vport[*n];
}

static int alloc_sf(struct cx_call *c)
{
	struct cx_vport *v;
	int n;

	v = addressed(c, &n);
	if (!v)
		return MLX5_CMD_STAT_BAD_PARAM_ERR;
	if (v->sf_state != SF_INVALID)
		return MLX5_CMD_STAT_BAD_RES_STATE_ERR;
	v->sf_state = SF_ALLOCATED;
	fpci_sf_show(c->f->pf, n, true);
	return 0;
}

static int dealloc_sf(struct cx_call *c)
{
	struct cx_vport *v;
	int n;

	v = addressed(c, &n);
	if (!v)
		return MLX5_CMD_STAT_BAD_PARAM_ERR;
	v->sf_state = SF_INVALID;
	fpci_sf_show(c->f->pf, n, false);
	cx_fn_reset(c->f->pf->sf[n]);
	return 0;
}

/* Writes a state's context: the state in bits 19:16 of dword 0, the user's number in dword 1. */
static int query_vhca_state(struct cx_call *c)
{
	struct cx_vport *v;
	int n;

	v = addressed(c, &n);
	if (!v)
		return MLX5_CMD_STAT_BAD_PARAM_ERR;
	((__be32 *)c->out)[4] = cpu_to_be32(v->sf_state << 16);
	((__be32 *)c->out)[5] = cpu_to_be32(v->sfnum);
	return 0;
}

static int modify_vhca_state(struct cx_call *c)
{
	struct cx_vport *v;
	int n;

	v = addressed(c, &n);
	if (!v)
		return MLX5_CMD_STAT_BAD_PARAM_ERR;
	if (be32_to_cpu(((const __be32 *)c->in)[3]) & BIT(1))	/* field select: the number */
		v->sfnum = be32_to_cpu(((const __be32 *)c->in)[5]);
	return 0;
}

const struct cx_handler cx_sf_handlers[] = {
	{ MLX5_CMD_OP_ALLOC_SF, alloc_sf },
	{ MLX5_CMD_OP_DEALLOC_SF, dealloc_sf },
	{ MLX5_CMD_OP_QUERY_VHCA_STATE, query_vhca_state },
	{ MLX5_CMD_OP_MODIFY_VHCA_STATE, modify_vhca_state },
	{}
};
