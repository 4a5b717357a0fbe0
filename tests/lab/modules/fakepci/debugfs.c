// SPDX-License-Identifier: GPL-2.0
/* The files of each PF in debugfs, fakepci/ADDRESS/. */
#include <linux/debugfs.h>
#include "core.h"

static struct dentry *root;

/* The function's address; for an SF, the address of its PF and a number. */
const char *fpci_name(struct fpci_fn *f, char *buf, size_t len)
{
	struct fpci_card *c = f->pf->card;
	int n = scnprintf(buf, len, "%04x:%02x:%02x.%x", c->domain, c->bus, f->devfn >> 3,
			  f->devfn & 7);

	if (f->sf >= 0)
		scnprintf(buf + n, len - n, "/sf%d", f->sf);
	return buf;
}

static int state_show(struct seq_file *m, void *unused)
{
	struct fpci_pf *p = m->private;
	const struct fpci_type *t = p->card->type;
	int i;

	seq_printf(m, "card %d port %d vfs %d%s\n", p->card->index, p->port, fpci_active_vfs(p),
		   p->card->unplugged ? " unplugged" : "");
	if (!t->state)
		return 0;
	t->state(m, &p->fn);
	for (i = 0; i < fpci_active_vfs(p); i++)
		t->state(m, p->vf[i]);
	for (i = 0; i < p->card->shape.sfs; i++)
		t->state(m, p->sf[i]);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(state);

static int truth_show(struct seq_file *m, void *unused)
{
	struct fpci_pf *p = m->private;

	p->card->type->truth(m, p);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(truth);

static void number(struct seq_file *m, const char *key, int value)
{
	if (value == -1)
		seq_printf(m, ",\"%s\":null", key);
	else if (value >= 0)
		seq_printf(m, ",\"%s\":%d", key, value);
}

void fpci_truth(struct seq_file *m, const char *role, int controller, int pf, int vf, int sf,
		bool external, struct fpci_fn *f)
{
	struct pci_dev *pdev = f ? fpci_pdev(f) : NULL;
	char name[32];

	seq_putc(m, '{');
	if (role)
		seq_printf(m, "\"role\":\"%s\",", role);
	seq_printf(m, "\"controller\":%d", controller);
	number(m, "pf", pf);
	number(m, "vf", vf);
	number(m, "sf", sf);
	seq_printf(m, ",\"external\":%s", external ? "true" : "false");
	if (f)
		seq_printf(m, ",\"function\":\"%s\"", fpci_name(f, name, sizeof(name)));
	else
		seq_puts(m, ",\"function\":null");
	if (pdev && READ_ONCE(pdev->dev.driver))
		seq_printf(m, ",\"driver\":\"%s\"}\n", pdev->dev.driver->name);
	else
		seq_puts(m, ",\"driver\":null}\n");
	pci_dev_put(pdev);
}
EXPORT_SYMBOL_GPL(fpci_truth);

static int plugged_get(void *data, u64 *val)
{
	*val = !((struct fpci_pf *)data)->card->unplugged;
	return 0;
}

static int plugged_set(void *data, u64 val)
{
	return fpci_plug(((struct fpci_pf *)data)->card, val);
}
DEFINE_DEBUGFS_ATTRIBUTE(plugged_fops, plugged_get, plugged_set, "%llu\n");

void fpci_debugfs_init(void)
{
	root = debugfs_create_dir("fakepci", NULL);
}

void fpci_debugfs_exit(void)
{
	debugfs_remove_recursive(root);
}

void fpci_debugfs_add(struct fpci_pf *p)
{
	const struct fpci_type *t = p->card->type;
	char name[32];
	int i;

	p->dbg = debugfs_create_dir(fpci_name(&p->fn, name, sizeof(name)), root);
	fpci_log_files(p);
	debugfs_create_file("state", 0400, p->dbg, p, &state_fops);
	debugfs_create_file_unsafe("plugged", 0600, p->dbg, p, &plugged_fops);
	if (t->truth)
		debugfs_create_file("truth", 0400, p->dbg, p, &truth_fops);
	for (i = 0; i < FPCI_OWN_KEY + t->nkeys; i++)
		if (fpci_key(t, i)->live)
			debugfs_create_u32(fpci_key(t, i)->name, 0600, p->dbg, &p->key[i]);
}

void fpci_debugfs_remove(struct fpci_pf *p)
{
	debugfs_remove_recursive(p->dbg);
	p->dbg = NULL;
}
