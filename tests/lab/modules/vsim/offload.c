// SPDX-License-Identifier: GPL-2.0
/* Two blockers of mlx5's mode change: IPsec states that are offloaded to the uplink,
 * and devlink traps that pass packets to the CPU.
 */
#include <net/xfrm.h>
#include "vsim.h"

/* ---- IPsec; real: mlx5e_xfrm_add_state(), mlx5_eswitch_block_mode() ---------- */
static int state_on(struct net_device *d)
{
	nd_pf(d)->ipsec++;
	return 0;
}
static void state_off(struct net_device *d)
{
	if (nd_pf(d)->ipsec)
		nd_pf(d)->ipsec--;
}
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 16, 0)
static int state_add(struct net_device *d, struct xfrm_state *x, struct netlink_ext_ack *ea) { return state_on(d); }
static void state_delete(struct net_device *d, struct xfrm_state *x) { state_off(d); }
#elif VS_6_1
static int state_add(struct xfrm_state *x) { return state_on(x->xso.dev); }
static void state_delete(struct xfrm_state *x) { state_off(x->xso.dev); }
#else
static int state_add(struct xfrm_state *x, struct netlink_ext_ack *ea) { return state_on(x->xso.dev); }
static void state_delete(struct xfrm_state *x) { state_off(x->xso.dev); }
#endif
static const struct xfrmdev_ops xfrm_ops = {
	.xdo_dev_state_add = state_add, .xdo_dev_state_delete = state_delete,
};

void vs_ipsec_setup(struct net_device *d)
{
	d->xfrmdev_ops = &xfrm_ops;
	d->features |= NETIF_F_HW_ESP;
	d->hw_enc_features |= NETIF_F_HW_ESP;
}

/* ---- traps; real: mlx5_devlink_traps_register() -------------------------------- */
static const struct devlink_trap_group groups[] = {
	DEVLINK_TRAP_GROUP_GENERIC(L2_DROPS, 0),
};
static const struct devlink_trap traps[] = {
	DEVLINK_TRAP_GENERIC(DROP, DROP, INGRESS_VLAN_FILTER, DEVLINK_TRAP_GROUP_GENERIC_ID_L2_DROPS,
			     DEVLINK_TRAP_METADATA_TYPE_F_IN_PORT),
};

int vs_trap_init(struct devlink *dl, const struct devlink_trap *trap, void *ctx) { return 0; }
int vs_trap_action_set(struct devlink *dl, const struct devlink_trap *trap, enum devlink_trap_action action,
		       struct netlink_ext_ack *ea)
{
	dl_pf(dl)->traps = action == DEVLINK_TRAP_ACTION_TRAP;
	return 0;
}
int vs_traps_on(struct vs_pf *pf)
{
	int err = devl_trap_groups_register(pf->dl, groups, ARRAY_SIZE(groups));

	return err ?: devl_traps_register(pf->dl, traps, ARRAY_SIZE(traps), pf);
}
void vs_traps_off(struct vs_pf *pf)
{
	devl_traps_unregister(pf->dl, traps, ARRAY_SIZE(traps));
	devl_trap_groups_unregister(pf->dl, groups, ARRAY_SIZE(groups));
}
