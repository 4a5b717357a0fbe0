// SPDX-License-Identifier: GPL-2.0
/* The face of mlx5_core: ConnectX, and BlueField's ECPF. */
#include "vsim.h"

#define MSG(ea, text) do { if ((ea) && !(ea)->_msg) NL_SET_ERR_MSG(ea, "mlx5_core: " text); } while (0)

/* real: mlx5e_netdev_change_profile(): same netdev and ifindex, but the device is
 * detached (ENODEV for most ethtool/ndo users) while the profile is exchanged */
static void uplink_flip(struct vs_pf *pf, bool to_switchdev)
{
	if (pf->no_netdev)
		return;
	rtnl_lock();
	netif_carrier_off(pf->nd);
	netif_device_detach(pf->nd);
	rtnl_unlock();
	rtnl_lock();
	netif_device_attach(pf->nd);
	vs_immutable(pf->nd, to_switchdev);	/* real: mlx5e_fix_features() */
	if (netif_running(pf->nd))
		netif_carrier_on(pf->nd);
	rtnl_unlock();
}

/* real: the error path of esw_offloads_enable() unloads the uplink's representor, and the
 * netdev is unregistered; unregistering it again is a BUG */
static void uplink_lose(struct vs_pf *pf)
{
	if (!pf->f.lose_uplink || !pf->nd_on)
		return;
	vs_unregister(pf->nd);
	pf->nd_on = false;
	pf->no_netdev = pf->lost = true;
}
static bool crashes(struct vs_pf *pf)
{
	if (pf->lost) {
		dev_crit(&pf->pdev->dev, "kernel BUG in unregister_netdevice, with the real driver\n");
		pf->bugs++;
	}
	return pf->lost;
}

/* ---- a DPU's host, and VFs delegated from another host -------------------- */
/* real: mlx5_esw_offloads_pf_vf_devlink_port_attrs_set() */
static int external_reps(struct vs_pf *pf)
{
	int host, i;

	for (host = 1; host <= pf->o.hosts; host++) {
		struct vs_port like = {
			.kind = K_PF_REP, .controller = host, .pfnum = pf->o.pf, .split = -1,
			.external = true, .index = (pf->vhca << 16) | (0x4000 + host * 512),
		};
		struct vs_port *p = vs_port_find(pf, K_PF_REP, host, 0) ? NULL : vs_port_add(pf, &like);

		if (IS_ERR(p))
			return PTR_ERR(p);
		for (i = 0; i < VS_MAX_VF; i++) {
			p = vs_port_find(pf, K_VF_REP, host, i);
			if (p && i >= pf->host_vfs)
				vs_port_del(p);
			if (p || i >= pf->host_vfs)
				continue;
			like.kind = K_VF_REP;
			like.num = i;
			like.index = (pf->vhca << 16) | (0x4001 + host * 512 + i);
			p = vs_port_add(pf, &like);
			if (IS_ERR(p))
				return PTR_ERR(p);
		}
	}
	return 0;
}
/* real: mlx5_esw_funcs_changed_handler(), when the host enables VFs; and the
 * representors that wait for the last PF of a group */
void vs_late_work(struct work_struct *w)
{
	struct vs_pf *pf = container_of(w, struct vs_pf, late);

	devl_lock(pf->dl);
	if (switchdev(pf)) {
		external_reps(pf);
		if (!pf->no_netdev_yet)
			vs_ports_load(pf);
	}
	devl_unlock(pf->dl);
}
/* real: mlx5_esw_adj_vport_create(): pf is the parent's devfn as it is */
static int adjacent_reps(struct vs_pf *pf)
{
	int i;

	for (i = 0; i < pf->o.adjacent; i++) {
		struct vs_port like = {
			.kind = K_VF_REP, .pfnum = 0x41, .num = i, .split = -1,
			.index = (pf->vhca << 16) | (0x200 + i),
		};
		struct vs_port *p = vs_port_add(pf, &like);

		if (IS_ERR(p))
			return PTR_ERR(p);
		pci_dev_put(p->owner);	/* the PF is a function of another machine */
		p->owner = NULL;
	}
	return 0;
}

/* ---- socket direct: PFs of one card, one of them with the netdev ----------- */
static bool group_ready(struct vs_pf *pf)
{
	struct vs_pf *other;
	bool ready = true;

	mutex_lock(&vs_pfs_lock);
	list_for_each_entry(other, &vs_pfs, all)
		if (other->o.sd && other->o.card == pf->o.card && other != pf && !switchdev(other))
			ready = false;
	mutex_unlock(&vs_pfs_lock);
	return ready;
}
/* real: mlx5_sd_activate_shared_fdb(), after the last PF's switch */
static void group_load(struct vs_pf *pf)
{
	struct vs_pf *other;

	pf->no_netdev_yet = pf->o.sd && !group_ready(pf);
	if (!pf->o.sd || pf->no_netdev_yet)
		return;
	mutex_lock(&vs_pfs_lock);
	list_for_each_entry(other, &vs_pfs, all)
		if (other->o.sd && other->o.card == pf->o.card && other != pf) {
			other->no_netdev_yet = false;
			schedule_work(&other->late);
		}
	mutex_unlock(&vs_pfs_lock);
}

/* A ConnectX-4 Lx does not switch while a VF has a driver; where its firmware refuses is not known. */
static bool refuses_bound(struct vs_pf *pf)
{
	struct pci_dev *p = NULL;
	bool bound = false;

	for_each_pci_dev(p)
		if (p->is_virtfn && pci_physfn(p) == pf->pdev && p->dev.driver)
			bound = true;
	return bound && vs_refuses(pf, "bound");
}

/* ---- the mode: real: mlx5_devlink_eswitch_mode_set() ------------------------ */
static int to_legacy(struct vs_pf *pf, struct netlink_ext_ack *ea)
{
	int err = vs_mode_fault(pf, ea), i;

	if (err) {
		MSG(ea, "Failed setting eswitch to legacy");
		return err;
	}
	vs_ports_del(pf, K_SF_REP);	/* real: mlx5_sf_esw_event() */
	vs_reps_stop(pf);
	vs_ports_del(pf, K_PF_REP);
	uplink_flip(pf, false);
	for (i = 0; i < VS_MAX_VF; i++) {
		pf->vf[i].link = IFLA_VF_LINK_STATE_AUTO;
		/* real: esw_vport_cleanup() -> mlx5_esw_qos_vport_disable() */
		pf->vf[i].min_rate = pf->vf[i].max_rate = 0;
	}
	pf->mode = LEGACY;
	pf->inactive = false;
	pf->fdb = 1;
	return 0;
}

static int to_switchdev(struct vs_pf *pf, bool inactive, struct netlink_ext_ack *ea)
{
	int err, i;

	/* real: the legacy eswitch is torn down first; MAC, VLAN, trust are kept */
	for (i = 0; i < VS_MAX_VF; i++) {
		pf->vf[i].min_rate = pf->vf[i].max_rate = 0;
		if (i < pf->num_vfs)
			pf->vf[i].link = IFLA_VF_LINK_STATE_DISABLE;
	}
	pf->fdb = 0;
	if (pf->traps || vs_refuses(pf, "traps")) {
		MSG(ea, "Can't change mode while devlink traps are active");
		return -EOPNOTSUPP;
	}
	pf->mode = SWITCHDEV;
	pf->inactive = inactive;
	err = refuses_bound(pf) ? -EINVAL : vs_mode_fault(pf, ea);
	if (err)
		goto back;
	uplink_flip(pf, true);		/* "Uplink vport rep must load first." */
	group_load(pf);
	err = external_reps(pf) ?: vs_reps_start(pf, pf->num_vfs) ?: adjacent_reps(pf);
	if (!err) {
		pf->fdb = !inactive;
		return 0;
	}
	vs_reps_stop(pf);
	vs_ports_del(pf, K_PF_REP);
	uplink_flip(pf, false);
back:	/* real: esw_offloads_start(), which does not rebuild the legacy table */
	uplink_lose(pf);
	MSG(ea, "Failed setting eswitch to offloads");
	pf->mode = LEGACY;
	pf->inactive = false;
	return err;
}

static int mode_set_locked(struct vs_pf *pf, u16 mode, struct netlink_ext_ack *ea)
{
	if (since(pf, 612) && vs_refuses(pf, "reset")) {
		MSG(ea, "Can't change eswitch mode during firmware reset");
		return -EBUSY;
	}
	if (mode > (since(pf, 702) ? INACTIVE : SWITCHDEV))
		return -EINVAL;
	if (pf->o.sd && !since(pf, 702) && mode == SWITCHDEV) {
		MSG(ea, "Can't change E-Switch mode to switchdev when multi-PF netdev (Socket Direct) is configured.");
		return -EPERM;
	}
	/* real: mlx5_devlink_switchdev_active_mode_change(), which takes no lock */
	if (since(pf, 702) && switchdev(pf) && mode != LEGACY) {
		pf->inactive = mode == INACTIVE;
		pf->fdb = !pf->inactive;
		return 0;
	}
	vs_lag_stop(pf);	/* real: mlx5_lag_disable_change() */
	if (vs_refuses(pf, "locked")) {	/* real: mlx5_esw_try_lock(), mode_lock */
		MSG(ea, "Can't change mode, E-Switch is busy");
		return -EINVAL;
	}
	if (pf->rules) {
		MSG(ea, "Can't change mode, E-Switch is busy");
		return -EBUSY;
	}
	if (mode == pf->mode)
		return 0;
	if (since(pf, 612) && (pf->ipsec || vs_refuses(pf, "ipsec"))) {
		MSG(ea, "Can't change eswitch mode when IPsec SA and/or policies are configured");
		return -EOPNOTSUPP;
	}
	if (since(pf, 702) && mode != LEGACY && !pf->no_netdev && !net_eq(dev_net(pf->nd), &init_net)) {
		MSG(ea, "Can't change E-Switch mode to switchdev when netdev net namespace has diverged from the devlink's.");
		return -EINVAL;
	}
	if (crashes(pf))
		return -EIO;
	/* real: esw_offloads_start() sets the mode that the vports need; before, it is "none" */
	if (mode != LEGACY && pf->o.cx4 &&
	    (pf->inl == DEVLINK_ESWITCH_INLINE_MODE_NONE || vs_refuses(pf, "inline")))
		pf->inl = DEVLINK_ESWITCH_INLINE_MODE_LINK;
	return mode == LEGACY ? to_legacy(pf, ea) : to_switchdev(pf, mode == INACTIVE, ea);
}
static int mode_set(struct vs_pf *pf, u16 mode, struct netlink_ext_ack *ea)
{
	int err;

	pf->switching = true;
	err = mode_set_locked(pf, mode, ea);
	pf->switching = false;
	vs_lag_queue(pf);	/* real: mlx5_lag_enable_change() */
	return err;
}

/* ---- rates: a limit of devlink and that of the PF's netdev are one; groups only exist -------- */
#define MBIT 125000
static int leaf_max(struct devlink_rate *r, void *priv, u64 tx_max, struct netlink_ext_ack *ea)
{
	struct vs_port *p = priv;

	if (p->kind == K_VF_REP && !p->external)
		p->pf->vf[p->num].max_rate = div_u64(tx_max, MBIT);
	return 0;
}
static int leaf_share(struct devlink_rate *r, void *priv, u64 tx_share, struct netlink_ext_ack *ea)
{
	struct vs_port *p = priv;

	if (p->kind == K_VF_REP && !p->external)
		p->pf->vf[p->num].min_rate = div_u64(tx_share, MBIT);
	return 0;
}
static int node_rate(struct devlink_rate *r, void *priv, u64 rate, struct netlink_ext_ack *ea) { return 0; }
static int node_new(struct devlink_rate *r, void **priv, struct netlink_ext_ack *ea) { return 0; }
static int node_del(struct devlink_rate *r, void *priv, struct netlink_ext_ack *ea) { return 0; }
static int leaf_parent(struct devlink_rate *child, struct devlink_rate *parent, void *priv_child,
		       void *priv_parent, struct netlink_ext_ack *ea)
{
	return 0;
}

static int inline_get(struct devlink *dl, u8 *m) { *m = dl_pf(dl)->inl; return 0; }
static int inline_set(struct devlink *dl, u8 m, struct netlink_ext_ack *ea)
{
	struct vs_pf *pf = dl_pf(dl);

	if (!pf->o.cx4) {
		if (m == DEVLINK_ESWITCH_INLINE_MODE_NONE)
			return 0;
		MSG(ea, "Inline mode can't be set");
		return -EOPNOTSUPP;
	}
	/* real: from 6.12 on the driver reports success although the vports were not set */
	if (vs_refuses(pf, "inline"))
		return since(pf, 612) ? 0 : -EIO;
	pf->inl = m;
	return 0;
}
static int encap_get(struct devlink *dl, enum devlink_eswitch_encap_mode *m) { *m = dl_pf(dl)->encap; return 0; }
static int encap_set(struct devlink *dl, enum devlink_eswitch_encap_mode m, struct netlink_ext_ack *ea)
{
	dl_pf(dl)->encap = m;
	return 0;
}

/* ---- SR-IOV: representors before the PCI VFs, and after them ---------------- */
/* real: mlx5_sriov_enable() */
static int vfs_on(struct vs_pf *pf, int n)
{
	int err = vs_vfs_fault(pf);

	if (err) {
		dev_warn(&pf->pdev->dev, "mlx5_device_enable_sriov failed : %d\n", err);
		return err;
	}
	devl_lock(pf->dl);
	pf->num_vfs = n;
	pf->fdb = !pf->inactive;
	if (switchdev(pf))
		err = vs_reps_start(pf, n);
	if (err)
		pf->num_vfs = 0;
	devl_unlock(pf->dl);
	if (err)
		return err;
	err = vs_vfs_enable(pf, n);
	if (err) {
		dev_warn(&pf->pdev->dev, "pci_enable_sriov failed : %d\n", err);
		devl_lock(pf->dl);
		vs_reps_stop(pf);
		pf->num_vfs = 0;
		devl_unlock(pf->dl);
	}
	return err ?: n;
}
/* real: mlx5_sriov_disable() */
static void vfs_off(struct vs_pf *pf)
{
	struct vs_port *p;
	int i;

	pci_disable_sriov(pf->pdev);
	devl_lock(pf->dl);
	cancel_delayed_work_sync(&pf->async);
	for (i = 0; i < VS_MAX_VF; i++) {
		p = vs_port_find(pf, K_VF_REP, 0, i);
		if (p)
			vs_port_del(p);
	}
	vs_vf_reset(pf);
	pf->num_vfs = 0;
	devl_unlock(pf->dl);
}

/* ---- the face ---------------------------------------------------------------- */
static void setup(struct vs_pf *pf)
{
	pf->fdb = 1;
	pf->inl = DEVLINK_ESWITCH_INLINE_MODE_NONE;
	pf->encap = DEVLINK_ESWITCH_ENCAP_MODE_BASIC;
	pf->no_netdev = pf->o.sd && pf->o.pf;
	/* real, from 6.5 on: mlx5e_create_devlink(); before, a port of the PF's instance */
	pf->dlp_wanted = !since(pf, 612) && !pf->no_netdev;
	pf->dlp_index = (pf->vhca << 16) | 0xffff;
}
static bool rep_parent(const struct vs_port *p) { return true; }
static void rep_netdev(struct vs_port *p) { vs_immutable(p->nd, true); }
static u32 pf_number(const struct vs_pf *pf)
{
	return since(pf, 702) ? PCI_FUNC(pf->pdev->devfn) : pf->o.pf;
}
static u32 vf_index(const struct vs_pf *pf, u32 vf) { return (pf->vhca << 16) | (vf + 1); }
static const struct devlink_port_ops *port_ops(const struct vs_port *p)
{
	switch (p->kind) {
	case K_VF_REP: return &mlx5_vf_port_ops;
	case K_SF_REP: return &mlx5_sf_port_ops;
	default: return &vs_no_port_ops;
	}
}
static const struct devlink_ops devlink_ops = {
	.eswitch_mode_get = vs_mode_get, .eswitch_mode_set = vs_mode_set,
	.eswitch_inline_mode_get = inline_get, .eswitch_inline_mode_set = inline_set,
	.eswitch_encap_mode_get = encap_get, .eswitch_encap_mode_set = encap_set,
	PORT_FUNCTION_OPS, .info_get = vs_info,
	.rate_leaf_tx_max_set = leaf_max, .rate_leaf_tx_share_set = leaf_share,
	.rate_node_tx_max_set = node_rate, .rate_node_tx_share_set = node_rate,
	.rate_node_new = node_new, .rate_node_del = node_del, .rate_leaf_parent_set = leaf_parent,
	.trap_init = vs_trap_init, .trap_action_set = vs_trap_action_set,
};
static const struct net_device_ops pf_ops = { ND_BASE, ND_MAC, ND_VF, ND_RATE, ND_TC };
/* no ndo_set_mac_address, as in mlx5e_netdev_ops_rep */
static const struct net_device_ops rep_ops = { ND_BASE, ND_TC, ND_NAME };

static int start(struct vs_pf *pf) { return vs_traps_on(pf) ?: vs_indirect_on(pf); }
static void stop(struct vs_pf *pf)
{
	devl_rate_nodes_destroy(pf->dl);	/* real: mlx5_eswitch_disable_locked() */
	vs_indirect_off(pf);
	vs_traps_off(pf);
}

const struct vs_face mlx5_face = {
	.key = "mlx5", .driver = "mlx5_core", .vf_driver = "mlx5_core", .oui = { 0xb8, 0x59, 0x9f },
	.devlink_ops = &devlink_ops, .pf_ops = &pf_ops, .rep_ops = &rep_ops, .rep_ports = true,
	.rep_parent = rep_parent, .rep_netdev = rep_netdev, .port_ops = port_ops,
	.vf_index = vf_index, .pf_number = pf_number, .setup = setup,
	.start = start, .stop = stop,
	.mode_set = mode_set, .vfs_on = vfs_on, .vfs_off = vfs_off,
};
