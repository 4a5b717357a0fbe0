// SPDX-License-Identifier: GPL-2.0
/* Faults and refusals that a test asks for, in debugfs. */
#include <linux/delay.h>
#include "vsim.h"

static bool take(u32 *count)		/* 0: for ever, n: n times, ~0: used up */
{
	if (*count == ~0u)
		return false;
	if (*count && !--*count)
		*count = ~0u;
	return true;
}

static int mode_errno(struct vs_pf *pf, struct netlink_ext_ack *ea)
{
	if (!take(&pf->f.mode_count))
		return 0;
	if (ea && pf->f.extack[0])
		ea->_msg = pf->f.extack;
	return -(int)pf->f.mode_errno;
}

/* A face calls this where the real driver asks its firmware. */
int vs_mode_fault(struct vs_pf *pf, struct netlink_ext_ack *ea)
{
	if (pf->f.mode_delay_ms)
		msleep(pf->f.mode_delay_ms);
	if (!pf->f.mode_errno || pf->f.mode_at_rep || pf->f.mode_half)
		return 0;
	return mode_errno(pf, ea);
}

int vs_rep_fault(struct vs_pf *pf, int i)
{
	if (pf->f.rep_delay_ms)
		msleep(pf->f.rep_delay_ms);
	if (pf->f.remove_at_rep == i + 1) {
		pf->f.remove_at_rep = 0;
		schedule_work(&pf->f.remove);
	}
	if (pf->f.mode_errno && pf->f.mode_at_rep == i + 1 && take(&pf->f.mode_count))
		return -(int)pf->f.mode_errno;
	return 0;
}

int vs_vfs_fault(struct vs_pf *pf)
{
	if (pf->f.vfs_delay_ms)
		msleep(pf->f.vfs_delay_ms);
	return pf->f.vfs_errno && take(&pf->f.vfs_count) ? -(int)pf->f.vfs_errno : 0;
}

/* How many VFs fewer than asked for are created, with success. */
int vs_vfs_missing(struct vs_pf *pf)
{
	return pf->f.vfs_short && take(&pf->f.vfs_count) ? pf->f.vfs_short : 0;
}

/* Whether binding a driver to a VF fails. */
int vs_vf_fault(struct vs_pf *pf)
{
	if (pf->f.vf_delay_ms)
		msleep(pf->f.vf_delay_ms);
	return pf->f.vf_errno && take(&pf->f.vf_count) ? -(int)pf->f.vf_errno : 0;
}

/* Whether the test has put the device in this state. */
bool vs_refuses(struct vs_pf *pf, const char *what)
{
	return !strcmp(pf->f.refuse, what);
}

int vs_mode_get(struct devlink *dl, u16 *mode)
{
	struct vs_pf *pf = dl_pf(dl);

	if (!pf->face->mode_set)
		return -EOPNOTSUPP;
	*mode = pf->inactive ? INACTIVE : pf->mode;
	return 0;
}

int vs_mode_set(struct devlink *dl, u16 mode, struct netlink_ext_ack *ea)
{
	struct vs_pf *pf = dl_pf(dl);
	int err;

	if (!pf->face->mode_set)
		return -EOPNOTSUPP;
	err = pf->face->mode_set(pf, mode, ea);
	/* The mode is set, but the answer is an error. */
	return !err && pf->f.mode_errno && pf->f.mode_half ? mode_errno(pf, ea) : err;
}

/* Pulls the device out; waits for the holder of its lock. */
static void remove_work(struct work_struct *w)
{
	struct vs_pf *pf = container_of(w, struct vs_pf, f.remove);

	pci_stop_and_remove_bus_device_locked(pf->pdev);
}

static ssize_t text_write(struct file *f, char *to, size_t size, const char __user *b, size_t n)
{
	loff_t start = 0;
	ssize_t r = simple_write_to_buffer(to, size - 1, &start, b, n);

	if (r >= 0) {
		to[r] = 0;
		strim(to);
	}
	return r;
}
static ssize_t extack_write(struct file *f, const char __user *b, size_t n, loff_t *o)
{
	struct vs_pf *pf = f->private_data;

	return text_write(f, pf->f.extack, sizeof(pf->f.extack), b, n);
}
static ssize_t refuse_write(struct file *f, const char __user *b, size_t n, loff_t *o)
{
	struct vs_pf *pf = f->private_data;

	return text_write(f, pf->f.refuse, sizeof(pf->f.refuse), b, n);
}
/* "VF TEXT": sets the port name of the VF's representor. */
static ssize_t name_write(struct file *f, const char __user *b, size_t n, loff_t *o)
{
	struct vs_pf *pf = f->private_data;
	char text[32];
	ssize_t r = text_write(f, text, sizeof(text), b, n);
	struct vs_port *p;
	u32 vf;
	int at = 0;

	if (r < 0 || sscanf(text, "%u %n", &vf, &at) != 1 || !at)
		return -EINVAL;
	devl_lock(pf->dl);
	p = vs_port_find(pf, K_VF_REP, 0, vf);
	if (p)
		strscpy(p->name, text + at, sizeof(p->name));
	devl_unlock(pf->dl);
	return p ? n : -ENOENT;
}
/* External hosts enable this many VFs, asynchronously. */
static ssize_t hosts_write(struct file *f, const char __user *b, size_t n, loff_t *o)
{
	struct vs_pf *pf = f->private_data;
	int err = kstrtou32_from_user(b, n, 0, &pf->host_vfs);

	if (err)
		return err;
	schedule_work(&pf->late);
	return n;
}
static const struct file_operations extack_ops = { .open = simple_open, .write = extack_write };
static const struct file_operations refuse_ops = { .open = simple_open, .write = refuse_write };
static const struct file_operations name_ops = { .open = simple_open, .write = name_write };
static const struct file_operations hosts_ops = { .open = simple_open, .write = hosts_write };

void vs_fault_files(struct vs_pf *pf)
{
	struct dentry *d = pf->dbg;

	INIT_WORK(&pf->f.remove, remove_work);
#define F(x) debugfs_create_u32(#x, 0644, d, &pf->f.x)
	F(mode_errno); F(mode_count); F(mode_at_rep); F(mode_half); F(mode_delay_ms);
	F(rep_delay_ms); F(rep_rtnl_ms); F(rep_async_ms); F(rep_shuffle);
	F(vfs_errno); F(vfs_count); F(vfs_delay_ms); F(vfs_short); F(vf_errno); F(vf_count); F(vf_delay_ms); F(remove_at_rep);
	F(lose_uplink); F(trust_errno); F(strand); F(lag_delay_ms);
#undef F
	debugfs_create_u32("rules", 0444, d, &pf->rules);
	debugfs_create_u32("fdb", 0444, d, &pf->fdb);
	debugfs_create_u32("bugs", 0444, d, &pf->bugs);
	debugfs_create_file("mode_extack", 0200, d, pf, &extack_ops);
	debugfs_create_file("refuse", 0200, d, pf, &refuse_ops);
	debugfs_create_file("port_name", 0200, d, pf, &name_ops);
	debugfs_create_file("host_vfs", 0200, d, pf, &hosts_ops);
}
