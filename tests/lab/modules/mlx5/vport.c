// SPDX-License-Identifier: GPL-2.0
/* Vports: addresses, states and contexts of the functions that the eswitch connects. */
#include <linux/slab.h>

#include "mlx5.h"

#define NIC(x) MLX5_ADDR_OF(modify_nic_vport_context_in, (x), nic_vport_context)
#define SELECTED(c, field) \
	MLX5_GET(modify_nic_vport_context_in, (c)->in, field_select.field)
#define ESW_SELECTED(c, field) \
	MLX5_GET(modify_esw_vport_context_in, (c)->in, field_select.field)

/* The GUID is the same for both ports of a card; the driver makes the switch id from it. */
static u64 image_guid(struct fpci_card *c)
{
	return 0xb8cef60300fa0000ull | c->domain << 16 | c->bus << 8;
}

static void factory_mac(struct fpci_pf *p, u8 kind, u8 *mac)
{
	const u8 m[ETH_ALEN] = { 0xb8, 0xce, 0xf6 ^ p->card->domain, p->card->bus, kind, p->port };

	memcpy(mac, m, ETH_ALEN);
}

static void vport_init(struct fpci_pf *p, struct cx_vport *v)
{
	v->mtu = ETH_DATA_LEN;
	v->admin = MLX5_VPORT_ADMIN_STATE_AUTO;
	v->inl = fpci_get(p, CX_CHIP) == 4 ? MLX5_INLINE_MODE_L2 : MLX5_INLINE_MODE_NONE;
}

/* Only PFs have a factory MAC address. */
void cx_vports_init(struct fpci_pf *p)
{
	struct cx_pf *x = p->priv;
	int i;

	for (i = 0; i <= FPCI_MAX_VFS; i++)
		vport_init(p, &x->vport[i]);
	for (i = 0; i < CX_MAX_SFS; i++)
		vport_init(p, &x->sf_vport[i]);
	vport_init(p, &x->uplink);
	vport_init(p, &x->ecpf);
	factory_mac(p, 0xfa, x->vport[0].mac);
	x->vport[0].node_guid = x->vport[0].port_guid = image_guid(p->card) + p->port;
	factory_mac(p, 0xfb, x->ecpf.mac);
	x->ecpf.node_guid = x->ecpf.port_guid = image_guid(p->card) + 8 + p->port;
}

static void vport_free(struct cx_vport *v)
{
	kfree(v->caps[0]);
	kfree(v->caps[1]);
}

void cx_vports_free(struct fpci_pf *p)
{
	struct cx_pf *x = p->priv;
	int i;

	for (i = 0; i < ARRAY_SIZE(x->vport); i++)
		vport_free(&x->vport[i]);
	for (i = 0; i < CX_MAX_SFS; i++)
		vport_free(&x->sf_vport[i]);
	vport_free(&x->uplink);
	vport_free(&x->ecpf);
}

struct cx_vport *cx_vport_numbered(struct fpci_pf *p, u16 n)
{
	struct cx_pf *x = p->priv;
	int sf = cx_sf_index(p, n);

	if (n == MLX5_VPORT_UPLINK)
		return &x->uplink;
	if (n == MLX5_VPORT_ECPF)
		return &x->ecpf;
	if (sf >= 0)
		return &x->sf_vport[sf];
	return n <= p->key[FPCI_VFS] ? &x->vport[n] : NULL;
}

static u16 number_of(struct fpci_fn *f)
{
	if (f->sf >= 0)
		return CX_SF_BASE + f->sf;
	return cx_dpu(f->pf) ? MLX5_VPORT_ECPF : f->vf + 1;
}

/* The function's own vport. */
struct cx_vport *cx_vport_of(struct fpci_fn *f)
{
	return cx_vport_numbered(f->pf, number_of(f));
}

/* Flag and number are in dword 2 of all commands on vports; only a PF can address other vports. */
struct cx_vport *cx_vport_addressed(struct cx_call *c)
{
	u32 dw = be32_to_cpu(((const __be32 *)c->in)[2]);

	if (!(dw >> 31))
		return cx_vport_of(c->f);
	return fpci_is_pf(c->f) ? cx_vport_numbered(c->f->pf, dw & 0xffff) : NULL;
}

static int query_state(struct cx_call *c)
{
	struct cx_vport *v = cx_vport_addressed(c);

	if (!v)
		return MLX5_CMD_STAT_BAD_PARAM_ERR;
	MLX5_SET(query_vport_state_out, c->out, admin_state, v->admin);
	MLX5_SET(query_vport_state_out, c->out, state, cx_vport_is_up(c->f->pf, v));
	return 0;
}

static int modify_state(struct cx_call *c)
{
	struct cx_vport *v = cx_vport_addressed(c);

	if (!v)
		return MLX5_CMD_STAT_BAD_PARAM_ERR;
	/* (the vport's own side does not change the eswitch's setting) */
	if (c->mod == MLX5_VPORT_STATE_OP_MOD_ESW_VPORT)
		v->admin = MLX5_GET(modify_vport_state_in, c->in, admin_state);
	return 0;
}

static int query_esw_context(struct cx_call *c)
{
	struct cx_vport *v = cx_vport_addressed(c);

	if (!v)
		return MLX5_CMD_STAT_BAD_PARAM_ERR;
	MLX5_SET(query_esw_vport_context_out, c->out, esw_vport_context.fdb_to_vport_reg_c_id,
		 v->reg_c_id);
	MLX5_SET(query_esw_vport_context_out, c->out, esw_vport_context.cvlan_id, v->vlan);
	MLX5_SET(query_esw_vport_context_out, c->out, esw_vport_context.cvlan_pcp, v->qos);
	return 0;
}

static int modify_esw_context(struct cx_call *c)
{
	const void *ctx = MLX5_ADDR_OF(modify_esw_vport_context_in, c->in, esw_vport_context);
	struct cx_vport *v = cx_vport_addressed(c);

	if (!v)
		return MLX5_CMD_STAT_BAD_PARAM_ERR;
	if (ESW_SELECTED(c, fdb_to_vport_reg_c_id))
		v->reg_c_id = MLX5_GET(esw_vport_context, ctx, fdb_to_vport_reg_c_id);
	if (ESW_SELECTED(c, vport_cvlan_insert)) {
		bool insert = MLX5_GET(esw_vport_context, ctx, vport_cvlan_insert);

		v->vlan = insert ? MLX5_GET(esw_vport_context, ctx, cvlan_id) : 0;
		v->qos = insert ? MLX5_GET(esw_vport_context, ctx, cvlan_pcp) : 0;
	}
	return 0;
}

static void list_addresses(struct cx_call *c, const struct cx_vport *v, void *ctx)
{
	u8 type = MLX5_GET(query_nic_vport_context_in, c->in, allowed_list_type);
	u8 *to = MLX5_ADDR_OF(nic_vport_context, ctx, current_uc_mac_address);
	int i;

	if (type > 1)
		return;		/* VLANs: none */
	MLX5_SET(nic_vport_context, ctx, allowed_list_type, type);
	for (i = 0; i < v->list[type].count && to + 8 <= (u8 *)c->out + c->outlen; i++, to += 8)
		memcpy(to + 2, v->list[type].mac[i], ETH_ALEN);
	MLX5_SET(nic_vport_context, ctx, allowed_list_size, i);
}

static int query_nic_context(struct cx_call *c)
{
	void *ctx = MLX5_ADDR_OF(query_nic_vport_context_out, c->out, nic_vport_context);
	struct cx_vport *v = cx_vport_addressed(c);

	if (!v)
		return MLX5_CMD_STAT_BAD_PARAM_ERR;
	MLX5_SET(nic_vport_context, ctx, min_wqe_inline_mode, v->inl);
	MLX5_SET(nic_vport_context, ctx, roce_en, v->roce);
	MLX5_SET(nic_vport_context, ctx, mtu, v->mtu);
	MLX5_SET64(nic_vport_context, ctx, system_image_guid, image_guid(c->f->pf->card));
	MLX5_SET64(nic_vport_context, ctx, node_guid, v->node_guid);
	MLX5_SET64(nic_vport_context, ctx, port_guid, v->port_guid);
	MLX5_SET(nic_vport_context, ctx, promisc_uc, v->promisc & 1);
	MLX5_SET(nic_vport_context, ctx, promisc_mc, v->promisc >> 1 & 1);
	MLX5_SET(nic_vport_context, ctx, promisc_all, v->promisc >> 2 & 1);
	memcpy((u8 *)MLX5_ADDR_OF(nic_vport_context, ctx, permanent_address) + 2, v->mac, ETH_ALEN);
	list_addresses(c, v, ctx);
	return 0;
}

static void take_addresses(struct cx_call *c, struct cx_vport *v)
{
	const void *ctx = NIC(c->in);
	u8 type = MLX5_GET(nic_vport_context, ctx, allowed_list_type), i;
	const u8 *from = MLX5_ADDR_OF(nic_vport_context, ctx, current_uc_mac_address);

	if (type > 1)
		return;
	v->list[type].count = min_t(u32, MLX5_GET(nic_vport_context, ctx, allowed_list_size),
				    1 << CX_LOG_ADDRESSES);
	for (i = 0; i < v->list[type].count; i++, from += 8)
		memcpy(v->list[type].mac[i], from + 2, ETH_ALEN);
}

/* Reports one change to the manager, which then arms the next report. */
static void changed(struct cx_call *c, struct cx_vport *v)
{
	struct mlx5_eqe_vport_change ev = { .vport_num = cpu_to_be16(number_of(c->f)) };

	if (v != cx_vport_of(c->f) || !v->armed)
		return;
	v->armed = false;
	cx_event(&c->f->pf->fn, MLX5_EVENT_TYPE_NIC_VPORT_CHANGE, 0, &ev, sizeof(ev));
}

static int modify_nic_context(struct cx_call *c)
{
	struct cx_vport *v = cx_vport_addressed(c);
	const void *ctx = NIC(c->in);

	if (!v)
		return MLX5_CMD_STAT_BAD_PARAM_ERR;
	if (SELECTED(c, permanent_address))
		memcpy(v->mac, (u8 *)MLX5_ADDR_OF(nic_vport_context, ctx, permanent_address) + 2,
		       ETH_ALEN);
	if (SELECTED(c, node_guid))
		v->node_guid = MLX5_GET64(nic_vport_context, ctx, node_guid);
	if (SELECTED(c, port_guid))
		v->port_guid = MLX5_GET64(nic_vport_context, ctx, port_guid);
	if (SELECTED(c, mtu))
		v->mtu = MLX5_GET(nic_vport_context, ctx, mtu);
	if (SELECTED(c, min_inline))
		v->inl = MLX5_GET(nic_vport_context, ctx, min_wqe_inline_mode);
	if (SELECTED(c, roce_en))
		v->roce = MLX5_GET(nic_vport_context, ctx, roce_en);
	if (SELECTED(c, promisc))
		v->promisc = MLX5_GET(nic_vport_context, ctx, promisc_uc) |
			     MLX5_GET(nic_vport_context, ctx, promisc_mc) << 1 |
			     MLX5_GET(nic_vport_context, ctx, promisc_all) << 2;
	if (SELECTED(c, addresses_list))
		take_addresses(c, v);
	if (SELECTED(c, promisc) || SELECTED(c, addresses_list))
		changed(c, v);
	if (SELECTED(c, change_event))
		v->armed = MLX5_GET(nic_vport_context, ctx, arm_change_event);
	return 0;
}

const struct cx_handler cx_vport_handlers[] = {
	{ MLX5_CMD_OP_QUERY_VPORT_STATE, query_state },
	{ MLX5_CMD_OP_MODIFY_VPORT_STATE, modify_state },
	{ MLX5_CMD_OP_QUERY_ESW_VPORT_CONTEXT, query_esw_context },
	{ MLX5_CMD_OP_MODIFY_ESW_VPORT_CONTEXT, modify_esw_context },
	{ MLX5_CMD_OP_QUERY_NIC_VPORT_CONTEXT, query_nic_context },
	{ MLX5_CMD_OP_MODIFY_NIC_VPORT_CONTEXT, modify_nic_context },
	{}
};
