// SPDX-License-Identifier: GPL-2.0
/* Executes commands. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt
#include "firmware.h"

static u16 vfr_alloc(struct fpci_fn *f, struct hwrm_cfa_vfr_alloc_input *q,
		     struct hwrm_cfa_vfr_alloc_output *o)
{
	u16 v = le16_to_cpu(q->vf_id);

	if (f->vf >= 0)
		return HWRM_ERR_CODE_RESOURCE_ACCESS_DENIED;
	if (v >= fpci_active_vfs(f->pf))
		return HWRM_ERR_CODE_INVALID_PARAMS;
	if (test_and_set_bit(v, fb(f)->vfr))
		return HWRM_ERR_CODE_RESOURCE_ALLOC_ERROR;
	o->rx_cfa_code = cpu_to_le16(0x100 + fid(f->pf->vf[v]));
	o->tx_cfa_action = cpu_to_le16(0x200 + fid(f->pf->vf[v]));
	return 0;
}

static u16 vfr_free(struct fpci_fn *f, struct hwrm_cfa_vfr_free_input *q)
{
	unsigned int v;

	if (sscanf(q->vfr_name, "vfr%u", &v) != 1 || v >= FPCI_MAX_VFS ||
	    !test_and_clear_bit(v, fb(f)->vfr))
		return HWRM_ERR_CODE_INVALID_PARAMS;
	return 0;
}

void func_reset(struct fpci_fn *f)
{
	struct fb *b = fb(f);

	memset(b->ring, 0, sizeof(b->ring));
	memset(b->alloc, 0, sizeof(b->alloc));
	memset(b->req_fwd, 0, sizeof(b->req_fwd));
	memset(b->buf, 0, sizeof(b->buf));
	bitmap_zero(b->vfr, FPCI_MAX_VFS);
	b->async_cr = NONE;
	b->drv = false;
	b->pending = false;
	b->next_id = 0;
	b->flows = 0;
	if (f->vf < 0) {
		u8 mac[ETH_ALEN] = { 0x00, 0x0a, 0xf7, 0xfa, f->pf->card->index, f->pf->port << 4 };

		memcpy(b->mac, mac, ETH_ALEN);
		b->async_cr = NONE;
	}
}

#define IN(t)	struct hwrm_##t##_input *i = req
#define OUT(t)	struct hwrm_##t##_output *o = out; *outlen = sizeof(*o)

/* Executes one command; returns its HWRM_ERR_CODE_*, or PENDING. */
u16 exec(struct fpci_fn *f, void *req, int len, void *out, u16 *outlen, bool approved)
{
	u16 op = le16_to_cpu(((struct input *)req)->req_type);
	struct fb *b = fb(f);
	struct fpci_fn *t;

	if (!approved && forward(f, req, len))
		return PENDING;
	*outlen = 16;
	switch (op) {
	case HWRM_VER_GET: {
		OUT(ver_get);
		return ver_get(f, o);
	}
	case HWRM_FUNC_RESET:
		func_reset(f);
		return 0;
	case HWRM_FUNC_QCAPS: {
		IN(func_qcaps);
		OUT(func_qcaps);
		return func_qcaps(f, i, o);
	}
	case HWRM_FUNC_QCFG: {
		IN(func_qcfg);
		OUT(func_qcfg);
		return func_qcfg(f, i, o);
	}
	case HWRM_FUNC_CFG:
		return func_cfg(f, req);
	case HWRM_FUNC_VF_CFG:
		return f->vf < 0 ? HWRM_ERR_CODE_CMD_NOT_SUPPORTED : func_vf_cfg(f, req);
	case HWRM_FUNC_RESOURCE_QCAPS: {
		OUT(func_resource_qcaps);
		return resource_qcaps(f, o);
	}
	case HWRM_FUNC_VF_RESOURCE_CFG:
		return vf_resource_cfg(f, req);
	case HWRM_FUNC_VF_RESC_FREE: {
		IN(func_vf_resc_free);
		t = by_fid(f, le16_to_cpu(i->vf_id));
		if (!t || t == f)
			return HWRM_ERR_CODE_INVALID_PARAMS;
		func_reset(t);
		b = fb(t);
		memset(b->max, 0, sizeof(b->max));
		memset(b->min, 0, sizeof(b->min));
		memset(b->mac, 0, ETH_ALEN);
		b->vlan = 0;
		b->flags = 0;
		b->min_bw = 0;
		b->max_bw = 0;
		return 0;
	}
	case HWRM_FUNC_DRV_RGTR: {
		IN(func_drv_rgtr);
		OUT(func_drv_rgtr);
		if (le32_to_cpu(i->enables) & FUNC_DRV_RGTR_REQ_ENABLES_VF_REQ_FWD)
			for (len = 0; len < 8; len++)
				b->req_fwd[len] = le32_to_cpu(i->vf_req_fwd[len]);
		b->drv = true;
		o->flags = cpu_to_le32(FUNC_DRV_RGTR_RESP_FLAGS_IF_CHANGE_SUPPORTED);
		return 0;
	}
	case HWRM_FUNC_DRV_UNRGTR:
		b->drv = false;
		memset(b->req_fwd, 0, sizeof(b->req_fwd));
		return 0;
	case HWRM_FUNC_BUF_RGTR: {
		IN(func_buf_rgtr);
		__le64 *a = &i->req_buf_page_addr0;

		for (len = 0; len < 10; len++)
			b->buf[len] = len < le16_to_cpu(i->req_buf_num_pages) ? le64_to_cpu(a[len]) : 0;
		b->buf_len = le16_to_cpu(i->req_buf_len);
		return 0;
	}
	case HWRM_FUNC_BUF_UNRGTR:
		memset(b->buf, 0, sizeof(b->buf));
		return 0;
	case HWRM_EXEC_FWD_RESP:
	case HWRM_REJECT_FWD_RESP:
	case HWRM_FWD_RESP:
		return f->vf < 0 ? forwarded(f, op, req) : HWRM_ERR_CODE_RESOURCE_ACCESS_DENIED;
	case HWRM_QUEUE_QPORTCFG: {
		OUT(queue_qportcfg);
		return queue_qportcfg(o);
	}
	case HWRM_PORT_PHY_QCFG: {
		OUT(port_phy_qcfg);
		/* (old drivers of VFs have shorter buffers) */
		return phy_qcfg(f, o);
	}
	case HWRM_PORT_PHY_QCAPS: {
		OUT(port_phy_qcaps);
		return phy_qcaps(f, o);
	}
	case HWRM_VNIC_QCAPS: {
		OUT(vnic_qcaps);
		o->mru = cpu_to_le16(9600);
		o->flags = cpu_to_le32(VNIC_QCAPS_RESP_FLAGS_VLAN_STRIP_CAP |
				       VNIC_QCAPS_RESP_FLAGS_RSS_DFLT_CR_CAP);
		return 0;
	}
	case HWRM_RING_ALLOC: {
		OUT(ring_alloc);
		return ring_alloc(f, req, o);
	}
	case HWRM_RING_FREE: {
		IN(ring_free);
		return ring_free(f, i);
	}
	case HWRM_STAT_CTX_ALLOC: {
		OUT(stat_ctx_alloc);
		o->stat_ctx_id = cpu_to_le32(++b->next_id);
		return 0;
	}
	case HWRM_RING_GRP_ALLOC: {
		OUT(ring_grp_alloc);
		o->ring_group_id = cpu_to_le32(++b->next_id & 0x7fff);
		return 0;
	}
	case HWRM_VNIC_ALLOC: {
		OUT(vnic_alloc);
		o->vnic_id = cpu_to_le32(++b->next_id & 0x7fff);
		return 0;
	}
	case HWRM_VNIC_RSS_COS_LB_CTX_ALLOC: {
		OUT(vnic_rss_cos_lb_ctx_alloc);
		o->rss_cos_lb_ctx_id = cpu_to_le16(++b->next_id & 0x7fff);
		return 0;
	}
	case HWRM_CFA_L2_FILTER_ALLOC: {
		OUT(cfa_l2_filter_alloc);
		o->l2_filter_id = cpu_to_le64(++b->next_id);
		o->flow_id = cpu_to_le32(b->next_id);
		return 0;
	}
	case HWRM_CFA_NTUPLE_FILTER_ALLOC: {
		OUT(cfa_ntuple_filter_alloc);
		o->ntuple_filter_id = cpu_to_le64(++b->next_id);
		o->flow_id = cpu_to_le32(b->next_id);
		return 0;
	}
	case HWRM_TUNNEL_DST_PORT_ALLOC: {
		OUT(tunnel_dst_port_alloc);
		o->tunnel_dst_port_id = cpu_to_le16(++b->next_id & 0x7fff);
		return 0;
	}
	case HWRM_CFA_VFR_ALLOC: {
		OUT(cfa_vfr_alloc);
		return vfr_alloc(f, req, o);
	}
	case HWRM_CFA_VFR_FREE:
		return vfr_free(f, req);
	case HWRM_CFA_FLOW_ALLOC: {
		OUT(cfa_flow_alloc);
		b->flows++;
		o->flow_handle = cpu_to_le16(++b->next_id & 0x3fff);
		o->flow_id = cpu_to_le32(b->next_id);
		o->ext_flow_handle = cpu_to_le64(b->next_id);
		return 0;
	}
	case HWRM_CFA_FLOW_FREE:
		b->flows--;
		return 0;
	case HWRM_CFA_FLOW_STATS: {
		OUT(cfa_flow_stats);
		(void)o;
		return 0;
	}
	case HWRM_CFA_ENCAP_RECORD_ALLOC: {
		OUT(cfa_encap_record_alloc);
		o->encap_record_id = cpu_to_le32(++b->next_id);
		return 0;
	}
	case HWRM_CFA_DECAP_FILTER_ALLOC: {
		OUT(cfa_decap_filter_alloc);
		o->decap_filter_id = cpu_to_le32(++b->next_id);
		return 0;
	}
	case HWRM_TEMP_MONITOR_QUERY: {
		OUT(temp_monitor_query);
		o->temp = 55;
		return f->vf < 0 ? 0 : HWRM_ERR_CODE_CMD_NOT_SUPPORTED;
	}
	case HWRM_NVM_GET_DEV_INFO: {
		OUT(nvm_get_dev_info);
		return f->vf < 0 ? nvm_dev_info(o) : HWRM_ERR_CODE_CMD_NOT_SUPPORTED;
	}
	case HWRM_PORT_QSTATS: {
		OUT(port_qstats);
		(void)o;	/* (counters stay as they are) */
		return 0;
	}
	case HWRM_PORT_QSTATS_EXT: {
		OUT(port_qstats_ext);
		(void)o;
		return 0;
	}
	/* success without an answer */
	case HWRM_FUNC_DRV_IF_CHANGE:
	case HWRM_FUNC_CLR_STATS:
	case HWRM_PORT_PHY_CFG:
	case HWRM_PORT_LED_QCAPS:
	case HWRM_PORT_CLR_STATS:
	case HWRM_QUEUE_DSCP_QCAPS:
	case HWRM_QUEUE_PRI2COS_QCFG:
	case HWRM_QUEUE_PRI2COS_CFG:
	case HWRM_QUEUE_COS2BW_QCFG:
	case HWRM_QUEUE_COS2BW_CFG:
	case HWRM_QUEUE_PFCENABLE_QCFG:
	case HWRM_QUEUE_PFCENABLE_CFG:
	case HWRM_VNIC_FREE:
	case HWRM_VNIC_CFG:
	case HWRM_VNIC_TPA_CFG:
	case HWRM_VNIC_RSS_CFG:
	case HWRM_VNIC_PLCMODES_CFG:
	case HWRM_VNIC_RSS_COS_LB_CTX_FREE:
	case HWRM_RING_CMPL_RING_CFG_AGGINT_PARAMS:
	case HWRM_RING_GRP_FREE:
	case HWRM_STAT_CTX_FREE:
	case HWRM_STAT_CTX_CLR_STATS:
	case HWRM_CFA_L2_FILTER_FREE:
	case HWRM_CFA_L2_SET_RX_MASK:
	case HWRM_CFA_NTUPLE_FILTER_FREE:
	case HWRM_CFA_FLOW_FLUSH:
	case HWRM_CFA_ENCAP_RECORD_FREE:
	case HWRM_CFA_DECAP_FILTER_FREE:
	case HWRM_CFA_ADV_FLOW_MGNT_QCAPS:
	case HWRM_TUNNEL_DST_PORT_FREE:
	case HWRM_FW_SET_TIME:
	case HWRM_FW_QSTATUS:
	case HWRM_FWD_ASYNC_EVENT_CMPL:
		return 0;
	/* not supported by the card */
	case HWRM_SELFTEST_QLIST:
	case HWRM_RING_AGGINT_QCAPS:
	case HWRM_FUNC_BACKING_STORE_QCAPS:
	case HWRM_FUNC_QSTATS_EXT:
	case HWRM_NVM_GET_VARIABLE:
	case HWRM_NVM_SET_VARIABLE:
	case HWRM_NVM_FIND_DIR_ENTRY:
	case HWRM_NVM_GET_DIR_INFO:
	case HWRM_FW_LIVEPATCH_QUERY:
	case HWRM_PORT_PHY_I2C_READ:
#ifdef HWRM_QUEUE_PFCWD_TIMEOUT_QCAPS
	case HWRM_QUEUE_PFCWD_TIMEOUT_QCAPS:
#endif
		return HWRM_ERR_CODE_CMD_NOT_SUPPORTED;
	}
	pr_info("command 0x%x (%d bytes) is not known\n", op, len);
	return HWRM_ERR_CODE_CMD_NOT_SUPPORTED;
}
