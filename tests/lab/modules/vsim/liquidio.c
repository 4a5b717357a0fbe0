// SPDX-License-Identifier: GPL-2.0
/* The face of LiquidIO. */
#include "vsim.h"

/* real: liquidio_eswitch_mode_set(): the mode stays even if representors fail */
static int mode_set(struct vs_pf *pf, u16 mode, struct netlink_ext_ack *ea)
{
	int err;

	if (!pf->o.cap)
		return -EINVAL;
	if (pf->mode == mode)
		return 0;
	err = vs_mode_fault(pf, ea);
	if (err)
		return err;
	switch (mode) {
	case SWITCHDEV:
		pf->mode = mode;
		/* real: lio_vf_rep_create() gives -1 */
		return pf->num_vfs && vs_reps_start(pf, pf->num_vfs) ? -1 : 0;
	case LEGACY:
		vs_reps_stop(pf);
		pf->mode = mode;
		return 0;
	}
	return -EINVAL;
}

/* real: liquidio_enable_sriov(), which returns 0 on success and does not take devl_lock. Here it
 * is taken, for the driver can be unbound while the mode is set. */
static int vfs_on(struct vs_pf *pf, int n)
{
	int err;

	if (n > 63) {
		dev_err(&pf->pdev->dev, "OCTEON: Max allowed VFs:%d user requested:%d", 63, n);
		return -EPERM;
	}
	pf->num_vfs = n;
	err = vs_vfs_fault(pf) ?: vs_vfs_enable(pf, n);
	if (err) {
		dev_err(&pf->pdev->dev, "OCTEON: Failed to enable PCI sriov: %d\n", err);
		pf->num_vfs = 0;
	}
	devl_lock(pf->dl);
	err = switchdev(pf) && pf->num_vfs && vs_reps_start(pf, pf->num_vfs) ? -1 : 0;
	devl_unlock(pf->dl);
	return err;
}

/* The switch id is the PF's address. */
static void setup(struct vs_pf *pf)
{
	memcpy(pf->swid.id, pf->mac, 6);
	pf->swid.id_len = 6;
}
static bool rep_parent(const struct vs_port *p) { return false; }
static int port_name(const struct vs_port *p, char *buf, size_t len)
{
	return snprintf(buf, len, "pf%dvf%u", p->pf->o.pf, p->num);
}

static const struct devlink_ops devlink_ops = {
	.eswitch_mode_get = vs_mode_get, .eswitch_mode_set = vs_mode_set,
};
static const struct net_device_ops pf_ops = { ND_BASE, ND_MAC, ND_VF, ND_TC, ND_ID };
static const struct net_device_ops rep_ops = { ND_BASE, ND_TC, ND_ID, ND_NAME };

const struct vs_face liquidio_face = {
	.key = "liquidio", .driver = "LiquidIO", .vf_driver = "LiquidIO_VF", .oui = { 0x00, 0x0f, 0xb7 },
	.devlink_ops = &devlink_ops, .pf_ops = &pf_ops, .rep_ops = &rep_ops,
	.rep_parent = rep_parent, .port_name = port_name, .setup = setup,
	.mode_set = mode_set, .vfs_on = vfs_on, .vfs_off = vs_vfs_off,
};
