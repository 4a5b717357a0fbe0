// SPDX-License-Identifier: GPL-2.0
/* PCI drivers under the real names, and what all PFs have. */
#include <linux/jhash.h>
#include <linux/module.h>
#include "vsim.h"

LIST_HEAD(vs_pfs);
DEFINE_MUTEX(vs_pfs_lock);
static DEFINE_IDA(vhca_ids);
static struct dentry *root;

static const struct vs_face *const faces[] = {
	&mlx5_face, &nfp_face, &bnxt_face, &liquidio_face, &ice_face, &rvu_af_face,
	&rvu_nicpf_face, &rvu_rep_face, &sfc_face, &plain_face, &lone_face,
};

/* The face and the personality that a function gets. */
static const struct vs_face *face_of(struct pci_dev *pdev, struct vs_options *o)
{
	char key[16];
	int i;

	if (pdev->is_virtfn || !vs_options(pdev, key, o))
		return NULL;
	for (i = 0; i < ARRAY_SIZE(faces); i++)
		if (!strcmp(faces[i]->key, key))
			return faces[i];
	return NULL;
}

/* core adds DEVLINK_ATTR_INFO_DRIVER_NAME from dev->driver->name itself */
int vs_info(struct devlink *dl, struct devlink_info_req *req, struct netlink_ext_ack *ea)
{
	struct vs_pf *pf = dl_pf(dl);
	char b[24];

	snprintf(b, sizeof(b), "%*phN", pf->swid.id_len, pf->swid.id);
	return devlink_info_serial_number_put(req, b) ?:
	       devlink_info_version_running_put(req, DEVLINK_INFO_VERSION_GENERIC_FW, "99.0.vsim");
}

/* ---- a PF ------------------------------------------------------------------ */
static void ids(struct vs_pf *pf)
{
	struct pci_dev *pd = pf->pdev;
	const u8 *oui = pf->face->oui;
	u32 slot[3] = { pci_domain_nr(pd->bus), pd->bus->number, pd->devfn };
	u32 h = pf->o.card >= 0 ? jhash_1word(pf->o.card, 77) : jhash2(slot, 3, 77);
	u64 guid = (u64)oui[0] << 56 | (u64)oui[1] << 48 | (u64)oui[2] << 40 | 0x03ULL << 32 | h;

	memcpy(pf->mac, oui, 3);
	pf->mac[3] = h >> 16;
	pf->mac[4] = h >> 8;
	pf->mac[5] = (h & 0xf0) + 2 * (pf->o.pf & 7);
	put_unaligned_be64(guid, pf->swid.id);
	pf->swid.id_len = 8;
	if (is_face(pf, &mlx5_face)) {	/* host order, as real; 9 bytes since 7.2 with SD */
		memcpy(pf->swid.id, &guid, 8);
		pf->swid.id[8] = 1;
		pf->swid.id_len = pf->o.sd && since(pf, 702) ? 9 : 8;
	} else if (is_face(pf, &bnxt_face)) {
		put_unaligned_le64(pf->o.serial ? guid : 0, pf->swid.id);
	} else if (is_face(pf, &nfp_face)) {
		pf->swid.id_len = 6;
	}
}

/* The uplink's port: on a nested instance, or on the PF's own. */
static int uplink(struct vs_pf *pf)
{
	struct vs_port like = { .pf = pf, .kind = K_PHY, .num = pf->o.pf, .split = -1 };
	int err;

	if (is_face(pf, &mlx5_face) && since(pf, 612) && !pf->no_netdev) {
		pf->aux = vs_aux_new(&pf->pdev->dev, pf->dl, pf, pf->vhca);
		if (!pf->aux)
			return -ENOMEM;
		SET_NETDEV_DEVLINK_PORT(pf->nd, &pf->aux->dlp);
	}
	if (!pf->dlp_wanted)
		return 0;
	vs_port_attrs(&pf->dlp, &like);
	err = devl_port_register_with_ops(pf->dl, &pf->dlp, pf->dlp_index, &vs_no_port_ops);
	if (err)
		return err;
	pf->dlp_on = true;
	SET_NETDEV_DEVLINK_PORT(pf->nd, &pf->dlp);
	return 0;
}

static int netdev(struct vs_pf *pf)
{
	int err = pf->no_netdev ? 0 : vs_register(pf->nd);

	pf->nd_on = !err && !pf->no_netdev;
	return err;
}

static void pf_free(struct vs_pf *pf)
{
	if (pf->dl)
		devlink_free(pf->dl);
	if (pf->nd)
		free_netdev(pf->nd);
	ida_free(&vhca_ids, pf->vhca);
	ida_destroy(&pf->sf_ids);
	pci_set_drvdata(pf->pdev, NULL);
	pci_disable_device(pf->pdev);
	kfree(pf->mports);
	kfree(pf);
}

static struct vs_pf *pf_alloc(struct pci_dev *pdev, const struct vs_face *face, const struct vs_options *o)
{
	struct vs_pf *pf = kzalloc(sizeof(*pf), GFP_KERNEL);

	if (!pf)
		return NULL;
	pf->pdev = pdev;
	pf->face = face;
	pf->o = *o;
	INIT_LIST_HEAD(&pf->ports);
	ida_init(&pf->sf_ids);
	INIT_DELAYED_WORK(&pf->async, vs_async_work);
	INIT_WORK(&pf->late, vs_late_work);
	vs_vf_reset(pf);
	ids(pf);
	pf->vhca = ida_alloc(&vhca_ids, GFP_KERNEL);
	pf->mode = LEGACY;
	if (face->setup)
		face->setup(pf);
	pf->mports = kcalloc(VS_MAX_VF + 1, sizeof(*pf->mports), GFP_KERNEL);
	pf->nd = vs_netdev(pf, NULL, K_PF, face->pf_ops);
	pf->dl = devlink_alloc(face->devlink_ops, sizeof(pf), &pdev->dev);
	pci_set_drvdata(pdev, pf);
	if (!pf->nd || !pf->dl || !pf->mports) {
		pf_free(pf);
		return NULL;
	}
	*(struct vs_pf **)devlink_priv(pf->dl) = pf;
	SET_NETDEV_DEV(pf->nd, &pdev->dev);
	if (pf->random_mac)
		eth_hw_addr_random(pf->nd);
	else
		eth_hw_addr_set(pf->nd, pf->mac);
	return pf;
}

static void pf_remove(struct pci_dev *pdev)
{
	struct vs_pf *pf = pci_get_drvdata(pdev);
	struct vs_port *p, *next;

	debugfs_remove_recursive(pf->dbg);
	mutex_lock(&vs_pfs_lock);
	list_del(&pf->all);
	mutex_unlock(&vs_pfs_lock);
	debugfs_remove_recursive(pf->lag_dbg);
	vs_lag_stop(pf);
	cancel_work_sync(&pf->late);
	if (pci_num_vf(pdev))
		pf->face->vfs_off(pf);
	devl_lock(pf->dl);
	cancel_delayed_work_sync(&pf->async);
	list_for_each_entry_safe(p, next, &pf->ports, list)
		vs_port_del(p);
	if (pf->face->stop)
		pf->face->stop(pf);
	if (pf->nd_on)
		vs_unregister(pf->nd);
	if (pf->dlp_on)
		devl_port_unregister(&pf->dlp);
	vs_aux_del(pf->aux);
	devl_unregister(pf->dl);
	vs_params_off(pf);
	devl_unlock(pf->dl);
	pf_free(pf);
}

static int pf_probe(struct pci_dev *pdev, const struct vs_face *face, const struct vs_options *o)
{
	bool early = face == &liquidio_face;	/* real: setup_nic_devices(), before devlink */
	struct vs_pf *pf;
	int err = pci_enable_device_mem(pdev);

	if (err)
		return err;
	pci_set_master(pdev);
	pf = pf_alloc(pdev, face, o);
	if (!pf)
		return -ENOMEM;
	if (early)
		err = netdev(pf);
	devl_lock(pf->dl);
	err = err ?: vs_params_on(pf);
	devl_register(pf->dl);
	err = err ?: uplink(pf);
	if (!early)
		err = err ?: netdev(pf);
	if (face->start)
		err = err ?: face->start(pf);
	devl_unlock(pf->dl);
	mutex_lock(&vs_pfs_lock);
	list_add_tail(&pf->all, &vs_pfs);
	mutex_unlock(&vs_pfs_lock);
	pf->dbg = debugfs_create_dir(pci_name(pdev), root);
	vs_fault_files(pf);
	vs_truth_file(pf);
	vs_lag_files(pf);
	if (err) {
		dev_err(&pdev->dev, "vsim: probe error %d\n", err);
		pf_remove(pdev);
	}
	return err;
}

static int sriov_configure(struct pci_dev *pdev, int n)
{
	struct vs_pf *pf = pci_get_drvdata(pdev);

	if (n > VS_MAX_VF)
		return -EINVAL;
	if (!pf->face->vfs_on)
		return -EOPNOTSUPP;
	if (pf->face->vfs_need_up && !netif_running(pf->nd)) {	/* real: bnxt_sriov_configure() */
		netdev_warn(pf->nd, "Reject SRIOV config request since if is down!\n");
		return 0;	/* the sysfs write succeeds, nothing happens */
	}
	if (n)
		return pf->face->vfs_on(pf, n);
	if (pci_num_vf(pdev))
		pf->face->vfs_off(pf);
	return 0;
}

/* ---- drivers ----------------------------------------------------------------- */
/* Every id matches and probe() decides, so that VFs need no driver_override: with a
 * driver_override the PCI core would ignore sriov_drivers_autoprobe=0. */
static const struct pci_device_id any_ids[] = { { PCI_DEVICE(PCI_ANY_ID, PCI_ANY_ID) }, {} };

static int probe(struct pci_dev *p, const struct pci_device_id *id)
{
	const char *driver = p->dev.driver->name;
	const struct vs_face *face;
	struct vs_options o;
	struct pci_driver *pd;
	struct vs_pf *pf;

	if (!p->is_virtfn) {
		face = face_of(p, &o);
		return face && !strcmp(face->driver, driver) ? pf_probe(p, face, &o) : -ENODEV;
	}
	pd = pci_physfn(p)->driver;
	if (!pd || pd->sriov_configure != sriov_configure)
		return -ENODEV;
	pf = pci_get_drvdata(pci_physfn(p));
	return pf && !strcmp(pf->face->vf_driver, driver) ? vs_vf_probe(p) : -ENODEV;
}
static void remove(struct pci_dev *p)
{
	if (p->is_virtfn)
		vs_vf_remove(p);
	else
		pf_remove(p);
}
#define DRIVER(n) { .name = n, .id_table = any_ids, .probe = probe, .remove = remove, \
	.sriov_configure = sriov_configure }
static struct pci_driver drivers[] = {
	DRIVER("mlx5_core"), DRIVER("nfp"), DRIVER("bnxt_en"), DRIVER("LiquidIO"), DRIVER("ice"),
	DRIVER("rvu_af"), DRIVER("rvu_nicpf"), DRIVER("rvu_rep"), DRIVER("sfc"), DRIVER("acme"),
	DRIVER("acme_lone"),
	DRIVER("nfp_netvf"), DRIVER("LiquidIO_VF"), DRIVER("iavf"), DRIVER("rvu_nicvf"), DRIVER("acmevf"),
};

/* Whether this module drives the function. */
bool vs_claimed(struct pci_dev *pdev)
{
	return pdev->driver && pdev->driver->probe == probe;
}

static void claim(struct pci_dev *pdev)
{
	struct vs_options o;
	const struct vs_face *face = face_of(pdev, &o);

	if (face)
		device_set_driver_override(&pdev->dev, face->driver);
}
static int bus_event(struct notifier_block *nb, unsigned long ev, void *data)
{
	if (ev == BUS_NOTIFY_ADD_DEVICE)
		claim(to_pci_dev(data));
	return NOTIFY_OK;
}
static struct notifier_block bus_nb = { .notifier_call = bus_event };

static void unregister(int n)
{
	int i;

	for (i = 0; i < n; i++)		/* PF drivers first: they remove their VFs */
		pci_unregister_driver(&drivers[i]);
	bus_unregister_notifier(&pci_bus_type, &bus_nb);
	vs_lag_exit();
	vs_aux_exit();
	debugfs_remove_recursive(root);
}

static int __init vs_init(void)
{
	struct pci_dev *p = NULL;
	int i, err = vs_aux_init();

	if (err)
		return err;
	err = vs_lag_init();
	if (err) {
		vs_aux_exit();
		return err;
	}
	root = debugfs_create_dir("vsim", NULL);
	bus_register_notifier(&pci_bus_type, &bus_nb);
	for_each_pci_dev(p)
		if (!p->driver)
			claim(p);
	for (i = 0; i < ARRAY_SIZE(drivers); i++) {
		err = __pci_register_driver(&drivers[i], THIS_MODULE, "vsim");
		if (err) {
			unregister(i);
			return err;
		}
	}
	return 0;
}
static void __exit vs_exit(void)
{
	struct pci_dev *p = NULL;

	unregister(ARRAY_SIZE(drivers));
	/* The next personality can be that of another driver. */
	for_each_pci_dev(p)
		if (!p->is_virtfn && !p->driver)
			device_set_driver_override(&p->dev, "");
}
module_init(vs_init);
module_exit(vs_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("NICs with the faces of real drivers (test lab)");
