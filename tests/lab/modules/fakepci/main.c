// SPDX-License-Identifier: GPL-2.0
/* Creates and removes cards. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/vmalloc.h>
#include "core.h"

bool fpci_trace;
module_param_named(trace, fpci_trace, bool, 0644);
MODULE_PARM_DESC(trace, "log each command in the kernel log");
EXPORT_SYMBOL_GPL(fpci_trace);

static LIST_HEAD(cards);
static DEFINE_MUTEX(cards_lock);

struct fpci_pf *fpci_at(const struct fpci_type *t, u64 addr, int *bar, u64 *off)
{
	struct fpci_pf *p, *hit = NULL;
	struct fpci_card *c;
	int i, n;

	rcu_read_lock();
	list_for_each_entry_rcu(c, &cards, list)
		for (n = 0; c->type == t && n < c->npf; n++)
			for (i = 0; i < 3; i++) {
				p = c->pf[n];
				if (addr < p->fn.base[i] || addr - p->fn.base[i] >= c->shape.bar[i])
					continue;
				*bar = i;
				*off = addr - p->fn.base[i];
				hit = p;
			}
	rcu_read_unlock();
	return hit;
}
EXPORT_SYMBOL_GPL(fpci_at);

static int fn_init(struct fpci_fn *f, struct fpci_pf *p, int vf, int sf, int devfn)
{
	f->pf = p;
	f->vf = vf;
	f->sf = sf;
	f->devfn = devfn;
	raw_spin_lock_init(&f->lock);
	f->priv = vzalloc(p->card->type->priv ?: 1);
	return f->priv ? 0 : -ENOMEM;
}

/* Allocates @n functions of a PF: its VFs, or its SFs, which have the PF's devfn. */
static struct fpci_fn **functions(struct fpci_pf *p, int n, bool vf)
{
	int first = p->card->shape.vf_offset + p->port * p->card->vfs, i;
	struct fpci_fn **f = kcalloc(n + 1, sizeof(*f), GFP_KERNEL);

	for (i = 0; f && i < n; i++) {
		f[i] = vzalloc(sizeof(**f));
		if (!f[i] || fn_init(f[i], p, vf ? i : -1, vf ? -1 : i, vf ? first + i : p->port))
			break;
		if (vf)
			p->card->bridge->by_devfn[first + i] = f[i];
	}
	return f;
}

static void functions_free(struct fpci_fn **f)
{
	int i;

	for (i = 0; f && f[i]; i++) {
		vfree(f[i]->priv);
		vfree(f[i]);
	}
	kfree(f);
}

static int pf_new(struct fpci_card *c, int port)
{
	const struct fpci_type *t = c->type;
	struct fpci_pf *p = vzalloc(sizeof(*p));

	if (!p)
		return -ENOMEM;
	c->pf[c->npf++] = p;
	p->card = c;
	p->port = port;
	memcpy(p->key, c->key, sizeof(p->key));
	p->priv = vzalloc(t->pf_priv ?: 1);
	p->log = fpci_log_new();
	if (!p->priv || !p->log || fn_init(&p->fn, p, -1, -1, port))
		return -ENOMEM;
	c->bridge->by_devfn[port] = &p->fn;
	p->vf = functions(p, c->vfs, true);
	p->sf = functions(p, c->shape.sfs, false);
	if (!p->vf || !p->sf || (c->vfs && !p->vf[c->vfs - 1]) ||
	    (c->shape.sfs && !p->sf[c->shape.sfs - 1]))
		return -ENOMEM;
	return 0;
}

static void pf_free(struct fpci_pf *p)
{
	functions_free(p->vf);
	functions_free(p->sf);
	vfree(p->fn.priv);
	fpci_log_free(p->log);
	vfree(p->priv);
	vfree(p);
}

static void card_free(struct fpci_card *c)
{
	int i;

	if (c->bridge)
		fpci_bridge_remove(c);	/* the drivers need the firmware to leave */
	for (i = 0; i < c->npf; i++) {
		fpci_thread_stop(c->pf[i]);
		fpci_debugfs_remove(c->pf[i]);
	}
	for (i = 0; i < c->npf; i++)
		if (c->type->exit)
			c->type->exit(c->pf[i]);
	if (!list_empty(&c->list)) {
		list_del_rcu(&c->list);
		synchronize_rcu();
	}
	for (i = 0; i < c->npf; i++)
		pf_free(c->pf[i]);
	if (c->bridge)
		fpci_memory_free(c);
	kfree(c->bridge);
	vfree(c->priv);
	kfree(c);
}

static void forget(struct fpci_fn *f)
{
	memset(f->priv, 0, f->pf->card->type->priv);
	WRITE_ONCE(f->need_reset, 1);
}

/* Starts the firmware of a card afresh, as after a loss of power. */
int fpci_power_on(struct fpci_card *c)
{
	const struct fpci_type *t = c->type;
	int i, n, err = 0;

	for (i = 0; i < c->npf && !err; i++) {
		struct fpci_pf *p = c->pf[i];

		if (t->exit)
			t->exit(p);
		memset(p->priv, 0, t->pf_priv);
		forget(&p->fn);
		for (n = 0; n < c->vfs; n++)
			forget(p->vf[n]);
		for (n = 0; n < c->shape.sfs; n++)
			forget(p->sf[n]);
		err = t->init ? t->init(p) : 0;
	}
	return err;
}

/* Makes memory, configuration space and firmware of a card whose keys are known. */
static int card_fill(struct fpci_card *c)
{
	const struct fpci_type *t = c->type;
	int i, v, npf, err;

	c->shape = t->shape;
	c->ports = c->key[FPCI_PORTS];
	if (t->card)
		t->card(c);
	c->vfs = c->shape.no_sriov ? 0 : c->key[FPCI_VFS];
	npf = t->one_pf ? 1 : c->ports;
	c->shape.vf_offset = min_t(int, c->shape.vf_offset, 256 - npf * c->vfs);
	for (i = 0; i < npf; i++) {
		err = pf_new(c, i);
		if (err)
			return err;
	}
	err = fpci_memory_carve(c);
	if (err)
		return err;
	for (i = 0; i < npf; i++) {
		fpci_vpd_init(c->pf[i]);
		err = t->init ? t->init(c->pf[i]) : 0;
		if (err)
			return err;
		fpci_config_init(&c->pf[i]->fn);
		for (v = 0; v < c->vfs; v++)
			fpci_config_init(c->pf[i]->vf[v]);
	}
	return 0;
}

static int card_add(const struct fpci_type *t, char **text, int index)
{
	struct fpci_card *c = kzalloc(sizeof(*c), GFP_KERNEL);
	int i, err = -ENOMEM;

	if (!c)
		return err;
	INIT_LIST_HEAD(&c->list);
	c->type = t;
	c->index = index;
	c->priv = vzalloc(t->card_priv ?: 1);
	c->bridge = kzalloc(sizeof(*c->bridge), GFP_KERNEL);
	if (c->bridge && c->priv) {
		c->bridge->card = c;
		err = fpci_parse(t, text, c);
	}
	if (!err)
		err = card_fill(c);
	if (!err)
		list_add_tail_rcu(&c->list, &cards);
	for (i = 0; !err && i < c->npf; i++) {
		fpci_debugfs_add(c->pf[i]);
		err = fpci_thread_start(c->pf[i]);
	}
	if (!err)
		err = fpci_bridge_add(c);
	if (err)
		card_free(c);
	return err;
}

int fpci_register(const struct fpci_type *t, const char *text)
{
	char *copy = kstrdup(text, GFP_KERNEL), *rest = copy;
	int n = 0, err;

	if (!copy)
		return -ENOMEM;
	if (t->nkeys > FPCI_MAX_KEYS - FPCI_OWN_KEY) {
		kfree(copy);
		return -EINVAL;
	}
	mutex_lock(&cards_lock);
	do
		err = card_add(t, &rest, n);
	while (!err && ++n);
	mutex_unlock(&cards_lock);
	kfree(copy);
	if (err == -ENOENT && n)
		return 0;
	fpci_unregister(t);
	return err;
}
EXPORT_SYMBOL_GPL(fpci_register);

void fpci_unregister(const struct fpci_type *t)
{
	struct fpci_card *c, *next;

	mutex_lock(&cards_lock);
	list_for_each_entry_safe_reverse(c, next, &cards, list)
		if (c->type == t)
			card_free(c);
	mutex_unlock(&cards_lock);
}
EXPORT_SYMBOL_GPL(fpci_unregister);

static int __init fpci_init(void)
{
	int err = fpci_memory_init();

	if (err)
		return err;
	err = fpci_host_init();
	if (err) {
		fpci_memory_exit();
		return err;
	}
	fpci_debugfs_init();
	return 0;
}

static void __exit fpci_exit(void)
{
	fpci_debugfs_exit();
	fpci_host_exit();
	fpci_memory_exit();
}

module_init(fpci_init);
module_exit(fpci_exit);
MODULE_DESCRIPTION("PCI cards made of software, for driver tests without hardware");
MODULE_LICENSE("GPL");
