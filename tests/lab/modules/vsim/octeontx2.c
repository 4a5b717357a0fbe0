// SPDX-License-Identifier: GPL-2.0
/* The faces of OcteonTX2: the admin function, its NICs' PFs, and the device of
 * their representors. PFs are on consecutive buses, the admin function's first;
 * real: rvu_dbg_rvu_pf_cgx_map_display().
 */
#include "vsim.h"

/* RVU PF number of a NIC, by the bus that the admin function is on. */
static u32 rvu_pf(struct vs_pf *nic)
{
	struct vs_pf *pf;

	list_for_each_entry(pf, &vs_pfs, all)
		if (is_face(pf, &rvu_af_face))
			return nic->pdev->bus->number - pf->pdev->bus->number;
	return nic->pdev->bus->number - 1;
}

static int rep_add(struct vs_pf *rep, struct vs_pf *nic, u32 func, u32 index)
{
	struct vs_port like = {
		.kind = func ? K_VF_REP : K_PHY, .pfnum = rvu_pf(nic), .split = -1,
		.num = func ?: rvu_pf(nic), .index = index, .owner = nic->pdev,
	};

	return PTR_ERR_OR_ZERO(vs_port_add(rep, &like));
}

/* real: rvu_rep_create(): all PFs and all VFs that firmware gave them, at once */
static int reps(struct vs_pf *rep, struct netlink_ext_ack *ea)
{
	struct vs_pf *nic;
	u32 index = 0, func;
	int err = 0;

	mutex_lock(&vs_pfs_lock);
	list_for_each_entry(nic, &vs_pfs, all)
		for (func = 0; is_face(nic, &rvu_nicpf_face) && func <= nic->o.vfs && !err; func++) {
			err = vs_rep_fault(rep, index);
			err = err ?: rep_add(rep, nic, func, index++);
		}
	mutex_unlock(&vs_pfs_lock);
	if (err)
		NL_SET_ERR_MSG(ea, "rvu_rep: PFVF representor registration failed");
	return err;
}

static int rep_mode_set(struct vs_pf *pf, u16 mode, struct netlink_ext_ack *ea)
{
	int err;

	if (mode > SWITCHDEV)
		return -EINVAL;
	if (mode == pf->mode)
		return 0;
	err = vs_mode_fault(pf, ea);
	if (!err && mode == SWITCHDEV)
		err = reps(pf, ea);
	if (err || mode == LEGACY) {
		vs_ports_del(pf, K_VF_REP);
		vs_ports_del(pf, K_PHY);
	}
	if (!err)
		pf->mode = mode;
	return err;
}

/* real: rvu_devlink_eswitch_mode_set(): a hardware switch, and no representors */
static int af_mode_set(struct vs_pf *pf, u16 mode, struct netlink_ext_ack *ea)
{
	int err = mode > SWITCHDEV ? -EINVAL : vs_mode_fault(pf, ea);

	if (!err)
		pf->mode = mode;
	return err;
}

static int vfs_on(struct vs_pf *pf, int n)
{
	int err = vs_vfs_fault(pf) ?: vs_vfs_enable(pf, n);

	pf->num_vfs = err ? 0 : n;
	return err ?: n;
}
static void vfs_off(struct vs_pf *pf)
{
	pci_disable_sriov(pf->pdev);
	pf->num_vfs = 0;
}

static bool rep_parent(const struct vs_port *p) { return false; }
/* The kernel's own names, Rpf1vf0 for PF 1 itself. */
static void rep_netdev(struct vs_port *p)
{
	snprintf(p->nd->name, IFNAMSIZ, "Rpf%uvf%u", p->pfnum, p->kind == K_VF_REP ? p->num : 0);
}

static const struct devlink_ops eswitch_ops = {
	.eswitch_mode_get = vs_mode_get, .eswitch_mode_set = vs_mode_set, .info_get = vs_info,
};
static const struct net_device_ops pf_ops = { ND_BASE, ND_MAC, ND_VF, ND_RATE };
static const struct net_device_ops rep_ops = { ND_BASE, ND_TC, ND_NAME };
#define RVU .oui = { 0x00, 0x0f, 0xb7 }, .devlink_ops = &eswitch_ops, .pf_ops = &pf_ops, \
	.rep_ops = &rep_ops, .rep_parent = rep_parent

static void no_netdev(struct vs_pf *pf) { pf->no_netdev = true; }
const struct vs_face rvu_af_face = {
	.key = "rvu_af", .driver = "rvu_af", .vf_driver = "rvu_nicvf", RVU,
	.setup = no_netdev, .mode_set = af_mode_set,
};
const struct vs_face rvu_nicpf_face = {
	.key = "rvu_nicpf", .driver = "rvu_nicpf", .vf_driver = "rvu_nicvf", RVU,
	.vfs_on = vfs_on, .vfs_off = vfs_off,
};
const struct vs_face rvu_rep_face = {
	.key = "rvu_rep", .driver = "rvu_rep", .vf_driver = "rvu_nicvf", RVU,
	.setup = no_netdev, .rep_ports = true, .rep_netdev = rep_netdev, .mode_set = rep_mode_set,
};
