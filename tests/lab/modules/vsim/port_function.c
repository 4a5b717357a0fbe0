// SPDX-License-Identifier: GPL-2.0
/* Port functions: addresses, capabilities and states of the VFs and SFs behind
 * ports; and SFs that a user creates. real: eswitch_offloads.c, sf/devlink.c.
 */
#include "vsim.h"

static struct vs_port *dlp_port(struct devlink_port *p) { return container_of(p, struct vs_port, dlp); }
static u8 *port_mac(struct vs_port *p)
{
	return p->kind == K_SF_REP ? p->sf_mac : p->pf->vf[p->num].mac;
}
static int fn_mac_get(struct devlink_port *p, u8 *a, int *len, struct netlink_ext_ack *ea)
{
	ether_addr_copy(a, port_mac(dlp_port(p)));
	*len = ETH_ALEN;
	return 0;
}
static int fn_mac_set(struct devlink_port *dp, const u8 *a, int len, struct netlink_ext_ack *ea)
{
	struct vs_port *p = dlp_port(dp);

	if (is_multicast_ether_addr(a))
		return -EINVAL;
	ether_addr_copy(port_mac(p), a);
	return 0;
}
static int fn_roce_get(struct devlink_port *dp, bool *on, struct netlink_ext_ack *ea)
{
	struct vs_port *p = dlp_port(dp);

	*on = p->kind == K_SF_REP ? !p->sf_no_roce : p->pf->vf[p->num].roce;
	return 0;
}
static int fn_roce_set(struct devlink_port *dp, bool on, struct netlink_ext_ack *ea)
{
	struct vs_port *p = dlp_port(dp);

	if (p->kind == K_SF_REP)
		p->sf_no_roce = !on;
	else
		p->pf->vf[p->num].roce = on;
	return 0;
}
static int fn_mig_get(struct devlink_port *p, bool *on, struct netlink_ext_ack *ea)
{
	*on = dlp_port(p)->pf->vf[dlp_port(p)->num].migratable;
	return 0;
}
static int fn_mig_set(struct devlink_port *p, bool on, struct netlink_ext_ack *ea)
{
	dlp_port(p)->pf->vf[dlp_port(p)->num].migratable = on;
	return 0;
}
static int sf_state_get(struct devlink_port *p, enum devlink_port_fn_state *st,
			enum devlink_port_fn_opstate *op, struct netlink_ext_ack *ea)
{
	bool on = dlp_port(p)->sf_active;

	*st = on ? DEVLINK_PORT_FN_STATE_ACTIVE : DEVLINK_PORT_FN_STATE_INACTIVE;
	*op = on ? DEVLINK_PORT_FN_OPSTATE_ATTACHED : DEVLINK_PORT_FN_OPSTATE_DETACHED;
	return 0;
}
static int sf_state_set(struct devlink_port *dp, enum devlink_port_fn_state st, struct netlink_ext_ack *ea)
{
	struct vs_port *p = dlp_port(dp);
	bool on = st == DEVLINK_PORT_FN_STATE_ACTIVE;
	int err = 0;

	if (on && !p->sf_active)
		err = vs_sf_on(p);
	else if (!on)
		vs_sf_off(p);
	p->sf_active = on && !err;
	return err;
}
/* Port indices of SFs begin here. */
static u32 first_sf_index(struct vs_pf *pf)
{
	return is_face(pf, &mlx5_face) ? (pf->vhca << 16) | 0x8000 : 1000;
}
static int sf_del(struct devlink *dl, struct devlink_port *dp, struct netlink_ext_ack *ea)
{
	struct vs_port *p = dlp_port(dp);

	ida_free(&p->pf->sf_ids, p->index - first_sf_index(p->pf));
	vs_port_del(p);
	return 0;
}

const struct devlink_port_ops mlx5_vf_port_ops = {
	.port_fn_hw_addr_get = fn_mac_get, .port_fn_hw_addr_set = fn_mac_set,
	.port_fn_roce_get = fn_roce_get, .port_fn_roce_set = fn_roce_set,
	.port_fn_migratable_get = fn_mig_get, .port_fn_migratable_set = fn_mig_set,
};
const struct devlink_port_ops mlx5_sf_port_ops = {
	.port_del = sf_del,
	.port_fn_hw_addr_get = fn_mac_get, .port_fn_hw_addr_set = fn_mac_set,
	.port_fn_roce_get = fn_roce_get, .port_fn_roce_set = fn_roce_set,
	.port_fn_state_get = sf_state_get, .port_fn_state_set = sf_state_set,
};
const struct devlink_port_ops ice_vf_port_ops = {
	.port_fn_hw_addr_get = fn_mac_get, .port_fn_hw_addr_set = fn_mac_set,
};
const struct devlink_port_ops ice_sf_port_ops = {
	.port_del = sf_del,
	.port_fn_hw_addr_get = fn_mac_get, .port_fn_hw_addr_set = fn_mac_set,
	.port_fn_state_get = sf_state_get, .port_fn_state_set = sf_state_set,
};

/* The message if mlx5 refuses the port, or NULL; real: mlx5_sf_new_check_attr(). */
static const char *mlx5_objection(struct vs_pf *pf, const struct devlink_port_new_attrs *a)
{
	if (a->flavour != DEVLINK_PORT_FLAVOUR_PCI_SF)
		return "mlx5_core: Driver supports only SF port addition";
	if (a->port_index_valid)
		return "mlx5_core: Driver does not support user defined port index assignment";
	if (!a->sfnum_valid)
		return "mlx5_core: User must provide unique sfnum. Driver does not support auto assignment";
	if (a->controller_valid && a->controller && a->controller > pf->o.hosts)
		return "mlx5_core: External controller is unsupported";
	if (a->pfnum != pf->face->pf_number(pf))
		return "mlx5_core: Invalid pfnum supplied";
	if (!switchdev(pf))
		return "mlx5_core: SF ports are only supported in eswitch switchdev mode.";
	return NULL;
}
/* real: ice_devlink_port_new() */
static const char *ice_objection(struct vs_pf *pf, const struct devlink_port_new_attrs *a)
{
	if (a->flavour != DEVLINK_PORT_FLAVOUR_PCI_SF)
		return "ice: Flavour supported is only pcisf";
	if (a->pfnum != pf->o.pf)
		return "ice: Incorrect pfnum supplied";
	if (!switchdev(pf))
		return "ice: SF ports are only supported in eswitch switchdev mode";
	return NULL;
}

static int sf_new(struct devlink *dl, const struct devlink_port_new_attrs *a,
		  struct netlink_ext_ack *ea, struct devlink_port **out)
{
	struct vs_pf *pf = dl_pf(dl);
	const char *no = is_face(pf, &mlx5_face) ? mlx5_objection(pf, a) : ice_objection(pf, a);
	u32 controller = a->controller_valid ? a->controller : 0;
	struct vs_port like = { .kind = K_SF_REP, .controller = controller, .pfnum = a->pfnum,
				.num = a->sfnum, .split = -1, .external = controller };
	struct vs_port *p;
	int id;

	if (no) {
		ea->_msg = no;
		return -EOPNOTSUPP;
	}
	if (vs_port_find(pf, K_SF_REP, controller, a->sfnum)) {
		NL_SET_ERR_MSG(ea, "mlx5_core: SF already exist. Choose different sfnum");
		return -EEXIST;
	}
	id = ida_alloc(&pf->sf_ids, GFP_KERNEL);
	if (id < 0)
		return id;
	like.index = first_sf_index(pf) + id;
	p = vs_port_add(pf, &like);
	if (IS_ERR(p)) {
		ida_free(&pf->sf_ids, id);
		return PTR_ERR(p);
	}
	*out = &p->dlp;
	return 0;
}

#if VS_6_1
static bool is_function(struct devlink_port *p)
{
	return p->attrs.flavour == DEVLINK_PORT_FLAVOUR_PCI_SF || p->attrs.flavour == DEVLINK_PORT_FLAVOUR_PCI_VF;
}
int vs61_mac_get(struct devlink_port *p, u8 *a, int *len, struct netlink_ext_ack *ea)
{
	return is_function(p) ? fn_mac_get(p, a, len, ea) : -EOPNOTSUPP;
}
int vs61_mac_set(struct devlink_port *p, const u8 *a, int len, struct netlink_ext_ack *ea)
{
	return is_function(p) ? fn_mac_set(p, a, len, ea) : -EOPNOTSUPP;
}
int vs61_state_get(struct devlink_port *p, enum devlink_port_fn_state *st,
		   enum devlink_port_fn_opstate *op, struct netlink_ext_ack *ea)
{
	return p->attrs.flavour == DEVLINK_PORT_FLAVOUR_PCI_SF ? sf_state_get(p, st, op, ea) : -EOPNOTSUPP;
}
int vs61_state_set(struct devlink_port *p, enum devlink_port_fn_state st, struct netlink_ext_ack *ea)
{
	return p->attrs.flavour == DEVLINK_PORT_FLAVOUR_PCI_SF ? sf_state_set(p, st, ea) : -EOPNOTSUPP;
}
int vs61_sf_new(struct devlink *dl, const struct devlink_port_new_attrs *a, struct netlink_ext_ack *ea,
		unsigned int *index)
{
	struct devlink_port *p;
	int err = sf_new(dl, a, ea, &p);

	if (!err)
		*index = p->index;
	return err;
}
int vs61_sf_del(struct devlink *dl, unsigned int index, struct netlink_ext_ack *ea)
{
	struct vs_port *p;

	list_for_each_entry(p, &dl_pf(dl)->ports, list)
		if (p->kind == K_SF_REP && p->index == index)
			return sf_del(dl, &p->dlp, ea);
	return -EOPNOTSUPP;
}
#else
int vs_sf_new(struct devlink *dl, const struct devlink_port_new_attrs *a, struct netlink_ext_ack *ea,
	      struct devlink_port **out)
{
	return sf_new(dl, a, ea, out);
}
#endif
