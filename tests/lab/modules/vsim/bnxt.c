// SPDX-License-Identifier: GPL-2.0
/* The face of bnxt_en. Its errors have no extack at all. */
#include "vsim.h"

/* real: bnxt_dl_eswitch_mode_set(): eswitch_mode is assigned only after all
 * representors are registered, so their phys_switch_id cannot be read at the
 * time of their first event. */
static int mode_set(struct vs_pf *pf, u16 mode, struct netlink_ext_ack *ea)
{
	int vfs = pci_num_vf(pf->pdev), err;

	if (pf->mode == mode) {
		netdev_info(pf->nd, "already in %s eswitch mode\n",
			    mode == LEGACY ? "legacy" : "switchdev");
		return -EINVAL;
	}
	if (mode == SWITCHDEV && vs_refuses(pf, "hwrm"))
		return -ENOTSUPP;
	err = vs_mode_fault(pf, ea);
	if (err)
		return err;
	if (mode == LEGACY) {
		vs_reps_stop(pf);
	} else if (mode == SWITCHDEV) {
		if (!since(pf, 612) && !vfs) {		/* until 6.4 */
			netdev_info(pf->nd, "Enable VFs before setting switchdev mode\n");
			return -EPERM;
		}
		if (vfs)	/* real: bnxt_vf_reps_create() */
			err = !pf->o.serial ? -ENODEV : vs_reps_start(pf, vfs);
		if (err)
			netdev_info(pf->nd, "bnxt_vf_reps_create error=%d\n", err);
	} else {
		return -EINVAL;
	}
	if (!err)
		pf->mode = mode;
	return err;
}

/* real: bnxt_sriov_enable(); its return code is dropped by the caller */
static int vfs_on(struct vs_pf *pf, int n)
{
	int err;

	vs_vf_reset(pf);
	err = vs_vfs_fault(pf) ?: vs_vfs_enable(pf, n);
	if (err)
		return n;
	pf->num_vfs = pci_num_vf(pf->pdev);
	if (switchdev(pf)) {
		devl_lock(pf->dl);
		err = vs_reps_start(pf, pf->num_vfs);
		devl_unlock(pf->dl);
	}
	if (err) {
		netdev_info(pf->nd, "Cannot enable VFS as representors cannot be created\n");
		pci_disable_sriov(pf->pdev);
		pf->num_vfs = 0;
	}
	return n;
}
/* real: bnxt_sriov_disable(): all under devl_lock */
static void vfs_off(struct vs_pf *pf)
{
	devl_lock(pf->dl);
	vs_reps_stop(pf);
	if (!since(pf, 612))	/* real, until 6.4: bnxt_vf_reps_destroy() */
		pf->mode = LEGACY;
	pci_disable_sriov(pf->pdev);
	devl_unlock(pf->dl);
	vs_vf_reset(pf);
	pf->num_vfs = 0;
}

static void setup(struct vs_pf *pf)
{
	pf->dlp_wanted = true;
	pf->dlp_index = pf->o.pf;
}
static bool rep_parent(const struct vs_port *p) { return since(p->pf, 612); }
/* real: bnxt_vf_rep_get_phys_port_name(): the function of the PF's address */
static int port_name(const struct vs_port *p, char *buf, size_t len)
{
	return snprintf(buf, len, "pf%dvf%u", PCI_FUNC(p->pf->pdev->devfn), p->num);
}
static u32 pf_number(const struct vs_pf *pf) { return PCI_FUNC(pf->pdev->devfn); }

static const struct devlink_ops devlink_ops = {
	.eswitch_mode_get = vs_mode_get, .eswitch_mode_set = vs_mode_set, .info_get = vs_info,
};
static const struct net_device_ops pf_ops = { ND_BASE, ND_MAC, ND_VF, ND_RATE, ND_TC, ND_ID };
static const struct net_device_ops rep_ops = { ND_BASE, ND_TC, ND_ID, ND_NAME };

const struct vs_face bnxt_face = {
	.key = "bnxt", .driver = "bnxt_en", .vf_driver = "bnxt_en", .oui = { 0x00, 0x0a, 0xf7 },
	.devlink_ops = &devlink_ops, .pf_ops = &pf_ops, .rep_ops = &rep_ops,
	.rep_parent = rep_parent, .port_name = port_name, .pf_number = pf_number, .setup = setup,
	.vfs_need_up = true, .mode_set = mode_set, .vfs_on = vfs_on, .vfs_off = vfs_off,
};
