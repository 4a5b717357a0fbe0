// SPDX-License-Identifier: GPL-2.0
/* Queries of the firmware, of functions and of ports. */
#include "firmware.h"

u16 ver_get(struct fpci_fn *f, struct hwrm_ver_get_output *o)
{
	u32 spec = fpci_get(f->pf, KEY_SPEC);

	o->hwrm_intf_maj_8b = spec >> 16;
	o->hwrm_intf_min_8b = spec >> 8;
	o->hwrm_intf_upd_8b = spec;
	o->hwrm_intf_major = cpu_to_le16(spec >> 16);
	o->hwrm_intf_minor = cpu_to_le16(spec >> 8 & 0xff);
	o->hwrm_intf_build = cpu_to_le16(spec & 0xff);
	o->hwrm_fw_maj_8b = 218;
	o->hwrm_fw_min_8b = 1;
	o->hwrm_fw_bld_8b = 202;
	o->hwrm_fw_major = cpu_to_le16(218);
	o->hwrm_fw_minor = cpu_to_le16(1);
	o->hwrm_fw_build = cpu_to_le16(202);
	o->mgmt_fw_major = cpu_to_le16(218);
	o->mgmt_fw_minor = cpu_to_le16(1);
	o->mgmt_fw_build = cpu_to_le16(202);
	o->roce_fw_major = cpu_to_le16(218);
	o->roce_fw_minor = cpu_to_le16(1);
	o->roce_fw_build = cpu_to_le16(202);
	strscpy(o->active_pkg_name, "218.1.fake", sizeof(o->active_pkg_name));
	o->dev_caps_cfg = cpu_to_le32(VER_GET_RESP_DEV_CAPS_CFG_SHORT_CMD_SUPPORTED |
				      VER_GET_RESP_DEV_CAPS_CFG_TRUSTED_VF_SUPPORTED |
				      VER_GET_RESP_DEV_CAPS_CFG_CFA_ADV_FLOW_MGNT_SUPPORTED);
	o->chip_num = cpu_to_le16(fpci_get(f->pf, KEY_CHIP));
	o->chip_rev = 1;
	o->chip_metal = 1;
	o->max_req_win_len = cpu_to_le16(REQ_WIN);
	o->max_ext_req_len = cpu_to_le16(REQ_MAX);
	o->max_resp_len = cpu_to_le16(RESP_MAX);
	o->def_req_timeout = cpu_to_le16(fpci_get(f->pf, KEY_TIMEOUT));
	o->flags = VER_GET_RESP_FLAGS_EXT_VER_AVAIL;
	return 0;
}

u16 func_qcaps(struct fpci_fn *f, struct hwrm_func_qcaps_input *q,
		      struct hwrm_func_qcaps_output *o)
{
	struct fpci_fn *t = by_fid(f, le16_to_cpu(q->fid));
	u16 m[R_N];

	if (!t)
		return HWRM_ERR_CODE_RESOURCE_ACCESS_DENIED;
	res_max(t, m);
	o->fid = cpu_to_le16(fid(t));
	o->port_id = cpu_to_le16(t->pf->port);
	memcpy(o->mac_address, fb(t)->mac, ETH_ALEN);
	o->max_rsscos_ctx = RES(m, R_RSS);
	o->max_cmpl_rings = RES(m, R_CMPL);
	o->max_tx_rings = RES(m, R_TX);
	o->max_rx_rings = RES(m, R_RX);
	o->max_l2_ctxs = RES(m, R_L2);
	o->max_vnics = RES(m, R_VNIC);
	o->max_stat_ctx = RES(m, R_STAT);
	o->max_hw_ring_grps = cpu_to_le32(m[R_GRP]);
	o->max_msix_vfs = cpu_to_le16(12);
	if (t->vf < 0) {
		o->first_vf_id = cpu_to_le16(first_vf(t->pf));
		o->max_vfs = cpu_to_le16(t->pf->card->vfs);
		o->max_encap_records = cpu_to_le32(256);
		o->max_decap_records = cpu_to_le32(256);
		o->max_tx_em_flows = cpu_to_le32(8192);
		o->max_tx_wm_flows = cpu_to_le32(1024);
		o->max_rx_em_flows = cpu_to_le32(8192);
		o->max_rx_wm_flows = cpu_to_le32(1024);
		o->max_flow_id = cpu_to_le32(8192);
	}
	return 0;
}

u16 func_qcfg(struct fpci_fn *f, struct hwrm_func_qcfg_input *q,
		     struct hwrm_func_qcfg_output *o)
{
	struct fpci_fn *t = by_fid(f, le16_to_cpu(q->fid));
	int v, n = 0;	/* VFs with a driver */
	struct fb *b;

	if (!t)
		return HWRM_ERR_CODE_RESOURCE_ACCESS_DENIED;
	b = fb(t);
	o->fid = cpu_to_le16(fid(t));
	o->port_id = cpu_to_le16(t->pf->port);
	o->vlan = cpu_to_le16(b->vlan);
	o->flags = cpu_to_le16(b->flags);
	memcpy(o->mac_address, b->mac, ETH_ALEN);
	o->alloc_rsscos_ctx = RES(b->alloc, R_RSS);
	o->alloc_cmpl_rings = RES(b->alloc, R_CMPL);
	o->alloc_tx_rings = RES(b->alloc, R_TX);
	o->alloc_rx_rings = RES(b->alloc, R_RX);
	o->alloc_l2_ctx = RES(b->alloc, R_L2);
	o->alloc_vnics = RES(b->alloc, R_VNIC);
	o->alloc_stat_ctx = RES(b->alloc, R_STAT);
	o->alloc_hw_ring_grps = cpu_to_le32(b->alloc[R_GRP]);
	/* (VFs do not ask for vectors) */
	o->alloc_msix = t->vf < 0 ? RES(b->alloc, R_MSIX) : RES(b->max, R_MSIX);
	o->port_pf_cnt = 1;
	o->max_mtu_configured = cpu_to_le16(9500);
	o->min_bw = cpu_to_le32(b->min_bw);
	o->max_bw = cpu_to_le32(b->max_bw);
	o->l2_doorbell_bar_size_kb = cpu_to_le16(p5(f) ? 0 : 64);
	if (t->vf < 0) {
		for (v = 0; v < fpci_active_vfs(t->pf); v++)
			n += fb(t->pf->vf[v])->drv;
		o->registered_vfs = cpu_to_le16(n);
		o->alloc_vfs = cpu_to_le16(fpci_active_vfs(t->pf));
	}
	return 0;
}

u16 queue_qportcfg(struct hwrm_queue_qportcfg_output *o)
{
	u8 *q = &o->queue_id0;
	int i;

	o->max_configurable_queues = 8;
	o->max_configurable_lossless_queues = 2;
	for (i = 0; i < 8; i++) {
		q[2 * i] = i;
		q[2 * i + 1] = i ? QUEUE_QPORTCFG_RESP_QUEUE_ID1_SERVICE_PROFILE_LOSSLESS :
				   QUEUE_QPORTCFG_RESP_QUEUE_ID0_SERVICE_PROFILE_LOSSY;
	}
	return 0;
}

u16 phy_qcfg(struct fpci_fn *f, struct hwrm_port_phy_qcfg_output *o)
{
	bool link = fpci_get(f->pf, FPCI_LINK);

	o->link = link ? PORT_PHY_QCFG_RESP_LINK_LINK : PORT_PHY_QCFG_RESP_LINK_NO_LINK;
	o->link_speed = cpu_to_le16(link ? PORT_PHY_QCFG_RESP_LINK_SPEED_25GB : 0);
	o->duplex_cfg = PORT_PHY_QCFG_RESP_DUPLEX_CFG_FULL;
	o->duplex_state = PORT_PHY_QCFG_RESP_DUPLEX_STATE_FULL;
	o->support_speeds = cpu_to_le16(PORT_PHY_QCFG_RESP_SUPPORT_SPEEDS_10GB |
					PORT_PHY_QCFG_RESP_SUPPORT_SPEEDS_25GB);
	o->auto_mode = PORT_PHY_QCFG_RESP_AUTO_MODE_SPEED_MASK;
	o->auto_link_speed_mask = cpu_to_le16(PORT_PHY_QCFG_RESP_AUTO_LINK_SPEED_MASK_10GB |
					      PORT_PHY_QCFG_RESP_AUTO_LINK_SPEED_MASK_25GB);
	o->phy_type = PORT_PHY_QCFG_RESP_PHY_TYPE_25G_BASECR_CA_S;
	o->media_type = PORT_PHY_QCFG_RESP_MEDIA_TYPE_DAC;
	o->xcvr_pkg_type = PORT_PHY_QCFG_RESP_XCVR_PKG_TYPE_XCVR_INTERNAL;
	return 0;
}

u16 phy_qcaps(struct fpci_fn *f, struct hwrm_port_phy_qcaps_output *o)
{
	u16 s = PORT_PHY_QCAPS_RESP_SUPPORTED_SPEEDS_FORCE_MODE_10GB |
		PORT_PHY_QCAPS_RESP_SUPPORTED_SPEEDS_FORCE_MODE_25GB;

	o->port_cnt = f->pf->card->ports;
	o->supported_speeds_force_mode = cpu_to_le16(s);
	o->supported_speeds_auto_mode = cpu_to_le16(s);
	return 0;
}

u16 nvm_dev_info(struct hwrm_nvm_get_dev_info_output *o)
{
	o->nvm_cfg_ver_maj = 218;
	o->nvm_cfg_ver_min = 1;
	o->flags = NVM_GET_DEV_INFO_RESP_FLAGS_FW_VER_VALID;
	strscpy(o->pkg_name, "218.1.fake", sizeof(o->pkg_name));
	o->hwrm_fw_major = cpu_to_le16(218);
	o->hwrm_fw_minor = cpu_to_le16(1);
	o->hwrm_fw_build = cpu_to_le16(202);
	o->mgmt_fw_major = cpu_to_le16(218);
	o->roce_fw_major = cpu_to_le16(218);
	return 0;
}
