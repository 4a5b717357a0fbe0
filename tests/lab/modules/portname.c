// SPDX-License-Identifier: GPL-2.0
/* Test only: a netdev with the parent device and switch id of a given netdev, and a port
 * name of the test's choice, which can be hostile.
 */
#include <linux/etherdevice.h>
#include <linux/kernel.h>
#include <linux/version.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>

#if LINUX_VERSION_CODE >= KERNEL_VERSION(7, 0, 0)
#include <linux/hex.h>
#define dev_get_port_parent_id netif_get_port_parent_id
#endif

static char *beside = "";
module_param(beside, charp, 0444);
static char *name = "portname0";
module_param(name, charp, 0444);
static char *port_name_hex = "";
module_param(port_name_hex, charp, 0444);

static struct net_device *port;
static struct netdev_phys_item_id switch_id;
static char port_name[2 * IFNAMSIZ];

static netdev_tx_t port_xmit(struct sk_buff *skb, struct net_device *dev)
{
	dev_kfree_skb(skb);
	return NETDEV_TX_OK;
}

static int port_get_name(struct net_device *dev, char *buffer, size_t len)
{
	/* As devlink does when a port's name does not fit. */
	return strscpy(buffer, port_name, len) < 0 ? -EINVAL : 0;
}

static int port_get_switch_id(struct net_device *dev, struct netdev_phys_item_id *id)
{
	*id = switch_id;
	return 0;
}

static const struct net_device_ops port_ops = {
	.ndo_start_xmit = port_xmit,
	.ndo_get_phys_port_name = port_get_name,
	.ndo_get_port_parent_id = port_get_switch_id,
};

static int __init portname_init(void)
{
	size_t len = strlen(port_name_hex) / 2;
	struct net_device *other;
	int err;

	if (len >= sizeof(port_name) || hex2bin(port_name, port_name_hex, len))
		return -EINVAL;
	other = dev_get_by_name(&init_net, beside);
	if (!other)
		return -ENODEV;
	rtnl_lock();
	err = dev_get_port_parent_id(other, &switch_id, false);
	rtnl_unlock();
	port = err ? NULL : alloc_etherdev(0);
	if (!port) {
		dev_put(other);
		return err ?: -ENOMEM;
	}
	SET_NETDEV_DEV(port, other->dev.parent);
	dev_put(other);
	strscpy(port->name, name, IFNAMSIZ);
	port->netdev_ops = &port_ops;
	eth_hw_addr_random(port);
	err = register_netdev(port);
	if (err)
		free_netdev(port);
	return err;
}

static void __exit portname_exit(void)
{
	unregister_netdev(port);
	free_netdev(port);
}

module_init(portname_init);
module_exit(portname_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Test only: a netdev with a chosen port name");
