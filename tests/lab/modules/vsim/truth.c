// SPDX-License-Identifier: GPL-2.0
/* The debugfs file truth: the ports that the module has created, one JSON object a
 * line, to compare an inventory with. The lines come from the module's own records,
 * not from the kernel's.
 */
#include <linux/seq_file.h>
#include "vsim.h"

static void number(struct seq_file *s, const char *key, bool known, u32 value)
{
	seq_printf(s, ",\"%s\":", key);
	if (known)
		seq_printf(s, "%u", value);
	else
		seq_puts(s, "null");
}

static void function(struct seq_file *s, struct device *dev)
{
	if (dev)
		seq_printf(s, ",\"function\":\"%s\",\"driver\":", dev_name(dev));
	else
		seq_puts(s, ",\"function\":null,\"driver\":");
	if (dev && dev->driver)
		seq_printf(s, "\"%s\"}\n", dev->driver->name);
	else
		seq_puts(s, "null}\n");
}

static struct pci_dev *vf_device(struct pci_dev *pf, u32 vf)
{
	struct pci_dev *p = NULL;

	if (!pf)
		return NULL;
	for_each_pci_dev(p)
		if (p->is_virtfn && pci_physfn(p) == pf && pci_iov_vf_id(p) == vf)
			return p;
	return NULL;
}

static void port(struct seq_file *s, const struct vs_port *p)
{
	static const char *const role[] = { [K_PHY] = "uplink", [K_PF_REP] = "pf_rep",
		[K_VF_REP] = "vf_rep", [K_SF_REP] = "sf_rep" };
	struct pci_dev *vf = NULL;
	struct device *dev = NULL;

	/* octeontx2 counts VFs from 1 */
	if (p->kind == K_VF_REP)
		vf = vf_device(p->owner, is_face(p->pf, &rvu_rep_face) ? p->num - 1 : p->num);
	if (vf)
		dev = &vf->dev;
	else if (p->kind == K_PF_REP && p->owner)
		dev = &p->owner->dev;
	else if (p->sf)
		dev = p->sf->dev;
	seq_printf(s, "{\"role\":\"%s\",\"controller\":%u", role[p->kind], p->controller);
	number(s, "pf", p->kind != K_PHY, p->pfnum);
	number(s, "vf", p->kind == K_VF_REP, p->num);
	number(s, "sf", p->kind == K_SF_REP, p->num);
	seq_printf(s, ",\"external\":%s", p->external ? "true" : "false");
	number(s, "ifindex", p->nd, p->nd ? p->nd->ifindex : 0);
	function(s, dev);
	if (vf)
		pci_dev_put(vf);
}

/* The PF's own netdev, and its VFs without a representor. */
static void own(struct seq_file *s, struct vs_pf *pf, const char *role, u32 ifindex)
{
	seq_printf(s, "{\"role\":\"%s\",\"controller\":0,\"pf\":null,\"vf\":null,\"sf\":null,"
		   "\"external\":false,\"ifindex\":%u", role, ifindex);
	function(s, NULL);
}
static void bare_vf(struct seq_file *s, struct vs_pf *pf, u32 vf)
{
	struct pci_dev *dev = vf_device(pf->pdev, vf);
	struct vs_function *f = dev && vs_claimed(dev) ?
		pci_get_drvdata(dev) : NULL;

	seq_printf(s, "{\"role\":\"vf\",\"controller\":0,\"pf\":null,\"vf\":%u,\"sf\":null,"
		   "\"external\":false", vf);
	/* A netdev in another network namespace is not in the inventory. */
	number(s, "ifindex", f && f->nd_on && net_eq(dev_net(f->nd), &init_net),
	       f ? f->nd->ifindex : 0);
	function(s, dev ? &dev->dev : NULL);
	if (dev)
		pci_dev_put(dev);
}

static int truth_show(struct seq_file *s, void *unused)
{
	struct vs_pf *pf = s->private;
	struct vs_port *p;
	u32 vf;
	/* In mode switchdev, or without modes, the PF's netdev is the uplink, except on
	 * NICs with separate representors of physical ports. */
	bool uplink = switchdev(pf) && !is_face(pf, &nfp_face) && !is_face(pf, &rvu_rep_face) &&
		      !is_face(pf, &rvu_af_face);

	if (!pf->no_netdev && net_eq(dev_net(pf->nd), &init_net))
		own(s, pf, uplink ? "uplink" : "pf", pf->nd->ifindex);
	if (pf->num_mports)	/* sfc: the PF's own port, without a netdev */
		port(s, &(struct vs_port){ .pf = pf, .kind = K_PF_REP, .pfnum = pf->o.pf, .owner = pf->pdev });
	list_for_each_entry(p, &pf->ports, list)
		port(s, p);
	for (vf = 0; vf < pci_num_vf(pf->pdev); vf++) {
		p = vs_port_find(pf, K_VF_REP, 0, vf);
		if (!p || p->owner != pf->pdev)
			bare_vf(s, pf, vf);
	}
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(truth);

void vs_truth_file(struct vs_pf *pf)
{
	debugfs_create_file("truth", 0400, pf->dbg, pf, &truth_fops);
}
