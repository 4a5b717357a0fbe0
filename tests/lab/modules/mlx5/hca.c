// SPDX-License-Identifier: GPL-2.0
/* A function as a whole: start and end, identity, and objects that only need a number. */
#include <linux/slab.h>

#include "mlx5.h"

/* Drops everything that a driver has created on the function. */
void cx_fn_reset(struct fpci_fn *f)
{
	struct cx_fn *x = cx_fn(f);
	int i;

	cx_queues_free(f);
	cx_flow_free(f);
	cx_rates_free(f);
	for (i = 0; i < CX_EQS; i++)
		kfree(x->eq[i].pas);
	memset(x->eq, 0, sizeof(x->eq));
	x->next_id = x->next_cq = x->next_q_counter = x->next_bulk = 0;
	bitmap_zero(x->uars, PF_BAR_SIZE / 4096);
	if (fpci_is_pf(f))	/* the driver may not have left mode switchdev */
		cx_vport_of(f)->reg_c_id = 0;
}

/* Commands that create an object of which only the number matters. */
bool cx_allocates(u16 op)
{
	switch (op) {
	case MLX5_CMD_OP_CREATE_MKEY:
	case MLX5_CMD_OP_CREATE_QP:
	case MLX5_CMD_OP_CREATE_SRQ:
	case MLX5_CMD_OP_CREATE_XRC_SRQ:
	case MLX5_CMD_OP_CREATE_XRQ:
	case MLX5_CMD_OP_ALLOC_PD:
	case MLX5_CMD_OP_ALLOC_XRCD:
	case MLX5_CMD_OP_ALLOC_TRANSPORT_DOMAIN:
	case MLX5_CMD_OP_CREATE_TIR:
	case MLX5_CMD_OP_CREATE_RQ:
	case MLX5_CMD_OP_CREATE_RMP:
	case MLX5_CMD_OP_CREATE_TIS:
	case MLX5_CMD_OP_CREATE_RQT:
	case MLX5_CMD_OP_CREATE_FLOW_GROUP:
	case MLX5_CMD_OP_ALLOC_PACKET_REFORMAT_CONTEXT:
	case MLX5_CMD_OP_ALLOC_MODIFY_HEADER_CONTEXT:
	case MLX5_CMD_OP_CREATE_GENERAL_OBJECT:
	case MLX5_CMD_OP_CREATE_UCTX:
		return true;
	}
	return false;
}

static int query_issi(struct cx_call *c)
{
	MLX5_SET(query_issi_out, c->out, supported_issi_dw0, 3);
	return 0;
}

static int enable_hca(struct cx_call *c)
{
	int id = MLX5_GET(enable_hca_in, c->in, function_id);
	int sf = cx_sf_index(c->f->pf, id);

	if (sf >= 0 && fpci_is_pf(c->f)) {
		cx_sf_state(c->f->pf, sf, SF_ACTIVE);
		return 0;
	}
	/* function 0 of an ECPF is the ECPF itself or, without the flag, the host's PF */
	if (!id && MLX5_GET(enable_hca_in, c->in, embedded_cpu_function) == cx_dpu(c->f->pf))
		cx_fn_reset(c->f);
	if (c->f->sf >= 0)	/* a driver uses the SF now */
		cx_sf_state(c->f->pf, c->f->sf, SF_IN_USE);
	return 0;
}

static int disable_hca(struct cx_call *c)
{
	struct cx_pf *p = cx_pf(c->f);
	int sf = cx_sf_index(c->f->pf, MLX5_GET(disable_hca_in, c->in, function_id));

	if (c->f->sf >= 0)	/* its driver has released the SF, by itself or on request */
		cx_sf_state(c->f->pf, c->f->sf,
			    p->sf_vport[c->f->sf].sf_state == SF_TEARDOWN ? SF_ALLOCATED : SF_ACTIVE);
	else if (sf >= 0)
		cx_sf_state(c->f->pf, sf, p->sf_vport[sf].sf_state == SF_IN_USE ?
			    SF_TEARDOWN : SF_ALLOCATED);
	return 0;
}

static int query_pages(struct cx_call *c)
{
	/* this firmware needs no memory of the host */
	MLX5_SET(query_pages_out, c->out, function_id,
		 c->f->sf >= 0 ? CX_SF_BASE + c->f->sf : c->f->vf + 1);
	return 0;
}

static int query_adapter(struct cx_call *c)
{
	void *a = MLX5_ADDR_OF(query_adapter_out, c->out, query_adapter_struct);

	memcpy(MLX5_ADDR_OF(query_adapter_param_block, a, vsd_contd_psid), "MT_0000000359", 13);
	return 0;
}

static int alloc_uar(struct cx_call *c)
{
	u32 size = fpci_is_pf(c->f) ? PF_BAR_SIZE : VF_BAR_SIZE;
	u32 pages = size / 4096 - UAR_FIRST, n;

	n = find_first_zero_bit(cx_fn(c->f)->uars, pages);
	if (n >= pages)
		return MLX5_CMD_STAT_LIM_ERR;
	__set_bit(n, cx_fn(c->f)->uars);
	MLX5_SET(alloc_uar_out, c->out, uar, UAR_FIRST + n);
	return 0;
}

static int dealloc_uar(struct cx_call *c)
{
	int n = (int)MLX5_GET(dealloc_uar_in, c->in, uar) - UAR_FIRST;

	if (n < 0 || n >= PF_BAR_SIZE / 4096 || !__test_and_clear_bit(n, cx_fn(c->f)->uars))
		return MLX5_CMD_STAT_BAD_RES_ERR;
	return 0;
}

static int query_special_contexts(struct cx_call *c)
{
	MLX5_SET(query_special_contexts_out, c->out, dump_fill_mkey, 0x100);
	MLX5_SET(query_special_contexts_out, c->out, resd_lkey, 0x200);
	MLX5_SET(query_special_contexts_out, c->out, null_mkey, 0x300);
	return 0;
}

const struct cx_handler cx_hca_handlers[] = {
	{ MLX5_CMD_OP_QUERY_ISSI, query_issi },
	{ MLX5_CMD_OP_ENABLE_HCA, enable_hca },
	{ MLX5_CMD_OP_DISABLE_HCA, disable_hca },
	{ MLX5_CMD_OP_QUERY_PAGES, query_pages },
	{ MLX5_CMD_OP_QUERY_ADAPTER, query_adapter },
	{ MLX5_CMD_OP_ALLOC_UAR, alloc_uar },
	{ MLX5_CMD_OP_DEALLOC_UAR, dealloc_uar },
	{ MLX5_CMD_OP_QUERY_SPECIAL_CONTEXTS, query_special_contexts },
	{}
};
