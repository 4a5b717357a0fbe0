// SPDX-License-Identifier: GPL-2.0
/* Netdevs of all kinds, without a data path. */
#include <linux/delay.h>
#include <linux/ethtool.h>
#include <net/pkt_cls.h>
#include <net/pkt_sched.h>
#include <net/vxlan.h>
#include "vsim.h"

/* Until 6.2 a driver gives devlink the netdev of a port; later it gives the netdev
 * its port. Until 6.12 immutability is a feature bit. */
int vs_register(struct net_device *d)
{
	struct vs_nd *n = netdev_priv(d);
	int err;

	rtnl_lock();
	/* real: ice_repr_get_stats64() waits a second for the VF; lio_vf_rep_netdev_event() a
	 * minute for firmware that does not answer */
	if (n->port && n->pf->f.rep_rtnl_ms)
		msleep(n->pf->f.rep_rtnl_ms);
	err = register_netdevice(d);
	rtnl_unlock();
#if VS_6_1
	if (!err && n->dlp)
		devlink_port_type_eth_set(n->dlp, d);
#endif
	return err;
}
void vs_unregister(struct net_device *d)
{
#if VS_6_1
	struct vs_nd *n = netdev_priv(d);

	if (n->dlp)
		devlink_port_type_clear(n->dlp);
#endif
	unregister_netdev(d);
}
void vs_immutable(struct net_device *d, bool on)
{
#if VS_6_1
	if (on)
		d->features |= NETIF_F_NETNS_LOCAL;
	else
		d->features &= ~NETIF_F_NETNS_LOCAL;
#else
	d->netns_immutable = on;
#endif
}
#if VS_6_1
struct devlink_port *vs_devlink_port(struct net_device *d)
{
	return ((struct vs_nd *)netdev_priv(d))->dlp;
}
#endif

int vs_open(struct net_device *d) { netif_carrier_on(d); netif_start_queue(d); return 0; }
int vs_stop(struct net_device *d) { netif_carrier_off(d); netif_stop_queue(d); return 0; }
netdev_tx_t vs_xmit(struct sk_buff *skb, struct net_device *d)
{
	dev_kfree_skb_any(skb);
	return NETDEV_TX_OK;
}

int vs_switch_id(struct net_device *d, struct netdev_phys_item_id *id)
{
	struct vs_pf *pf = nd_pf(d);

	/* real: bnxt_get_port_parent_id() (PF and reps), liquidio_get_port_parent_id()
	 * (PF only): no id unless eswitch_mode is already switchdev */
	if ((is_face(pf, &bnxt_face) || (is_face(pf, &liquidio_face) && !nd_port(d))) && !switchdev(pf))
		return -EOPNOTSUPP;
	*id = pf->swid;
	return 0;
}

/* A representor's port name: the test's, or the face's. Without either, the core
 * uses devlink's. */
int vs_port_name(struct net_device *d, char *buf, size_t len)
{
	struct vs_pf *pf = nd_pf(d);
	struct vs_port *p = nd_port(d);
	int n = -1;

	if (p && p->name[0])
		n = snprintf(buf, len, "%s", p->name);
	else if (p && pf->face->port_name)
		n = pf->face->port_name(p, buf, len);
	return n < 0 || n >= len ? -EOPNOTSUPP : 0;
}

/* Flower rules count as offloaded; real: mlx5e_configure_flower() and others. */
static LIST_HEAD(block_list);
static int rule(enum tc_setup_type type, void *data, void *cb_priv)
{
	struct flow_cls_offload *f = data;
	struct vs_pf *pf = cb_priv;

	if (type != TC_SETUP_CLSFLOWER)
		return -EOPNOTSUPP;
	switch (f->command) {
	case FLOW_CLS_REPLACE:
		pf->rules++;
		return 0;
	case FLOW_CLS_DESTROY:
		if (pf->rules)
			pf->rules--;
		return 0;
	default:
		return 0;
	}
}
int vs_setup_tc(struct net_device *d, enum tc_setup_type type, void *data)
{
	struct vs_pf *pf = nd_pf(d);

	/* real: ice_setup_tc_mqprio_qdisc() */
	if (type == TC_SETUP_QDISC_MQPRIO && is_face(pf, &ice_face) && !nd_port(d)) {
		struct tc_mqprio_qopt_offload *channels = data;

		pf->channels = channels->qopt.num_tc;
		return 0;
	}
	if (type != TC_SETUP_BLOCK)
		return -EOPNOTSUPP;
	return flow_block_cb_setup_simple(data, &block_list, rule, pf, pf, true);
}

/* Rules at tunnels and bonds; real: mlx5e_rep_indr_setup_cb(). */
static void released(void *priv) { }
static int indirect(struct net_device *d, struct Qdisc *q, void *priv, enum tc_setup_type type,
		    void *offload, void *data, void (*cleanup)(struct flow_block_cb *cb))
{
	struct flow_block_offload *bo = offload;
	struct vs_pf *pf = priv;
	struct flow_block_cb *cb;

	if (!d || type != TC_SETUP_BLOCK || !(netif_is_vxlan(d) || netif_is_bond_master(d)))
		return -EOPNOTSUPP;
	bo->driver_block_list = &block_list;
	if (bo->command == FLOW_BLOCK_BIND) {
		cb = flow_indr_block_cb_alloc(rule, d, pf, released, bo, d, q, data, pf, cleanup);
		if (IS_ERR(cb))
			return PTR_ERR(cb);
		flow_block_cb_add(cb, bo);
		list_add_tail(&cb->driver_list, &block_list);
		return 0;
	}
	cb = flow_block_cb_lookup(bo->block, rule, d);
	if (!cb)
		return -ENOENT;
	flow_indr_block_cb_remove(cb, bo);
	list_del(&cb->driver_list);
	return 0;
}
int vs_indirect_on(struct vs_pf *pf) { return flow_indr_dev_register(indirect, pf); }
void vs_indirect_off(struct vs_pf *pf) { flow_indr_dev_unregister(indirect, pf, released); }

const struct net_device_ops vs_vf_ops = { ND_BASE, ND_MAC };

static void drvinfo(struct net_device *d, struct ethtool_drvinfo *i)
{
	struct vs_pf *pf = nd_pf(d);
	bool rep = nd_port(d);

	strscpy(i->driver, rep && is_face(pf, &mlx5_face) ? "mlx5e_rep" : pf->face->driver,
		sizeof(i->driver));
	if (is_face(pf, &nfp_face))
		strscpy(i->bus_info, pci_name(pf->pdev), sizeof(i->bus_info));
}
static const struct ethtool_ops eth_ops = { .get_drvinfo = drvinfo, .get_link = ethtool_op_get_link };
static const struct ethtool_ops function_eth_ops = { .get_link = ethtool_op_get_link };

struct net_device *vs_netdev(struct vs_pf *pf, struct vs_port *p, enum vs_kind k,
			     const struct net_device_ops *ops)
{
	bool queues = k == K_PF && is_face(pf, &ice_face);
	struct net_device *d = alloc_etherdev_mq(sizeof(struct vs_nd), queues ? 4 : 1);
	struct vs_nd *n;

	if (!d)
		return NULL;
	n = netdev_priv(d);
	n->pf = pf;
	n->port = p;
	n->kind = k;
	d->netdev_ops = ops;
	if (k == K_VF || k == K_SF)
		d->ethtool_ops = &function_eth_ops;
	else if (!p || !is_face(pf, &liquidio_face))	/* its reps keep the core's ethtool ops */
		d->ethtool_ops = &eth_ops;
	if (k == K_PF && is_face(pf, &mlx5_face))
		vs_ipsec_setup(d);
	d->max_mtu = 9978;
	d->hw_features |= NETIF_F_HW_TC;
	if (p)		/* a PF has it off by default; real: mlx5e_build_nic_netdev() */
		d->features |= NETIF_F_HW_TC;
	return d;
}
