// SPDX-License-Identifier: GPL-2.0
/* Faces of two unknown drivers: one follows the kernel's documentation of representors
 * and has devlink ports; the other has neither devlink ports nor parents.
 */
#include "vsim.h"

static int mode_set(struct vs_pf *pf, u16 mode, struct netlink_ext_ack *ea)
{
	int err;

	if (mode > SWITCHDEV)
		return -EINVAL;
	if (mode == pf->mode)
		return 0;
	err = vs_mode_fault(pf, ea);
	if (err)
		return err;
	if (mode == LEGACY)
		vs_reps_stop(pf);
	else
		err = vs_reps_start(pf, pf->num_vfs);
	if (!err)
		pf->mode = mode;
	return err;
}
static int vfs_on(struct vs_pf *pf, int n)
{
	int err = vs_vfs_fault(pf) ?: vs_vfs_enable(pf, n);

	if (err)
		return err;
	devl_lock(pf->dl);
	pf->num_vfs = n;
	if (switchdev(pf))
		err = vs_reps_start(pf, n);
	devl_unlock(pf->dl);
	return err ?: n;
}

static void setup(struct vs_pf *pf) { pf->dlp_wanted = true; }
static bool no_parent(const struct vs_port *p) { return false; }
static u32 vf_index(const struct vs_pf *pf, u32 vf) { return 100 + vf; }
static int port_name(const struct vs_port *p, char *buf, size_t len)
{
	return snprintf(buf, len, "pf%dvf%u", p->pf->o.pf, p->num);
}

static const struct devlink_ops devlink_ops = {
	.eswitch_mode_get = vs_mode_get, .eswitch_mode_set = vs_mode_set, .info_get = vs_info,
};
static const struct net_device_ops pf_ops = { ND_BASE, ND_MAC, ND_VF, ND_TC };
static const struct net_device_ops rep_ops = { ND_BASE, ND_TC, ND_NAME };
static const struct net_device_ops lone_rep_ops = { ND_BASE, ND_TC, ND_ID, ND_NAME };
#define PLAIN .oui = { 0x02, 0x00, 0x01 }, .devlink_ops = &devlink_ops, .pf_ops = &pf_ops, \
	.rep_parent = no_parent, .setup = setup, .mode_set = mode_set, .vfs_on = vfs_on, .vfs_off = vs_vfs_off

const struct vs_face plain_face = {
	.key = "plain", .driver = "acme", .vf_driver = "acmevf", PLAIN,
	.rep_ops = &rep_ops, .rep_ports = true, .vf_index = vf_index,
};
const struct vs_face lone_face = {
	.key = "lone", .driver = "acme_lone", .vf_driver = "acmevf", PLAIN,
	.rep_ops = &lone_rep_ops, .port_name = port_name,
};
