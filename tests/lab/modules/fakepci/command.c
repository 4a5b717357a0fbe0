// SPDX-License-Identifier: GPL-2.0
/* Counts and logs the commands of a PF's functions, and makes them fail where a test asks. */
#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include "core.h"

#define OPS		0x10000
#define ENTRIES		1024
#define RULES		16
#define ANY		OPS
#define OPEN		~0u	/* status of a command that is not answered yet */

struct rule {
	u32 op, status, count, skip, delay_ms, extra;
	bool has_extra;
};

struct entry {
	u32 number;		/* 0: a periodic command */
	u16 op;
	s16 vf, sf;
	u32 status;
};

struct fpci_log {
	struct mutex lock;
	u32 count[OPS], failed[OPS];
	u32 number;		/* commands that are not periodic */
	u32 total;		/* entries ever made */
	u32 cleared;		/* how often the rules were dropped */
	struct entry entry[ENTRIES];
	struct rule rule[RULES];
};

struct fpci_log *fpci_log_new(void)
{
	struct fpci_log *l = vzalloc(sizeof(*l));

	if (l)
		mutex_init(&l->lock);
	return l;
}

void fpci_log_free(struct fpci_log *l)
{
	vfree(l);
}

static bool applies(struct rule *r, u16 op, bool periodic)
{
	if (!r->count || (r->op == ANY ? periodic : r->op != op))
		return false;
	if (r->skip) {
		r->skip--;
		return false;
	}
	r->count--;
	return true;
}

int fpci_command(struct fpci_fn *f, u16 op, u32 *extra)
{
	const struct fpci_type *t = f->pf->card->type;
	bool periodic = t->periodic && t->periodic(op);
	struct fpci_log *l = f->pf->log;
	int i, status = 0, delay = 0;

	mutex_lock(&l->lock);
	l->count[op]++;
	if (!periodic)
		l->number++;
	l->entry[l->total++ % ENTRIES] = (struct entry){
		.number = periodic ? 0 : l->number, .op = op, .vf = f->vf, .sf = f->sf,
		.status = OPEN };
	for (i = 0; i < RULES; i++) {
		struct rule *r = &l->rule[i];

		if (!applies(r, op, periodic))
			continue;
		status = r->status;
		delay = r->delay_ms;
		if (r->has_extra)
			*extra = r->extra;
		break;
	}
	mutex_unlock(&l->lock);
	for (; delay > 0 && !kthread_should_stop(); delay -= 50)
		msleep(min(delay, 50));
	return status;
}
EXPORT_SYMBOL_GPL(fpci_command);

u32 fpci_cleared(struct fpci_fn *f)
{
	return READ_ONCE(f->pf->log->cleared);
}
EXPORT_SYMBOL_GPL(fpci_cleared);

void fpci_done(struct fpci_fn *f, u16 op, u32 status)
{
	struct fpci_log *l = f->pf->log;
	u32 i;

	mutex_lock(&l->lock);
	if (status)
		l->failed[op]++;
	for (i = l->total; i && l->total - i < ENTRIES; i--) {
		struct entry *e = &l->entry[(i - 1) % ENTRIES];

		if (e->op != op || e->vf != f->vf || e->sf != f->sf || e->status != OPEN)
			continue;
		e->status = status;
		break;
	}
	mutex_unlock(&l->lock);
	if (fpci_trace)
		pr_info("%s/%d.%d vf %d sf %d command 0x%x -> 0x%x\n", f->pf->card->type->name,
			f->pf->card->bus, f->pf->port, f->vf, f->sf, op, status);
}
EXPORT_SYMBOL_GPL(fpci_done);

static struct fpci_log *log_of(struct file *file)
{
	return ((struct fpci_pf *)((struct seq_file *)file->private_data)->private)->log;
}

static int count_show(struct seq_file *m, void *unused)
{
	seq_printf(m, "%u\n", READ_ONCE(((struct fpci_pf *)m->private)->log->number));
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(count);

static int log_show(struct seq_file *m, void *unused)
{
	struct fpci_pf *p = m->private;
	struct fpci_log *l = p->log;
	char name[32];
	u32 i;

	mutex_lock(&l->lock);
	for (i = l->total > ENTRIES ? l->total - ENTRIES : 0; i < l->total; i++) {
		struct entry *e = &l->entry[i % ENTRIES];

		fpci_name(e->vf >= 0 ? p->vf[e->vf] : e->sf >= 0 ? p->sf[e->sf] : &p->fn, name,
			  sizeof(name));
		if (e->number)
			seq_printf(m, "%u", e->number);
		else
			seq_putc(m, '-');
		seq_printf(m, " 0x%03x %s ", e->op, name);
		if (e->status == OPEN)
			seq_puts(m, "open\n");
		else
			seq_printf(m, "0x%x\n", e->status);
	}
	mutex_unlock(&l->lock);
	return 0;
}
DEFINE_SHOW_ATTRIBUTE(log);

static int commands_show(struct seq_file *m, void *unused)
{
	struct fpci_log *l = ((struct fpci_pf *)m->private)->log;
	int i;

	for (i = 0; i < OPS; i++)
		if (l->count[i])
			seq_printf(m, "0x%03x %u %u\n", i, l->count[i], l->failed[i]);
	return 0;
}

static int commands_open(struct inode *inode, struct file *file)
{
	return single_open(file, commands_show, inode->i_private);
}

/* Any write resets counters and log. */
static ssize_t commands_write(struct file *file, const char __user *u, size_t len, loff_t *pos)
{
	struct fpci_log *l = log_of(file);

	mutex_lock(&l->lock);
	memset(l->count, 0, sizeof(l->count));
	memset(l->failed, 0, sizeof(l->failed));
	l->number = 0;
	l->total = 0;
	mutex_unlock(&l->lock);
	return len;
}

static const struct file_operations commands_fops = {
	.owner = THIS_MODULE, .open = commands_open, .read = seq_read, .write = commands_write,
	.llseek = seq_lseek, .release = single_release,
};

/* Shows the rules that still apply, as they were written. */
static int inject_show(struct seq_file *m, void *unused)
{
	struct fpci_log *l = ((struct fpci_pf *)m->private)->log;
	int i;

	mutex_lock(&l->lock);
	for (i = 0; i < RULES; i++) {
		struct rule *r = &l->rule[i];

		if (!r->count)
			continue;
		if (r->op == ANY)
			seq_puts(m, "any");
		else
			seq_printf(m, "0x%03x", r->op);
		seq_printf(m, " 0x%x %u %u %u", r->status, r->count, r->skip, r->delay_ms);
		if (r->has_extra)
			seq_printf(m, " 0x%x", r->extra);
		seq_putc(m, '\n');
	}
	mutex_unlock(&l->lock);
	return 0;
}

static int inject_open(struct inode *inode, struct file *file)
{
	return single_open(file, inject_show, inode->i_private);
}

static int parse(char *text, struct rule *r)
{
	int n;

	*r = (struct rule){ .op = ANY, .count = 1 };
	if (!strncmp(text, "any ", 4))
		n = 1 + sscanf(text + 4, "%i %i %i %i %i", &r->status, &r->count, &r->skip,
			       &r->delay_ms, &r->extra);
	else
		n = sscanf(text, "%i %i %i %i %i %i", &r->op, &r->status, &r->count, &r->skip,
			   &r->delay_ms, &r->extra);
	r->has_extra = n == 6;
	return n < 2 || r->op > ANY ? -EINVAL : 0;
}

/* "OP|any STATUS [COUNT [SKIP [DELAY_MS [EXTRA]]]]" adds a rule, "clear" drops them all. */
static ssize_t inject_write(struct file *file, const char __user *u, size_t len, loff_t *pos)
{
	struct fpci_log *l = log_of(file);
	ssize_t ret = -ENOSPC;
	struct rule r;
	char b[80];
	int i;

	if (len >= sizeof(b))
		return -EINVAL;
	if (copy_from_user(b, u, len))
		return -EFAULT;
	b[len] = 0;
	if (!strncmp(b, "clear", 5)) {
		mutex_lock(&l->lock);
		memset(l->rule, 0, sizeof(l->rule));
		WRITE_ONCE(l->cleared, l->cleared + 1);
		mutex_unlock(&l->lock);
		return len;
	}
	if (parse(b, &r))
		return -EINVAL;
	mutex_lock(&l->lock);
	for (i = 0; i < RULES && l->rule[i].count; i++)
		;
	if (i < RULES) {
		l->rule[i] = r;
		ret = len;
	}
	mutex_unlock(&l->lock);
	return ret;
}

static const struct file_operations inject_fops = {
	.owner = THIS_MODULE, .open = inject_open, .read = seq_read, .write = inject_write,
	.llseek = seq_lseek, .release = single_release,
};

void fpci_log_files(struct fpci_pf *p)
{
	debugfs_create_file("commands", 0600, p->dbg, p, &commands_fops);
	debugfs_create_file("count", 0400, p->dbg, p, &count_fops);
	debugfs_create_file("log", 0400, p->dbg, p, &log_fops);
	debugfs_create_file("inject", 0600, p->dbg, p, &inject_fops);
}
