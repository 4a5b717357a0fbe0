// SPDX-License-Identifier: GPL-2.0
/* mlx5's hardware LAG: ports of one card in a bond, or as one eswitch (multiport). Packets go
 * nowhere, and the bond's own mode does not count. */
#include <linux/seq_file.h>
#include <linux/workqueue.h>
#include "vsim.h"

static struct dentry *lag_root;

static bool together(const struct vs_pf *one, const struct vs_pf *other)
{
	return one->o.lag && other->o.lag && one->o.card == other->o.card;
}

/* What the ports of a card are by now. Takes RTNL and the list of PFs for granted.
 * real: mlx5_lag_check_prereq(), mlx5_lag_is_roce_lag(), mlx5_do_bond() */
static enum vs_lag lag_of(struct vs_pf *pf)
{
	struct net_device *bond = pf->nd_on ? netdev_master_upper_dev_get(pf->nd) : NULL;
	struct vs_pf *other;
	int ports = 0;

	/* It ends by its parameter, and by a change of the mode. */
	if (pf->lag == LAG_MPESW)
		return LAG_MPESW;
	if (!bond || !netif_is_bond_master(bond))
		return LAG_NONE;
	list_for_each_entry(other, &vs_pfs, all) {
		if (!together(pf, other))
			continue;
		ports++;
		if (other->switching || !other->nd_on || netdev_master_upper_dev_get(other->nd) != bond)
			return LAG_NONE;
		if (other->mode != pf->mode || (!switchdev(other) && other->num_vfs))
			return LAG_NONE;
		if (vs_refuses(other, "lag"))
			return LAG_NONE;
	}
	if (ports < 2)
		return LAG_NONE;
	return switchdev(pf) ? LAG_SWITCHDEV : LAG_ROCE;
}

/* real: mlx5_do_bond_work() */
static void lag_work(struct work_struct *w)
{
	struct vs_pf *pf;

	rtnl_lock();
	mutex_lock(&vs_pfs_lock);
	list_for_each_entry(pf, &vs_pfs, all)
		if (pf->o.lag)
			pf->lag = lag_of(pf);
	mutex_unlock(&vs_pfs_lock);
	rtnl_unlock();
}
static DECLARE_DELAYED_WORK(bond_work, lag_work);

void vs_lag_queue(struct vs_pf *pf)
{
	if (pf->o.lag)
		mod_delayed_work(system_wq, &bond_work, msecs_to_jiffies(pf->f.lag_delay_ms ?: 100));
}

/* real: mlx5_lag_disable_change(), mlx5_lag_remove_mdev() */
void vs_lag_stop(struct vs_pf *pf)
{
	struct vs_pf *other;

	mutex_lock(&vs_pfs_lock);
	list_for_each_entry(other, &vs_pfs, all)
		if (together(pf, other))
			other->lag = LAG_NONE;
	pf->lag = LAG_NONE;
	mutex_unlock(&vs_pfs_lock);
	vs_lag_queue(pf);
}

/* real: enable_mpesw(), mlx5_lag_mpesw_disable() */
int vs_multiport_set(struct vs_pf *pf, bool on)
{
	enum vs_lag from = pf->lag;
	struct vs_pf *other;
	int err = 0, ports = 0;

	if (on == (from == LAG_MPESW))
		return 0;
	if (on && from != LAG_NONE)
		return -EINVAL;
	mutex_lock(&vs_pfs_lock);
	list_for_each_entry(other, &vs_pfs, all)
		if (together(pf, other)) {
			ports++;
			if (on && (!switchdev(other) || other->switching || vs_refuses(other, "lag")))
				err = -EOPNOTSUPP;
		}
	if (ports < 2)
		err = -EOPNOTSUPP;
	list_for_each_entry(other, &vs_pfs, all)
		if (!err && together(pf, other))
			other->lag = on ? LAG_MPESW : LAG_NONE;
	mutex_unlock(&vs_pfs_lock);
	return err;
}

/* real: mlx5_lag_netdev_event() */
static int netdev_event(struct notifier_block *nb, unsigned long event, void *data)
{
	struct net_device *nd = netdev_notifier_info_to_dev(data);
	struct vs_pf *pf;

	if (event != NETDEV_CHANGEUPPER && event != NETDEV_CHANGELOWERSTATE)
		return NOTIFY_DONE;
	mutex_lock(&vs_pfs_lock);
	list_for_each_entry(pf, &vs_pfs, all)
		if (pf->nd == nd)
			vs_lag_queue(pf);
	mutex_unlock(&vs_pfs_lock);
	return NOTIFY_DONE;
}
static struct notifier_block netdev_nb = { .notifier_call = netdev_event };

/* real: lag/debugfs.c */
static int state_show(struct seq_file *s, void *unused)
{
	struct vs_pf *pf = s->private;

	seq_puts(s, pf->lag == LAG_NONE ? "disabled\n" : "active\n");
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(state);
static int type_show(struct seq_file *s, void *unused)
{
	static const char *const types[] = { NULL, "roce", "switchdev", "multiport_eswitch" };
	struct vs_pf *pf = s->private;
	enum vs_lag lag = pf->lag;

	if (lag == LAG_NONE)
		return -EINVAL;
	seq_printf(s, "%s\n", types[lag]);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(type);
static int members_show(struct seq_file *s, void *unused)
{
	struct vs_pf *pf = s->private, *other;

	mutex_lock(&vs_pfs_lock);
	list_for_each_entry(other, &vs_pfs, all)
		if (together(pf, other))
			seq_printf(s, "%s\n", pci_name(other->pdev));
	mutex_unlock(&vs_pfs_lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(members);

void vs_lag_files(struct vs_pf *pf)
{
	struct dentry *lag;

	if (!pf->o.lag)
		return;
	pf->lag_dbg = debugfs_create_dir(pci_name(pf->pdev), lag_root);
	lag = debugfs_create_dir("lag", pf->lag_dbg);
	debugfs_create_file("state", 0444, lag, pf, &state_fops);
	debugfs_create_file("type", 0444, lag, pf, &type_fops);
	debugfs_create_file("members", 0444, lag, pf, &members_fops);
}

int vs_lag_init(void)
{
	lag_root = debugfs_create_dir("mlx5", NULL);
	return register_netdevice_notifier(&netdev_nb);
}
void vs_lag_exit(void)
{
	unregister_netdevice_notifier(&netdev_nb);
	cancel_delayed_work_sync(&bond_work);
	debugfs_remove_recursive(lag_root);
}
