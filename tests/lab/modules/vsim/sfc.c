// SPDX-License-Identifier: GPL-2.0
/* The face of sfc on EF100: no eswitch mode; representors come with the VFs; its
 * devlink ports are not tied to netdevs.
 */
#include "vsim.h"

static struct devlink_port *mport(struct vs_pf *pf, u32 i) { return &pf->mports[i]; }

/* real: efx_devlink_add_port(), for the PF and its VFs */
static int mports_add(struct vs_pf *pf, u32 first, u32 n)
{
	u32 i;
	int err = 0;

	for (i = first; i < n && !err; i++) {
		if (i)
			devlink_port_attrs_pci_vf_set(mport(pf, i), 0, pf->o.pf, i - 1, false);
		else
			devlink_port_attrs_pci_pf_set(mport(pf, i), 0, pf->o.pf, false);
		err = devl_port_register_with_ops(pf->dl, mport(pf, i), 0x10 + i, &vs_no_port_ops);
		if (!err)
			pf->num_mports = i + 1;
	}
	return err;
}
static void mports_del(struct vs_pf *pf, u32 keep)
{
	while (pf->num_mports > keep) {
		devl_port_unregister(mport(pf, --pf->num_mports));
		memset(mport(pf, pf->num_mports), 0, sizeof(struct devlink_port));
	}
}

/* real: efx_ef100_pci_sriov_enable() */
static int vfs_on(struct vs_pf *pf, int n)
{
	int err = vs_vfs_fault(pf) ?: vs_vfs_enable(pf, n);

	if (err)
		return err;
	pf->num_vfs = n;
	devl_lock(pf->dl);
	pf->mode = SWITCHDEV;	/* internal: the driver reports no mode */
	err = mports_add(pf, 1, n + 1) ?: vs_reps_start(pf, n);
	devl_unlock(pf->dl);
	return err ?: n;
}
/* real: efx_ef100_pci_sriov_disable(): representors first */
static void vfs_off(struct vs_pf *pf)
{
	devl_lock(pf->dl);
	vs_reps_stop(pf);
	mports_del(pf, 1);
	pf->mode = LEGACY;
	devl_unlock(pf->dl);
	pci_disable_sriov(pf->pdev);
	pf->num_vfs = 0;
}

/* real: ef100_probe_netdev_pf(): port_id is the PF's address, and it is both the
 * PF's phys_port_id and its representors' phys_switch_id */
static void setup(struct vs_pf *pf)
{
	memcpy(pf->swid.id, pf->mac, 6);
	pf->swid.id_len = 6;
}
static int start(struct vs_pf *pf) { return mports_add(pf, 0, 1); }
static void stop(struct vs_pf *pf) { mports_del(pf, 0); }

static int port_id(struct net_device *d, struct netdev_phys_item_id *id)
{
	*id = nd_pf(d)->swid;
	return 0;
}
static int pf_name(struct net_device *d, char *buf, size_t len)
{
	return snprintf(buf, len, "p%u", nd_pf(d)->o.pf) >= len ? -EOPNOTSUPP : 0;
}
static bool rep_parent(const struct vs_port *p) { return false; }
/* real: efx_ef100_rep_get_phys_port_name() */
static int port_name(const struct vs_port *p, char *buf, size_t len)
{
	return snprintf(buf, len, "p%upf%uvf%u", p->pf->o.pf, p->pf->o.pf, p->num);
}

static const struct devlink_ops devlink_ops = { .info_get = vs_info };
static const struct net_device_ops pf_ops = {
	ND_BASE, ND_MAC, ND_VF, .ndo_get_phys_port_id = port_id, .ndo_get_phys_port_name = pf_name,
};
static const struct net_device_ops rep_ops = { ND_BASE, ND_TC, ND_ID, ND_NAME };

const struct vs_face sfc_face = {
	.key = "sfc", .driver = "sfc", .vf_driver = "sfc", .oui = { 0x00, 0x0f, 0x53 },
	.devlink_ops = &devlink_ops, .pf_ops = &pf_ops, .rep_ops = &rep_ops,
	.rep_parent = rep_parent, .port_name = port_name, .setup = setup, .start = start, .stop = stop,
	.vfs_on = vfs_on, .vfs_off = vfs_off,
};
