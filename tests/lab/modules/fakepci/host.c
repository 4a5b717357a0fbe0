// SPDX-License-Identifier: GPL-2.0
/* Host bridges: each card has a root bus of its own. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt
#include <linux/delay.h>
#include "core.h"

static struct fpci_bridge *bridge_of(struct pci_bus *b)
{
	return container_of((struct pci_sysdata *)b->sysdata, struct fpci_bridge, sysdata);
}

/* The function with this number if it is on the bus now, or NULL. */
struct fpci_fn *fpci_function(struct pci_bus *b, unsigned int devfn)
{
	struct fpci_bridge *bridge = bridge_of(b);
	struct fpci_fn *f = b->number == bridge->card->bus && !bridge->card->unplugged ?
		bridge->by_devfn[devfn & 0xff] : NULL;

	return f && f->vf < fpci_active_vfs(f->pf) ? f : NULL;
}

/*
 * Claims the BARs of a PF as soon as the kernel finds it, at the first scan and after each rescan:
 * otherwise the kernel would try to assign new addresses, and fail. Keeps each device, for its
 * interrupts.
 */
static int bus_event(struct notifier_block *nb, unsigned long action, void *data)
{
	struct pci_dev *pdev = to_pci_dev(data);
	unsigned long flags;
	struct fpci_fn *f;
	int i;

	if ((action != BUS_NOTIFY_ADD_DEVICE && action != BUS_NOTIFY_REMOVED_DEVICE) ||
	    pdev->bus->ops != &fpci_config_ops)
		return NOTIFY_DONE;
	f = bridge_of(pdev->bus)->by_devfn[pdev->devfn];
	if (!f)
		return NOTIFY_DONE;
	raw_spin_lock_irqsave(&f->lock, flags);
	f->pdev = action == BUS_NOTIFY_ADD_DEVICE ? pdev : NULL;
	raw_spin_unlock_irqrestore(&f->lock, flags);
	if (action == BUS_NOTIFY_ADD_DEVICE && f->vf < 0)
		for (i = 0; i < PCI_NUM_RESOURCES; i++)
			if (pdev->resource[i].flags && !pdev->resource[i].parent)
				pci_claim_resource(pdev, i);
	return NOTIFY_OK;
}

static struct notifier_block bus_nb = { .notifier_call = bus_event };

int fpci_host_init(void)
{
	return bus_register_notifier(&pci_bus_type, &bus_nb);
}

void fpci_host_exit(void)
{
	bus_unregister_notifier(&pci_bus_type, &bus_nb);
}

struct pci_dev *fpci_pdev(struct fpci_fn *f)
{
	struct pci_dev *pdev;
	unsigned long flags;

	if (f->sf >= 0)
		f = &f->pf->fn;
	raw_spin_lock_irqsave(&f->lock, flags);
	pdev = pci_dev_get(f->pdev);
	raw_spin_unlock_irqrestore(&f->lock, flags);
	return pdev;
}
EXPORT_SYMBOL_GPL(fpci_pdev);

int fpci_bridge_add(struct fpci_card *c)
{
	struct fpci_bridge *b = c->bridge;
	LIST_HEAD(res);

	if (pci_find_bus(c->domain, c->bus)) {
		pr_err("%s: bus %d is taken\n", c->type->name, c->bus);
		return -EBUSY;
	}
	b->sysdata.domain = c->domain;
	b->sysdata.node = NUMA_NO_NODE;
	b->buses = (struct resource){ .name = c->type->name, .flags = IORESOURCE_BUS,
				      .start = c->bus, .end = c->bus };
	pci_add_resource(&res, &b->window);
	if (b->hole.end)
		pci_add_resource(&res, &b->hole);
	pci_add_resource(&res, &b->buses);
	pci_lock_rescan_remove();
	b->root = pci_create_root_bus(NULL, c->bus, &fpci_config_ops, &b->sysdata, &res);
	if (b->root) {
		pci_scan_child_bus(b->root);
		pci_bus_add_devices(b->root);
	} else {
		pci_free_resource_list(&res);
	}
	pci_unlock_rescan_remove();
	return b->root ? 0 : -ENODEV;
}

void fpci_bridge_remove(struct fpci_card *c)
{
	if (!c->bridge->root)
		return;
	pci_lock_rescan_remove();
	pci_stop_root_bus(c->bridge->root);
	pci_remove_root_bus(c->bridge->root);
	pci_unlock_rescan_remove();
	c->bridge->root = NULL;
}

/* Marks a device as disconnected, as a hotplug controller does. */
static int disconnected(struct pci_dev *pdev, void *unused)
{
	pdev->error_state = pci_channel_io_perm_failure;
	return 0;
}

static void hide(struct fpci_card *c)
{
	int p;

	for (p = 0; p < c->npf; p++) {
		fpci_decode(&c->pf[p]->fn);
		fpci_decode_vfs(c->pf[p]);
	}
}

/* Pulls the card out without notice to its driver, or puts it back. */
int fpci_plug(struct fpci_card *c, bool in)
{
	struct pci_dev *pdev;
	int p, err = 0;

	if (c->unplugged != in)
		return 0;
	pci_lock_rescan_remove();
	if (in) {
		err = fpci_power_on(c);
		if (!err) {
			WRITE_ONCE(c->unplugged, false);
			pci_rescan_bus(c->bridge->root);
		}
	} else {
		WRITE_ONCE(c->unplugged, true);
		hide(c);
		msleep(20);	/* until the firmware thread has ended its present poll */
		fpci_vanish(c);
		pci_walk_bus(c->bridge->root, disconnected, NULL);
		for (p = c->npf - 1; p >= 0; p--) {
			pdev = fpci_pdev(&c->pf[p]->fn);
			if (!pdev)
				continue;
			pci_stop_and_remove_bus_device(pdev);
			pci_dev_put(pdev);
		}
		for (p = 0; p < c->npf; p++)
			fpci_config_init(&c->pf[p]->fn);
	}
	pci_unlock_rescan_remove();
	return err;
}
