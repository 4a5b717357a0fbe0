// SPDX-License-Identifier: GPL-2.0
/* Ports of an eswitch: representors and physical ports, with the devlink port and
 * the netdev of each; and the order in which representors of VFs are created.
 */
#include <linux/gcd.h>
#include <linux/jhash.h>
#include "vsim.h"

const struct devlink_port_ops vs_no_port_ops = {};

/* Fills the attributes of a devlink port. */
void vs_port_attrs(struct devlink_port *dlp, const struct vs_port *p)
{
	struct devlink_port_attrs at = {};

	at.switch_id = p->pf->swid;
	at.phys.port_number = p->num;
	at.flavour = DEVLINK_PORT_FLAVOUR_PHYSICAL;
	at.split = p->split >= 0;
	at.phys.split_subport_number = p->split;
	switch (p->kind) {
	case K_PF_REP:
		dlp->attrs.switch_id = p->pf->swid;
		devlink_port_attrs_pci_pf_set(dlp, p->controller, p->pfnum, p->external);
		break;
	case K_VF_REP:
		dlp->attrs.switch_id = p->pf->swid;
		devlink_port_attrs_pci_vf_set(dlp, p->controller, p->pfnum, p->num, p->external);
		break;
	case K_SF_REP:
		if (!is_face(p->pf, &ice_face))	/* real: ice_devlink_create_sf_port(): none */
			dlp->attrs.switch_id = p->pf->swid;
		devlink_port_attrs_pci_sf_set(dlp, p->controller, p->pfnum, p->num, p->external);
		break;
	default:
		devlink_port_attrs_set(dlp, &at);
	}
}

static int dlp_register(struct vs_port *p)
{
	const struct vs_face *face = p->pf->face;
	const struct devlink_port_ops *ops = face->port_ops ? face->port_ops(p) : &vs_no_port_ops;
	int err;

	vs_port_attrs(&p->dlp, p);
	err = devl_port_register_with_ops(p->pf->dl, &p->dlp, p->index, ops);
	if (err)
		return err;
	p->dlp_on = true;
	if (face == &mlx5_face)
		p->rate_on = !devl_rate_leaf_create(&p->dlp, p, NULL);
	return 0;
}

static void dlp_unregister(struct vs_port *p)
{
	if (!p->dlp_on)
		return;
	if (p->rate_on)
		devl_rate_leaf_destroy(&p->dlp);
	devl_port_unregister(&p->dlp);
	p->dlp_on = false;
}

static void address(struct vs_port *p)
{
	struct vs_pf *pf = p->pf;
	u8 m[ETH_ALEN];

	eth_hw_addr_random(p->nd);
	if (is_face(pf, &bnxt_face)) {		/* real: bnxt_vf_rep_eth_addr_gen() */
		u32 a = jhash(pf->mac, ETH_ALEN, 0) + p->num;

		memcpy(m, pf->mac, 3);
		m[3] = a;
		m[4] = a >> 8;
		m[5] = a >> 16;
		memcpy(p->nd->perm_addr, m, ETH_ALEN);
	} else if (p->kind == K_PHY && is_face(pf, &nfp_face)) {
		ether_addr_copy(m, pf->mac);
		m[5] += p->num;
		p->nd->dev_port = p->num;	/* real: nfp_port_init_phy_port() */
	} else {
		return;
	}
	eth_hw_addr_set(p->nd, m);
	p->nd->addr_assign_type = NET_ADDR_PERM;
}

static int netdev(struct vs_port *p)
{
	struct vs_pf *pf = p->pf;
	const struct vs_face *face = pf->face;
	int err;

	p->nd = vs_netdev(pf, p, p->kind, face->rep_ops);
	if (!p->nd)
		return -ENOMEM;
	address(p);
	if (face->rep_parent(p))
		SET_NETDEV_DEV(p->nd, &pf->pdev->dev);
	if (p->dlp_on)
		SET_NETDEV_DEVLINK_PORT(p->nd, &p->dlp);
	if (face->rep_netdev)
		face->rep_netdev(p);
	err = vs_register(p->nd);
	if (err) {
		free_netdev(p->nd);
		p->nd = NULL;
	}
	return err;
}

/* Adds a port with the values of @like, and its devlink port and netdev. */
struct vs_port *vs_port_add(struct vs_pf *pf, const struct vs_port *like)
{
	struct vs_port *p = kmemdup(like, sizeof(*p), GFP_KERNEL);
	int err;

	if (!p)
		return ERR_PTR(-ENOMEM);
	p->pf = pf;
	if (!p->owner && !p->controller && !p->external)
		p->owner = pf->pdev;
	if (p->owner)
		pci_dev_get(p->owner);
	err = pf->face->rep_ports ? dlp_register(p) : 0;
	/* real, from 7.2 on: mlx5_esw_offloads_rep_load() waits for the last PF of a
	 * socket-direct group */
	if (!err && !(pf->o.sd && pf->no_netdev_yet))
		err = netdev(p);
	if (err) {
		dlp_unregister(p);
		pci_dev_put(p->owner);
		kfree(p);
		return ERR_PTR(err);
	}
	list_add_tail(&p->list, &pf->ports);
	return p;
}

/* Creates the netdevs of ports that have none yet. */
int vs_ports_load(struct vs_pf *pf)
{
	struct vs_port *p;
	int err = 0;

	list_for_each_entry(p, &pf->ports, list)
		if (!p->nd && !err)
			err = netdev(p);
	return err;
}

void vs_port_del(struct vs_port *p)
{
	vs_sf_off(p);
	list_del(&p->list);
	if (p->nd)
		vs_unregister(p->nd);
	dlp_unregister(p);
	if (p->nd)
		free_netdev(p->nd);
	pci_dev_put(p->owner);
	kfree(p);
}

void vs_ports_del(struct vs_pf *pf, enum vs_kind kind)
{
	struct vs_port *p, *next;

	list_for_each_entry_safe(p, next, &pf->ports, list)
		if (p->kind == kind)
			vs_port_del(p);
}

struct vs_port *vs_port_find(struct vs_pf *pf, enum vs_kind kind, u32 controller, u32 num)
{
	struct vs_port *p;

	list_for_each_entry(p, &pf->ports, list)
		if (p->kind == kind && p->controller == controller && p->num == num &&
		    (kind != K_VF_REP || controller || p->owner))
			return p;
	return NULL;
}

/* real: most drivers create representors in the order of VF numbers, ice in that of a hash. */
static u32 nth(struct vs_pf *pf, u32 i, u32 n)
{
	u32 step = pf->f.rep_shuffle;

	if (!step || n < 3)
		return i;
	step = step % n ?: 1;
	while (gcd(step, n) != 1)
		step++;
	return (i * step + n / 2) % n;
}

/* Creates representors of VFs 0 to n - 1; all or none. */
static int reps_create(struct vs_pf *pf, u32 n)
{
	struct vs_port *p;
	u32 i;
	int err;

	for (i = 0; i < n; i++) {
		struct vs_port like = {
			.kind = K_VF_REP, .num = nth(pf, i, n), .split = -1,
			.pfnum = pf->face->pf_number ? pf->face->pf_number(pf) : pf->o.pf,
		};

		if (vs_port_find(pf, K_VF_REP, 0, like.num))
			continue;
		like.index = pf->face->vf_index ? pf->face->vf_index(pf, like.num) : 0;
		err = vs_rep_fault(pf, i);
		p = err ? ERR_PTR(err) : vs_port_add(pf, &like);
		if (IS_ERR(p)) {
			vs_ports_del(pf, K_VF_REP);
			return PTR_ERR(p);
		}
	}
	return 0;
}

void vs_async_work(struct work_struct *w)
{
	struct vs_pf *pf = container_of(to_delayed_work(w), struct vs_pf, async);

	if (!devl_trylock(pf->dl)) {
		schedule_delayed_work(&pf->async, HZ / 50);
		return;
	}
	if (switchdev(pf))
		reps_create(pf, pf->num_vfs);
	devl_unlock(pf->dl);
}

int vs_reps_start(struct vs_pf *pf, int n)
{
	if (!pf->f.rep_async_ms)
		return reps_create(pf, n);
	schedule_delayed_work(&pf->async, msecs_to_jiffies(pf->f.rep_async_ms));
	return 0;
}

void vs_reps_stop(struct vs_pf *pf)
{
	cancel_delayed_work_sync(&pf->async);
	vs_ports_del(pf, K_VF_REP);
}
