// SPDX-License-Identifier: GPL-2.0
/* VFs and SFs as their own host sees them: a device, a netdev, for some drivers a
 * devlink instance; and mlx5's auxiliary devices.
 */
#include <linux/delay.h>
#include "vsim.h"

static DEFINE_IDA(eth_ids);
static DEFINE_IDA(sf_ids);
static const struct devlink_ops empty_ops = {};

/* mlx5's VFs and SFs have these callbacks, but mlx5_eswitch_check() refuses. */
static int no_mode_get(struct devlink *dl, u16 *m) { return -EOPNOTSUPP; }
static int no_mode_set(struct devlink *dl, u16 m, struct netlink_ext_ack *ea) { return -EOPNOTSUPP; }
static const struct devlink_ops mlx5_function_ops = {
	.eswitch_mode_get = no_mode_get, .eswitch_mode_set = no_mode_set,
};

/* ---- mlx5_core.eth.N and its nested devlink instance --------------------- */
/* Auxiliary devices that are not released yet: devlink keeps the device of an
 * instance until a worker has released the instance. */
static atomic_t aux_devices;

static void aux_release(struct device *dev)
{
	kfree(container_of(dev, struct vs_aux, ad.dev));
	atomic_dec(&aux_devices);
}
static int aux_add(struct auxiliary_device *ad, const char *module, const char *name, struct ida *ids,
		   struct device *parent, void (*release)(struct device *))
{
	int err;

	ad->name = name;
	ad->id = ida_alloc(ids, GFP_KERNEL);
	ad->dev.parent = parent;
	ad->dev.release = release;
	err = auxiliary_device_init(ad);
	if (err)
		return err;
	atomic_inc(&aux_devices);
	err = __auxiliary_device_add(ad, module);
	if (err)
		auxiliary_device_uninit(ad);
	return err;
}

/* real: mlx5e_create_devlink(), mlx5e_devlink_port_register(). With a PF, the
 * port is its uplink; without, the function's own port, of flavour virtual. */
struct vs_aux *vs_aux_new(struct device *dev, struct devlink *parent, struct vs_pf *pf, u16 vhca)
{
	struct vs_aux *a = kzalloc(sizeof(*a), GFP_KERNEL);
	struct devlink_port_attrs at = { .flavour = DEVLINK_PORT_FLAVOUR_VIRTUAL };
	int err;

	if (!a)
		return NULL;
	err = aux_add(&a->ad, "mlx5_core", "eth", &eth_ids, dev, aux_release);
	if (err)
		return NULL;
	a->dl = devlink_alloc_ns(&empty_ops, sizeof(long), &init_net, &a->ad.dev);
	devl_nested_devlink_set(parent, a->dl);
	devlink_register(a->dl);
	if (pf) {
		struct vs_port like = { .pf = pf, .kind = K_PHY, .num = pf->o.pf, .split = -1 };

		vs_port_attrs(&a->dlp, &like);
	} else {
		devlink_port_attrs_set(&a->dlp, &at);
	}
	devlink_port_register(a->dl, &a->dlp, ((u32)vhca << 16) | (pf ? 0xffff : 0));
	return a;
}
void vs_aux_del(struct vs_aux *a)
{
	if (!a)
		return;
	devlink_port_unregister(&a->dlp);
	devlink_unregister(a->dl);
	devlink_free(a->dl);
	auxiliary_device_delete(&a->ad);
	ida_free(&eth_ids, a->ad.id);
	auxiliary_device_uninit(&a->ad);
}

/* ---- what VFs and SFs have in common ------------------------------------- */
static void register_work(struct work_struct *w)
{
	struct vs_function *f = container_of(to_delayed_work(w), struct vs_function, reg);

	if (!vs_register(f->nd))
		f->nd_on = true;
}

/* sf: the SF's port; NULL for a VF. */
static int function_start(struct vs_function *f, struct vs_port *sf, const u8 *mac, u16 vhca)
{
	struct vs_pf *pf = f->pf;

	f->nd = vs_netdev(pf, NULL, sf ? K_SF : K_VF, &vs_vf_ops);
	if (!f->nd)
		return -ENOMEM;
	SET_NETDEV_DEV(f->nd, f->dev);
	if (is_zero_ether_addr(mac))
		eth_hw_addr_random(f->nd);
	else
		eth_hw_addr_set(f->nd, mac);
	if (sf || is_face(pf, &mlx5_face) || is_face(pf, &bnxt_face)) {
		bool mlx5 = is_face(pf, &mlx5_face);

		f->dl = devlink_alloc(mlx5 ? &mlx5_function_ops : &empty_ops, sizeof(long), f->dev);
		devl_lock(f->dl);
		/* real: mlx5_sf_mdev_event(): the SF's port leads to its instance */
		if (sf)
			devl_port_fn_devlink_set(&sf->dlp, f->dl);
		devl_register(f->dl);
		if (mlx5 && pf->aux)
			f->aux = vs_aux_new(f->dev, f->dl, NULL, vhca);
		devl_unlock(f->dl);
		if (f->aux)
			SET_NETDEV_DEVLINK_PORT(f->nd, &f->aux->dlp);
	}
	INIT_DELAYED_WORK(&f->reg, register_work);
	if (pf->face->vf_delay_ms && !sf)
		schedule_delayed_work(&f->reg, msecs_to_jiffies(pf->face->vf_delay_ms));
	else
		register_work(&f->reg.work);
	return 0;
}
static void function_stop(struct vs_function *f)
{
	cancel_delayed_work_sync(&f->reg);
	if (f->nd_on)
		vs_unregister(f->nd);
	vs_aux_del(f->aux);
	free_netdev(f->nd);
	if (f->dl) {
		devlink_unregister(f->dl);
		devlink_free(f->dl);
	}
}

/* ---- VFs ----------------------------------------------------------------- */
/* Enables n VFs, or fewer if the test asks for fewer. */
int vs_vfs_enable(struct vs_pf *pf, int n)
{
	return pci_enable_sriov(pf->pdev, max_t(int, n - vs_vfs_missing(pf), 1));
}

/* Representors first; VF configuration survives; real: nfp_pcie_sriov_disable() */
void vs_vfs_off(struct vs_pf *pf)
{
	devl_lock(pf->dl);
	vs_reps_stop(pf);
	pf->num_vfs = 0;
	devl_unlock(pf->dl);
	pci_disable_sriov(pf->pdev);
}

int vs_vf_probe(struct pci_dev *pdev)
{
	struct vs_pf *pf = pci_get_drvdata(pci_physfn(pdev));
	struct vs_function *f = pf ? kzalloc(sizeof(*f), GFP_KERNEL) : NULL;
	int err;

	if (!f)
		return -ENODEV;
	err = vs_vf_fault(pf);
	if (err) {
		kfree(f);
		return err;
	}
	f->dev = &pdev->dev;
	f->pf = pf;
	f->id = pci_iov_vf_id(pdev);
	pci_set_drvdata(pdev, f);
	err = function_start(f, NULL, pf->vf[f->id].mac, 16 + pf->vhca * VS_MAX_VF + f->id);
	if (err)
		kfree(f);
	return err;
}
void vs_vf_remove(struct pci_dev *pdev)
{
	struct vs_function *f = pci_get_drvdata(pdev);

	function_stop(f);
	kfree(f);
}

/* ---- SFs: mlx5_core.sf.N, real: mlx5_sf_dev_add() ------------------------- */
static ssize_t sfnum_show(struct device *dev, struct device_attribute *a, char *buf)
{
	struct vs_function *f = container_of(dev, struct vs_function, ad.dev);

	return sysfs_emit(buf, "%u\n", f->id);
}
static DEVICE_ATTR_RO(sfnum);
static struct attribute *sf_attrs[] = { &dev_attr_sfnum.attr, NULL };
ATTRIBUTE_GROUPS(sf);

static void sf_release(struct device *dev)
{
	kfree(container_of(dev, struct vs_function, ad.dev));
	atomic_dec(&aux_devices);
}
int vs_sf_on(struct vs_port *p)
{
	struct vs_function *f = kzalloc(sizeof(*f), GFP_KERNEL);
	int err;

	if (!f)
		return -ENOMEM;
	f->pf = p->pf;
	f->id = p->num;
	if (is_face(p->pf, &mlx5_face))		/* ice's SF devices have no sfnum */
		f->ad.dev.groups = sf_groups;
	err = aux_add(&f->ad, p->pf->face->driver, "sf", &sf_ids, &p->pf->pdev->dev, sf_release);
	if (err)
		return err;
	f->dev = &f->ad.dev;
	p->sf = f;
	return function_start(f, p, p->sf_mac, 4096 + p->index);
}
void vs_sf_off(struct vs_port *p)
{
	struct vs_function *f = p->sf;

	if (!f)
		return;
	p->sf = NULL;
	function_stop(f);
	auxiliary_device_delete(&f->ad);
	ida_free(&sf_ids, f->ad.id);
	auxiliary_device_uninit(&f->ad);
}

/* ---- drivers of the auxiliary devices, so that sysfs shows them bound ----- */
static int aux_probe(struct auxiliary_device *a, const struct auxiliary_device_id *id) { return 0; }
#define AUX_DRIVER(sym, module, kind) \
static const struct auxiliary_device_id sym##_table[] = { { .name = module "." kind }, {} }; \
static struct auxiliary_driver sym = { .name = kind, .probe = aux_probe, .id_table = sym##_table };
AUX_DRIVER(mlx5_eth, "mlx5_core", "eth")
AUX_DRIVER(mlx5_sf, "mlx5_core", "sf")
AUX_DRIVER(ice_sf, "ice", "sf")

int vs_aux_init(void)
{
	int err = __auxiliary_driver_register(&mlx5_eth, THIS_MODULE, "mlx5_core");

	if (err)
		return err;
	err = __auxiliary_driver_register(&mlx5_sf, THIS_MODULE, "mlx5_core");
	if (!err) {
		err = __auxiliary_driver_register(&ice_sf, THIS_MODULE, "ice");
		if (!err)
			return 0;
		auxiliary_driver_unregister(&mlx5_sf);
	}
	auxiliary_driver_unregister(&mlx5_eth);
	return err;
}
void vs_aux_exit(void)
{
	auxiliary_driver_unregister(&ice_sf);
	auxiliary_driver_unregister(&mlx5_sf);
	auxiliary_driver_unregister(&mlx5_eth);
	while (atomic_read(&aux_devices))
		msleep(20);
	msleep(20);	/* until the last release has returned */
}
