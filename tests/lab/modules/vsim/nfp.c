// SPDX-License-Identifier: GPL-2.0
/* The face of nfp, with the flower, abm or basic NIC firmware. */
#include "vsim.h"

static bool app(const struct vs_pf *pf, const char *name) { return !strcmp(pf->o.app, name); }

/* real: nfp_port_get_phys_port_name(); pf_id is always 0 */
static int port_name(const struct vs_port *p, char *buf, size_t len)
{
	char part[8] = "";

	if (p->split >= 0)
		snprintf(part, sizeof(part), "s%d", p->split);
	switch (p->kind) {
	case K_PHY: return snprintf(buf, len, "p%u%s", p->num, part);
	case K_PF_REP: return snprintf(buf, len, "pf0%s", part);
	default: return snprintf(buf, len, "pf0vf%u", p->num);
	}
}

static int add(struct vs_pf *pf, enum vs_kind kind, u32 num, int split)
{
	struct vs_port like = { .kind = kind, .num = num, .split = split };

	return PTR_ERR_OR_ZERO(vs_port_add(pf, &like));
}

/* abm: physical and PF representors of each port; real: nfp_abm_eswitch_set_switchdev() */
static int abm_reps(struct vs_pf *pf)
{
	int i, err = 0;

	for (i = 0; i < pf->o.ports && !err; i++)
		err = add(pf, K_PHY, i, -1) ?: add(pf, K_PF_REP, 0, pf->o.ports > 1 ? i : -1);
	return err;
}

/* real: nfp_app_eswitch_mode_set(): flower and nic have no hook */
static int mode_set(struct vs_pf *pf, u16 mode, struct netlink_ext_ack *ea)
{
	int err;

	if (!app(pf, "abm"))
		return -EOPNOTSUPP;
	if (mode == pf->mode)
		return 0;
	err = vs_mode_fault(pf, ea);
	if (err)
		return err;
	if (mode == SWITCHDEV && vs_refuses(pf, "red"))
		return -EOPNOTSUPP;
	if (mode > SWITCHDEV)
		return -EINVAL;
	vs_ports_del(pf, K_PHY);
	vs_ports_del(pf, K_PF_REP);
	pf->mode = mode;
	return mode == SWITCHDEV ? abm_reps(pf) : 0;
}
/* nic: no hook for get either */
static int mode_get(struct devlink *dl, u16 *mode)
{
	if (app(dl_pf(dl), "nic"))
		return -EOPNOTSUPP;
	*mode = dl_pf(dl)->mode;
	return 0;
}

/* real: nfp_pcie_sriov_enable(): PCI VFs, then representors */
static int vfs_on(struct vs_pf *pf, int n)
{
	int err = vs_vfs_enable(pf, n);

	if (err)
		return err;
	devl_lock(pf->dl);
	err = vs_vfs_fault(pf);
	if (!err && app(pf, "flower")) {
		pf->num_vfs = n;
		err = vs_reps_start(pf, n);
	}
	pf->num_vfs = err ? 0 : n;
	devl_unlock(pf->dl);
	if (err) {
		dev_warn(&pf->pdev->dev, "App specific PCI SR-IOV configuration failed: %d\n", err);
		pci_disable_sriov(pf->pdev);
	}
	return err ?: n;
}

static void setup(struct vs_pf *pf)
{
	pf->mode = app(pf, "flower") ? SWITCHDEV : LEGACY;
	/* real: flower's and abm's vNIC has no port; flower's has a random address */
	pf->dlp_wanted = app(pf, "nic");
	pf->random_mac = app(pf, "flower");
}

/* flower: physical ports, then the PF; real: nfp_flower_vnic_init() */
static int start(struct vs_pf *pf)
{
	int i, err = 0;

	if (app(pf, "flower")) {
		for (i = 0; i < pf->o.splits && !err; i++)
			err = add(pf, K_PHY, 0, i);
		for (i = pf->o.splits ? 1 : 0; i < pf->o.ports && !err; i++)
			err = add(pf, K_PHY, i, -1);
		err = err ?: add(pf, K_PF_REP, 0, -1);
	}
	return err;
}
static bool rep_parent(const struct vs_port *p) { return p->kind == K_PHY || app(p->pf, "abm"); }

static u32 pf_number(const struct vs_pf *pf) { return 0; }

static const struct devlink_ops devlink_ops = {
	.eswitch_mode_get = mode_get, .eswitch_mode_set = vs_mode_set, .info_get = vs_info,
};
static const struct net_device_ops pf_ops = { ND_BASE, ND_MAC, ND_VF, ND_RATE, ND_TC };
static const struct net_device_ops rep_ops = { ND_BASE, ND_MAC, ND_VF, ND_TC, ND_ID, ND_NAME };

const struct vs_face nfp_face = {
	.key = "nfp", .driver = "nfp", .vf_driver = "nfp_netvf", .oui = { 0x00, 0x15, 0x4d },
	.devlink_ops = &devlink_ops, .pf_ops = &pf_ops, .rep_ops = &rep_ops,
	.rep_parent = rep_parent, .port_name = port_name, .pf_number = pf_number, .setup = setup, .start = start,
	.mode_set = mode_set, .vfs_on = vfs_on, .vfs_off = vs_vfs_off,
};
