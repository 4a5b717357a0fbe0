// SPDX-License-Identifier: GPL-2.0
/* Executes commands of the admin queue. */
#include "firmware.h"

static void fake_pkg_buf(struct ice_fake *n, const u8 *b)
{
	const struct ice_buf_hdr *h = (void *)b;
	const struct ice_meta_sect *m;
	u32 i, off;

	for (i = 0; i < le16_to_cpu(h->section_count) && i < ICE_MAX_S_COUNT; i++) {
		off = le16_to_cpu(h->section_entry[i].offset);
		if (le32_to_cpu(h->section_entry[i].type) != ICE_SID_METADATA ||
		    off + sizeof(*m) > ICE_PKG_BUF_SIZE)
			continue;
		m = (void *)b + off;
		n->pkg_ver = m->ver;
		memcpy(n->pkg_name, m->name, sizeof(n->pkg_name));
		n->pkg = true;
	}
}

static u16 fake_rules(struct ice_fake *n, struct aq_desc *d, u8 *b, u32 len, bool add)
{
	u32 cnt = le16_to_cpu(PARAM(d, sw_rules)->num_rules_fltr_entry_index), off = 0;

	while (cnt-- && off + sizeof(struct ice_aqc_sw_rules_elem_hdr) <= len) {
		struct ice_sw_rule_lkup_rx_tx *r = (void *)b + off;
		struct ice_sw_rule_vsi_list *v = (void *)b + off;
		u16 type = le16_to_cpu(r->hdr.type);

		r->hdr.status = 0;
		if (type <= ICE_AQC_SW_RULES_T_LKUP_TX) {
			if (add) {
				r->index = cpu_to_le16(++n->rule);
				n->rules++;
			} else {
				n->rules--;
			}
			off += sizeof(*r) + le16_to_cpu(r->hdr_len);
		} else {
			off += sizeof(*v) + 2 * le16_to_cpu(v->number_vsi);
		}
	}
	return 0;
}

u16 fake_aq(struct fpci_fn *f, struct aq_desc *d, u8 *b, u32 len)
{
	struct ice_fake *n = f->priv;
	u16 op = le16_to_cpu(d->opcode);
	u32 i, t;

	switch (op) {
	case ice_aqc_opc_get_ver:
		*VERSION(d) = (struct version){ .fw_major = 7, .fw_minor = 4, .api_major = 1,
						.api_minor = 7 };
		break;
	case ice_aqc_opc_list_func_caps:
	case ice_aqc_opc_list_dev_caps:
		if (len < 4096)
			return AQ_EINVAL;
		d->param[1] =
			cpu_to_le32(fake_caps(f, b, op == ice_aqc_opc_list_dev_caps));
		break;
	case ice_aqc_opc_manage_mac_read: {
		struct ice_aqc_manage_mac_read_resp *r = (void *)b;

		PARAM(d, manage_mac_read)->flags = cpu_to_le16(ICE_AQC_MAN_MAC_LAN_ADDR_VALID);
		PARAM(d, manage_mac_read)->num_addr = 1;
		memset(b, 0, len);
		r->lport_num = f->pf->port;
		fake_mac(f->pf, r->mac_addr);
		break;
	}
	case ice_aqc_opc_get_sw_cfg: {
		struct ice_aqc_get_sw_cfg_resp_elem *e = (void *)b;

		e->vsi_port_num = cpu_to_le16(f->pf->port);
		e->swid = cpu_to_le16(1 + f->pf->port);
		e->pf_vf_num = cpu_to_le16(f->pf->port);
		PARAM(d, get_sw_cfg)->element = 0;
		PARAM(d, get_sw_cfg)->num_elems = cpu_to_le16(1);
		break;
	}
	case ice_aqc_opc_alloc_res:
	case ice_aqc_opc_free_res: {
		struct ice_aqc_alloc_free_res_elem *r = (void *)b;

		for (i = 0; i < le16_to_cpu(r->num_elems) && (i + 3) * 2 <= len; i++) {
			if (op == ice_aqc_opc_free_res) {
				fake_release(n, le16_to_cpu(r->res_type) & 0x7f,
					     le16_to_cpu(r->elem[i].e.sw_resp));
				continue;
			}
			t = fake_alloc(n, le16_to_cpu(r->res_type) & 0x7f);
			if (!t)
				return AQ_ENOSPC;
			r->elem[i].e.sw_resp = cpu_to_le16(t);
		}
		break;
	}
	case ice_aqc_opc_add_recipe:
		return fake_recipes_add(n, d, b, len);
	case ice_aqc_opc_get_recipe:
		return fake_recipe_get(n, d, b, len);
	case ice_aqc_opc_get_vlan_mode_parameters:
	case ice_aqc_opc_get_link_topo:
	case ice_aqc_opc_lldp_get_mib:
	case ice_aqc_opc_get_cee_dcb_cfg:
	case ice_aqc_opc_lldp_start:
	case ice_aqc_opc_sff_eeprom:
	case 0x0418:		/* get Tx topology */
	case 0xff32:		/* query firmware logging */
		return AQ_ENOENT;
	case ice_aqc_opc_add_vsi:
		t = le16_to_cpu(PARAM(d, add_get_update_free_vsi)->vsi_num);
		if (!(t & ICE_AQ_VSI_IS_VALID))
			t = ++n->vsi + 16 * f->pf->port;
		n->vsis++;
		PARAM(d, add_update_free_vsi_resp)->vsi_num = cpu_to_le16(t & ICE_AQ_VSI_NUM_M);
		PARAM(d, add_update_free_vsi_resp)->ext_status = 0;
		PARAM(d, add_update_free_vsi_resp)->vsi_used = cpu_to_le16(n->vsis);
		PARAM(d, add_update_free_vsi_resp)->vsi_free = cpu_to_le16(384 - n->vsis);
		break;
	case ice_aqc_opc_free_vsi:
		n->vsis--;
		break;
	case ice_aqc_opc_add_sw_rules:
	case ice_aqc_opc_remove_sw_rules:
		return fake_rules(n, d, b, len, op == ice_aqc_opc_add_sw_rules);
	case ice_aqc_opc_get_phy_caps: {
		struct ice_aqc_get_phy_caps_data *c = (void *)b;

		memset(c, 0, sizeof(*c));
		c->phy_type_low = cpu_to_le64(ICE_PHY_TYPE_LOW_25GBASE_SR);
		c->caps = ICE_AQC_PHY_EN_LINK;
		break;
	}
	case ice_aqc_opc_get_link_status:
		fake_link(f, (void *)b);
		break;
	case ice_aqc_opc_nvm_read: {
		u32 off = le16_to_cpu(PARAM(d, nvm)->offset_low) | PARAM(d, nvm)->offset_high << 16;

		if (off + len > FLASH_SIZE)
			return AQ_EINVAL;
		for (i = 0; i < len; i++)
			b[i] = fake_flash(off + i,
					  !(PARAM(d, nvm)->cmd_flags & ICE_AQC_NVM_FLASH_ONLY));
		break;
	}
	case ice_aqc_opc_download_pkg:
		if (len >= ICE_PKG_BUF_SIZE)
			fake_pkg_buf(n, b);
		PARAM(d, download_pkg)->flags = 0;
		break;
	case ice_aqc_opc_get_pkg_info_list: {
		struct ice_aqc_get_pkg_info_resp *r = (void *)b;

		memset(b, 0, len);
		if (!n->pkg)
			break;
		r->count = cpu_to_le32(1);
		r->pkg_info[0].ver = n->pkg_ver;
		memcpy(r->pkg_info[0].name, n->pkg_name, sizeof(n->pkg_name));
		r->pkg_info[0].is_active = 1;
		break;
	}
	default:
		return fake_sched(f, d, b, len);
	}
	return AQ_OK;
}
