// SPDX-License-Identifier: GPL-2.0
/* The tree of transmit schedulers. */
#include "firmware.h"

u32 fake_node(struct ice_fake *n, struct ice_aqc_txsched_elem_data *e)
{
	u32 i, t = n->last_node;

	for (i = 0; i < NODES; i++) {
		t = t + 1 < NODES ? t + 1 : 1;
		if (n->node[t].node_teid)
			continue;
		n->last_node = t;
		e->node_teid = cpu_to_le32(t);
		n->node[t] = *e;
		return t;
	}
	return 0;
}

void fake_topo(struct ice_fake *n, struct ice_aqc_get_topo_elem *b)
{
	u32 parent = ~0u;
	int i;

	memset(b, 0, sizeof(*b));
	b->hdr.num_elems = cpu_to_le16(LAYERS);
	for (i = 0; i < LAYERS; i++) {
		struct ice_aqc_txsched_elem_data *e = &b->generic[i];

		e->parent_teid = cpu_to_le32(parent);
		e->data.elem_type = !i ? ICE_AQC_ELEM_TYPE_ROOT_PORT :
				    i == 1 ? ICE_AQC_ELEM_TYPE_TC :
				    i == ENTRY_LAYER ? ICE_AQC_ELEM_TYPE_ENTRY_POINT :
				    i == LAYERS - 1 ? ICE_AQC_ELEM_TYPE_LEAF :
						      ICE_AQC_ELEM_TYPE_SE_GENERIC;
		e->data.valid_sections = ICE_AQC_ELEM_VALID_GENERIC | ICE_AQC_ELEM_VALID_CIR |
					 ICE_AQC_ELEM_VALID_EIR;
		parent = fake_node(n, e);
	}
}

/* Executes a command of the scheduler; unknown commands succeed. */
u16 fake_sched(struct fpci_fn *f, struct aq_desc *d, u8 *b, u32 len)
{
	struct ice_fake *n = f->priv;
	u32 i, t;

	switch (le16_to_cpu(d->opcode)) {
	case ice_aqc_opc_get_dflt_topo:
		if (len < sizeof(struct ice_aqc_get_topo_elem))
			return AQ_EINVAL;
		memset(n->node, 0, sizeof(n->node));
		fake_topo(n, (void *)b);
		PARAM(d, get_topo)->num_branches = 1;
		break;
	case ice_aqc_opc_query_sched_res: {
		struct ice_aqc_query_txsched_res_resp *r = (void *)b;

		memset(r, 0, sizeof(*r));
		r->sched_props.phys_levels = cpu_to_le16(LAYERS);
		r->sched_props.logical_levels = cpu_to_le16(LAYERS);
		for (i = 0; i < LAYERS; i++) {
			r->layer_props[i].logical_layer = i;
			r->layer_props[i].max_device_nodes = cpu_to_le16(NODES);
			r->layer_props[i].max_pf_nodes = cpu_to_le16(NODES);
			r->layer_props[i].max_sibl_grp_sz = cpu_to_le16(i < 2 ? 8 : 64);
			r->layer_props[i].max_cir_rl_profiles = cpu_to_le16(16);
			r->layer_props[i].max_eir_rl_profiles = cpu_to_le16(16);
			r->layer_props[i].max_srl_profiles = cpu_to_le16(16);
		}
		break;
	}
	case ice_aqc_opc_add_sched_elems: {
		struct ice_aqc_add_elem *a = (void *)b;

		for (i = 0; i < le16_to_cpu(a->hdr.num_elems); i++)
			if (!fake_node(n, &a->generic[i]))
				return AQ_ENOSPC;
		PARAM(d, sched_elem_cmd)->num_elem_resp = PARAM(d, sched_elem_cmd)->num_elem_req;
		break;
	}
	case ice_aqc_opc_delete_sched_elems: {
		struct ice_aqc_delete_elem *a = (void *)b;

		for (i = 0; i < le16_to_cpu(a->hdr.num_elems); i++) {
			t = le32_to_cpu(a->teid[i]);
			if (t < NODES)
				memset(&n->node[t], 0, sizeof(n->node[t]));
		}
		PARAM(d, sched_elem_cmd)->num_elem_resp = PARAM(d, sched_elem_cmd)->num_elem_req;
		break;
	}
	case ice_aqc_opc_cfg_sched_elems:
	case ice_aqc_opc_get_sched_elems: {
		struct ice_aqc_txsched_elem_data *e = (void *)b;

		for (i = 0; i < le16_to_cpu(PARAM(d, sched_elem_cmd)->num_elem_req); i++) {
			t = le32_to_cpu(e[i].node_teid);
			if (!t || t >= NODES || !n->node[t].node_teid)
				return AQ_ENOENT;
			if (d->opcode == cpu_to_le16(ice_aqc_opc_get_sched_elems))
				e[i] = n->node[t];
			else
				n->node[t].data = e[i].data;
		}
		PARAM(d, sched_elem_cmd)->num_elem_resp = PARAM(d, sched_elem_cmd)->num_elem_req;
		break;
	}
	case ice_aqc_opc_move_sched_elems:
	case ice_aqc_opc_suspend_sched_elems:
	case ice_aqc_opc_resume_sched_elems:
		PARAM(d, sched_elem_cmd)->num_elem_resp = PARAM(d, sched_elem_cmd)->num_elem_req;
		break;
	case ice_aqc_opc_add_rl_profiles:
		((struct ice_aqc_rl_profile_elem *)b)->profile_id = cpu_to_le16(++n->prof);
		fallthrough;
	case ice_aqc_opc_remove_rl_profiles:
		PARAM(d, rl_profile)->num_processed = PARAM(d, rl_profile)->num_profiles;
		break;
	case ice_aqc_opc_add_txqs: {
		struct ice_aqc_add_tx_qgrp *g = (void *)b;

		for (i = 0; i < g->num_txqs; i++) {
			struct ice_aqc_txsched_elem_data e = { .parent_teid = g->parent_teid };

			e.data = g->txqs[i].info;
			e.data.elem_type = ICE_AQC_ELEM_TYPE_LEAF;
			if (!fake_node(n, &e))
				return AQ_ENOSPC;
			g->txqs[i].q_teid = e.node_teid;
		}
		break;
	}
	}
	return AQ_OK;
}
