// SPDX-License-Identifier: GPL-2.0
/* Capabilities: a plausible set, not the dump of a real card. */
#include <linux/slab.h>

#include "mlx5.h"

#define GEN(field, value) MLX5_SET(cmd_hca_cap, c, field, value)

/* Whose capabilities are asked for: a function on the bus, or the host's PF of a DPU. */
struct whose {
	struct fpci_pf *pf;
	int vf, sf;			/* -1: none */
	bool host_pf;
	struct cx_vport *vport;
};

static bool is_manager(const struct whose *w)
{
	return w->vf < 0 && w->sf < 0 && !w->host_pf;
}

/* Numbers of a card's functions: 2 PFs, 2 host PFs, SFs and VFs of each PF. */
static u16 vhca_id(const struct whose *w)
{
	u16 card = w->pf->card->index * 512, port = w->pf->port;

	if (w->sf >= 0)
		return card + 4 + port * CX_MAX_SFS + w->sf;
	if (w->vf >= 0)
		return card + 4 + 2 * CX_MAX_SFS + port * (FPCI_MAX_VFS + 1) + w->vf;
	return card + port + (w->host_pf ? 2 : 0);
}

static void sizes(void *c)
{
	GEN(log_max_srq_sz, 15);
	GEN(log_max_qp_sz, 15);
	GEN(log_max_qp, 17);
	GEN(log_max_cq_sz, 22);
	GEN(log_max_cq, 20);
	GEN(log_max_eq_sz, 22);
	GEN(log_max_mkey, 22);
	GEN(log_max_eq, 6);
	GEN(max_num_eqs, CX_EQS - 1);
	GEN(log_max_klm_list_size, 16);
	GEN(max_wqe_sz_sq, 1024);
	GEN(max_wqe_sz_rq, 512);
	GEN(flow_counter_bulk_alloc, 8);
	GEN(log_max_flow_counter_bulk, 15);
	GEN(max_flow_counter_15_0, 0xffff);
	GEN(max_flow_counter_31_16, 0xf);
	GEN(log_max_transport_domain, 16);
	GEN(log_max_pd, 20);
	GEN(log_max_xrcd, 16);
	GEN(log_max_rq, 17);
	GEN(log_max_sq, 17);
	GEN(log_max_tir, 17);
	GEN(log_max_tis, 17);
	GEN(log_max_rmp, 17);
	GEN(log_max_rqt, 17);
	GEN(log_max_rqt_size, 11);
	GEN(log_max_tis_per_sq, 3);
	GEN(log_max_stride_sz_rq, 10);
	GEN(log_max_stride_sz_sq, 10);
	GEN(log_max_wq_sz, 15);
	GEN(log_max_vlan_list, 12);
	GEN(log_max_current_mc_list, CX_LOG_ADDRESSES);
	GEN(log_max_current_uc_list, CX_LOG_ADDRESSES);
	GEN(log_max_l2_table, 12);
}

static void features(void *c)
{
	GEN(fixed_buffer_size, 1);
	GEN(end_pad, 1);
	GEN(out_of_seq_cnt, 1);
	GEN(vport_counters, 1);
	GEN(nic_flow_table, 1);
	GEN(max_tc, 8);
	GEN(cqe_version, 1);
	GEN(compact_address_vector, 1);
	GEN(eth_net_offloads, 1);
	GEN(cq_moderation, 1);
	GEN(cq_resize, 1);
	GEN(cd, 1);
	GEN(uar_sz, 2);
	GEN(log_pg_sz, 12);
	GEN(bf, 1);
	GEN(log_bf_reg_size, 9);
	GEN(driver_version, 1);
	GEN(pad_tx_eth_packet, 1);
	GEN(basic_cyclic_rcv_wqe, 1);
	GEN(nic_vport_change_event, 1);
	GEN(num_of_uars_per_page, 1);
	GEN(reg_c_preserve, 1);
}

static void for_rdma(void *c)
{
	GEN(xrc, 1);
	GEN(rc, 1);
	GEN(ud, 1);
	GEN(log_max_srq, 16);
	GEN(max_qp_cnt, 64);
	GEN(log_max_msg, 30);
	GEN(log_max_ra_req_qp, 4);
	GEN(log_max_ra_res_qp, 4);
	GEN(max_indirection, 16);
	GEN(device_frequency_khz, 1000000);
	/* otherwise mlx5_ib preallocates some 6000 memory keys at each probe of a PF */
	GEN(umr_modify_entity_size_disabled, 1);
}

static void for_manager(const struct whose *w, void *c)
{
	u32 sfs = fpci_get(w->pf, CX_SFS);

	GEN(mcam_reg, 1);
	GEN(vport_group_manager, 1);
	GEN(eswitch_manager, 1);
	GEN(vhca_resource_manager, 1);
	GEN(migration, 1);
	GEN(qos, 1);
	if (sfs) {
		GEN(sf, 1);
		GEN(max_num_sf, sfs);
		GEN(sf_base_id, CX_SF_BASE);
		GEN(log_min_sf_size, ilog2(SF_BAR_SIZE) - 12);
		GEN(vhca_state, 1);
		GEN(event_on_vhca_state_allocated, 1);
		GEN(event_on_vhca_state_active, 1);
		GEN(event_on_vhca_state_in_use, 1);
		GEN(event_on_vhca_state_teardown_request, 1);
	}
	if (w->pf->card->ports > 1) {
		GEN(lag_master, 1);
		GEN(num_lag_ports, 2);
	}
}

static void general(const struct whose *w, void *c)
{
	GEN(vhca_id, vhca_id(w));
	GEN(port_type, MLX5_CAP_PORT_TYPE_ETH);
	GEN(num_ports, 1);
	GEN(native_port_num, w->pf->port + 1);
	sizes(c);
	features(c);
	for_rdma(c);
	GEN(hca_cap_2, 1);
	if (is_manager(w))
		for_manager(w, c);
}

static void general_2(void *c)
{
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 10, 0)
	MLX5_SET(cmd_hca_cap_2, c, max_num_eqs_24b, CX_EQS - 1);
#endif
}

static void ethernet(const struct whose *w, void *c)
{
#define E(field, value) MLX5_SET(per_protocol_networking_offload_caps, c, field, value)
	E(csum_cap, 1);
	E(vlan_cap, 1);
	E(wqe_vlan_insert, 1);
	E(self_lb_en_modifiable, 1);
	E(max_lso_cap, 18);
	/* ConnectX-4 and Lx need packet headers in the work request, as the vport's context says */
	E(wqe_inline_mode, fpci_get(w->pf, CX_CHIP) == 4 ? MLX5_CAP_INLINE_MODE_VPORT_CONTEXT :
							   MLX5_CAP_INLINE_MODE_NOT_REQUIRED);
	E(rss_ind_tbl_cap, 8);
	E(scatter_fcs, 1);
	E(tunnel_stateless_gre, 1);
	E(tunnel_stateless_vxlan, 1);
	E(max_vxlan_udp_ports, 4);
#undef E
}

static void table_properties(void *p)
{
#define T(field, value) MLX5_SET(flow_table_prop_layout, p, field, value)
	T(ft_support, 1);
	T(flow_counter, 1);
	T(flow_modify_en, 1);
	T(modify_root, 1);
	T(identified_miss_table_mode, 1);
	T(flow_table_modify, 1);
	T(reformat, 1);
	T(decap, 1);
	T(pop_vlan, 1);
	T(push_vlan, 1);
	T(pop_vlan_2, 1);
	T(push_vlan_2, 1);
	T(reformat_and_vlan_action, 1);
	T(reformat_l3_tunnel_to_l2, 1);
	T(reformat_l2_to_l3_tunnel, 1);
	T(reformat_and_modify_action, 1);
	T(reformat_and_fwd_to_table, 1);
	T(ignore_flow_level, 1);
	T(table_miss_action_domain, 1);
	T(log_max_ft_size, 24);
	T(log_max_modify_header_context, 16);
	T(max_modify_header_actions, 16);
	T(max_ft_level, 128);
	T(log_max_ft_num, 16);
	T(log_max_flow_counter, 20);
	T(log_max_destination, 10);
	T(log_max_flow, 24);
#undef T
	memset(MLX5_ADDR_OF(flow_table_prop_layout, p, ft_field_support), 0xff,
	       MLX5_ST_SZ_BYTES(flow_table_fields_supported));
	memset(MLX5_ADDR_OF(flow_table_prop_layout, p, ft_field_bitmask_support), 0xff,
	       MLX5_ST_SZ_BYTES(flow_table_fields_supported));
}

static void nic_tables(void *c)
{
	table_properties(MLX5_ADDR_OF(flow_table_nic_cap, c, flow_table_properties_nic_receive));
	table_properties(MLX5_ADDR_OF(flow_table_nic_cap, c, flow_table_properties_nic_transmit));
	MLX5_SET(flow_table_nic_cap, c, nic_rx_multi_path_tirs, 1);
}

static void eswitch_tables(void *c)
{
#define F(field, value) MLX5_SET(flow_table_eswitch_cap, c, field, value)
	F(fdb_to_vport_reg_c_id, 0x3);
	F(fdb_modify_header_fwd_to_table, 1);
	F(fdb_ipv4_ttl_modify, 1);
	F(flow_source, 1);
	F(multi_fdb_encap, 1);
	F(egress_acl_forward_to_vport, 1);
	F(fdb_multi_path_to_table, 1);
#undef F
	table_properties(MLX5_ADDR_OF(flow_table_eswitch_cap, c,
				      flow_table_properties_nic_esw_fdb));
	table_properties(MLX5_ADDR_OF(flow_table_eswitch_cap, c,
				      flow_table_properties_esw_acl_ingress));
	table_properties(MLX5_ADDR_OF(flow_table_eswitch_cap, c,
				      flow_table_properties_esw_acl_egress));
}

static void eswitch(const struct whose *w, void *c)
{
#define S(field, value) MLX5_SET(e_switch_cap, c, field, value)
	S(vport_svlan_strip, 1);
	S(vport_cvlan_strip, 1);
	S(vport_svlan_insert, 1);
	S(vport_cvlan_insert_if_not_exist, 1);
	S(vport_cvlan_insert_overwrite, 1);
	S(esw_uplink_ingress_acl, 1);
	S(merged_eswitch, 1);
	S(nic_vport_node_guid_modify, 1);
	S(nic_vport_port_guid_modify, 1);
	S(vxlan_encap_decap, 1);
	S(nvgre_encap_decap, 1);
	S(log_max_packet_reformat_context, 16);
	S(max_encap_header_size, 128);
	if (cx_dpu(w->pf))
		S(esw_functions_changed, 1);
	if (fpci_get(w->pf, CX_SFS)) {
		S(log_max_esw_sf, ilog2(CX_MAX_SFS));
		S(esw_sf_base_id, CX_SF_BASE);
	}
#undef S
}

static void bandwidth(void *c)
{
#define Q(field, value) MLX5_SET(qos_cap, c, field, value)
	Q(esw_scheduling, 1);
	Q(esw_bw_share, 1);
	Q(esw_rate_limit, 1);
	Q(log_esw_max_sched_depth, 2);
	Q(esw_element_type, 0xf);	/* TSAR, vport, vport TC, para vport TC */
	Q(esw_tsar_type, 0x7);		/* DWRR, round robin, ETS */
	Q(max_tsar_bw_share, 100);
#undef Q
}

/* The function that a command addresses: its own, or another one that the manager names. */
static bool resolve(struct cx_call *c, bool other, int id, struct whose *w)
{
	*w = (struct whose){ .pf = c->f->pf, .vf = c->f->vf, .sf = c->f->sf };
	if (!other) {
		w->vport = cx_vport_of(c->f);
		return true;
	}
	if (!fpci_is_pf(c->f))
		return false;
	w->sf = cx_sf_index(w->pf, id);
	w->vf = w->sf < 0 ? id - 1 : -1;
	w->host_pf = !id && cx_dpu(w->pf);
	w->vport = cx_vport_numbered(w->pf, id);
	return w->vport;
}

static int query_caps(struct cx_call *c)
{
	int type = MLX5_GET(query_hca_cap_in, c->in, op_mod) >> 1;
	void *out = MLX5_ADDR_OF(query_hca_cap_out, c->out, capability);
	struct whose w;
	void *set;

	if (!resolve(c, MLX5_GET(query_hca_cap_in, c->in, other_function),
		     MLX5_GET(query_hca_cap_in, c->in, function_id), &w))
		return MLX5_CMD_STAT_BAD_PARAM_ERR;
	set = type == MLX5_CAP_GENERAL ? w.vport->caps[0] :
	      type == MLX5_CAP_GENERAL_2 ? w.vport->caps[1] : NULL;
	if (set) {
		memcpy(out, set, MLX5_ST_SZ_BYTES(cmd_hca_cap));
		return 0;
	}
	switch (type) {
	case MLX5_CAP_GENERAL:
		general(&w, out);
		break;
	case MLX5_CAP_GENERAL_2:
		general_2(out);
		break;
	case MLX5_CAP_ETHERNET_OFFLOADS:
		ethernet(&w, out);
		break;
	case MLX5_CAP_FLOW_TABLE:
		nic_tables(out);
		break;
	case MLX5_CAP_ESWITCH_FLOW_TABLE:
		eswitch_tables(out);
		break;
	case MLX5_CAP_ESWITCH:
		eswitch(&w, out);
		break;
	case MLX5_CAP_QOS:
		bandwidth(out);
		break;
	}
	return 0;
}

/* The manager sets the capabilities that another function will have. */
static int set_caps(struct cx_call *c)
{
	int type = c->mod >> 1, n;
	const void *in = MLX5_ADDR_OF(set_hca_cap_in, c->in, capability);
	struct whose w;
	void *copy;

	if (!MLX5_GET(set_hca_cap_in, c->in, other_function))
		return 0;
	if (!resolve(c, true, MLX5_GET(set_hca_cap_in, c->in, function_id), &w))
		return MLX5_CMD_STAT_BAD_PARAM_ERR;
	if (type != MLX5_CAP_GENERAL && type != MLX5_CAP_GENERAL_2)
		return MLX5_CMD_STAT_BAD_PARAM_ERR;
	copy = kmemdup(in, MLX5_ST_SZ_BYTES(cmd_hca_cap), GFP_KERNEL);
	if (!copy)
		return MLX5_CMD_STAT_INT_ERR;
	n = type == MLX5_CAP_GENERAL_2;
	kfree(w.vport->caps[n]);
	w.vport->caps[n] = copy;
	return 0;
}

const struct cx_handler cx_caps_handlers[] = {
	{ MLX5_CMD_OP_QUERY_HCA_CAP, query_caps },
	{ MLX5_CMD_OP_SET_HCA_CAP, set_caps },
	{}
};
