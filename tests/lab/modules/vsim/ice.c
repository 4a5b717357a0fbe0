// SPDX-License-Identifier: GPL-2.0
/* The face of ice. */
#include "vsim.h"

#define MSG(ea, text) NL_SET_ERR_MSG(ea, "ice: " text)

/* A failed start of VFs can leave their representors behind. */
static bool stranded(struct vs_pf *pf)
{
	return !pf->num_vfs && vs_port_find(pf, K_VF_REP, 0, 0);
}

/* real: ice_eswitch_mode_set(): only without VFs; a message on success too */
static int mode_set(struct vs_pf *pf, u16 mode, struct netlink_ext_ack *ea)
{
	int err;

	if (pf->mode == mode)
		return 0;
	if (pf->num_vfs || stranded(pf)) {
		dev_info(&pf->pdev->dev, "Changing eswitch mode is allowed only if there is no VFs created");
		MSG(ea, "Changing eswitch mode is allowed only if there is no VFs created");
		return -EOPNOTSUPP;
	}
	if (mode == SWITCHDEV && (pf->channels || vs_refuses(pf, "adq"))) {
		MSG(ea, "Couldn't change eswitch mode to switchdev - ADQ is active. Delete ADQ configs and try again, e.g. tc qdisc del dev $PF root");
		return -EOPNOTSUPP;
	}
	err = vs_mode_fault(pf, ea);
	if (err)
		return err;
	if (mode == LEGACY) {
		MSG(ea, "Changed eswitch mode to legacy");
	} else if (mode == SWITCHDEV) {
		MSG(ea, "Changed eswitch mode to switchdev");
	} else {
		MSG(ea, "Unknown eswitch mode");
		return -EINVAL;
	}
	pf->mode = mode;
	return 0;
}

/* ---- the tree of the scheduler ------------------------------------------------ */
/* real, from 6.2 on: ice_repr_set_tx_topology() with the first representor, and
 * devl_rate_nodes_destroy() with the last; a root has no parent, and here all nodes are roots */
#if VS_6_1
static int tree_on(struct vs_pf *pf) { return 0; }
static void tree_off(struct vs_pf *pf) { }
#define TREE
#else
static int tree_on(struct vs_pf *pf)
{
	static const char * const names[] = { "node_0", "node_25" };
	int i;

	for (i = 0; since(pf, 612) && i < ARRAY_SIZE(names); i++) {
		struct devlink_rate *node = devl_rate_node_create(pf->dl, pf, (char *)names[i], NULL);

		if (IS_ERR(node))
			return PTR_ERR(node);
	}
	return 0;
}
static void tree_off(struct vs_pf *pf) { devl_rate_nodes_destroy(pf->dl); }
/* In the real driver, a user's deletion mostly fails or breaks the PF; here it does nothing. */
static int node_del(struct devlink_rate *node, void *priv, struct netlink_ext_ack *ea) { return 0; }
#define TREE .rate_node_del = node_del,
#endif

/* real: ice_ena_vfs(): PCI VFs, then ice_start_vfs() -> ice_eswitch_attach_vf() */
static int vfs_on(struct vs_pf *pf, int n)
{
	int err = stranded(pf) ? -EEXIST : vs_vfs_enable(pf, n);

	if (err)
		return err;
	pf->num_vfs = n;
	err = vs_vfs_fault(pf);
	/* real: ice_eswitch_enable_switchdev() */
	if (!err && switchdev(pf) && netif_is_any_bridge_port(pf->nd)) {
		dev_err(&pf->pdev->dev, "Uplink port cannot be a bridge port\n");
		err = -EINVAL;
	}
	if (!err && switchdev(pf)) {
		devl_lock(pf->dl);
		err = vs_reps_start(pf, n) ?: pf->f.strand ? -EIO : tree_on(pf);
		devl_unlock(pf->dl);
	}
	if (err) {
		dev_err(&pf->pdev->dev, "Failed to start %d VFs, err %d\n", n, err);
		pf->num_vfs = 0;
		pci_disable_sriov(pf->pdev);
		return -EAGAIN;
	}
	return n;
}
/* real: ice_free_vfs(): VFs first, then representors */
static void vfs_off(struct vs_pf *pf)
{
	pci_disable_sriov(pf->pdev);
	devl_lock(pf->dl);
	vs_reps_stop(pf);
	tree_off(pf);
	devl_unlock(pf->dl);
	vs_vf_reset(pf);
	pf->num_vfs = 0;
}

static void setup(struct vs_pf *pf) { pf->dlp_wanted = true; }
static bool rep_parent(const struct vs_port *p) { return true; }
static void rep_netdev(struct vs_port *p) { netif_carrier_off(p->nd); }
static u32 pf_number(const struct vs_pf *pf)
{
	return since(pf, 612) ? pf->o.pf : PCI_FUNC(pf->pdev->devfn);
}
static u32 vf_index(const struct vs_pf *pf, u32 vf) { return 2 + vf; }
static const struct devlink_port_ops *port_ops(const struct vs_port *p)
{
	return p->kind == K_SF_REP ? &ice_sf_port_ops : &ice_vf_port_ops;
}

#if VS_6_1
#define SFS	/* 6.12 and later */
#else
#define SFS PORT_FUNCTION_OPS,
#endif
static const struct devlink_ops devlink_ops = {
	.eswitch_mode_get = vs_mode_get, .eswitch_mode_set = vs_mode_set, SFS TREE .info_get = vs_info,
};
static const struct net_device_ops pf_ops = { ND_BASE, ND_MAC, ND_VF, ND_RATE, ND_TC };
/* real: ice_repr_open(), ice_repr_stop(): the VF's link is forced to the representor's state */
static int rep_link(struct net_device *d, int link)
{
	if (nd_port(d)->kind == K_VF_REP)
		nd_pf(d)->vf[nd_port(d)->num].link = link;
	return 0;
}
static int rep_open(struct net_device *d) { return vs_open(d) ?: rep_link(d, IFLA_VF_LINK_STATE_ENABLE); }
static int rep_stop(struct net_device *d) { return vs_stop(d) ?: rep_link(d, IFLA_VF_LINK_STATE_DISABLE); }
static const struct net_device_ops rep_ops = {
	ND_DEVLINK .ndo_open = rep_open, .ndo_stop = rep_stop, .ndo_start_xmit = vs_xmit, ND_TC, ND_NAME,
};

const struct vs_face ice_face = {
	.key = "ice", .driver = "ice", .vf_driver = "iavf", .oui = { 0x40, 0xa6, 0xb7 },
	.vf_delay_ms = 150,	/* iavf comes up asynchronously */
	.devlink_ops = &devlink_ops, .pf_ops = &pf_ops, .rep_ops = &rep_ops, .rep_ports = true,
	.rep_parent = rep_parent, .rep_netdev = rep_netdev, .port_ops = port_ops,
	.vf_index = vf_index, .pf_number = pf_number, .setup = setup,
	.mode_set = mode_set, .vfs_on = vfs_on, .vfs_off = vfs_off,
};
