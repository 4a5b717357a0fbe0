// SPDX-License-Identifier: GPL-2.0
/*
 * The firmware: one thread per PF polls the doorbells of the PF, its VFs and its SFs. A slow
 * command delays the functions of this PF only.
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include "core.h"

static bool look(struct fpci_fn *f, bool tick)
{
	const struct fpci_type *t = f->pf->card->type;

	if (!READ_ONCE(f->bar[0]))
		return false;
	if (xchg(&f->need_reset, 0) && t->reset)
		t->reset(f);
	/* a VF without a driver: the firmware cannot reach host memory and has nothing to do */
	if (f->vf >= 0 && !(f->cfg[PCI_COMMAND] & PCI_COMMAND_MASTER))
		return false;
	if (tick && t->tick)
		t->tick(f);
	return t->poll(f);
}

static bool serve(struct fpci_pf *p, bool tick)
{
	bool work = look(&p->fn, tick);
	int i;

	for (i = 0; i < fpci_active_vfs(p); i++)
		work |= look(p->vf[i], tick);
	for (i = 0; i < p->card->shape.sfs; i++)
		work |= look(p->sf[i], tick);
	return work;
}

static int firmware(void *data)
{
	unsigned long tick = jiffies, busy = jiffies;
	struct fpci_pf *p = data;

	while (!kthread_should_stop()) {
		bool t = time_after_eq(jiffies, tick);

		if (fpci_get(p, FPCI_DEAD) || READ_ONCE(p->card->unplugged)) {
			msleep(20);
			continue;
		}
		if (t)
			tick = jiffies + HZ / 10;
		if (serve(p, t)) {
			busy = jiffies;
			cond_resched();
		} else if (time_before(jiffies, busy + HZ / 10)) {
			usleep_range(20, 60);
		} else {
			usleep_range(500, 1000);
		}
	}
	return 0;
}

int fpci_thread_start(struct fpci_pf *p)
{
	p->task = kthread_run(firmware, p, "%s/%d.%d", p->card->type->name, p->card->bus, p->port);
	if (!IS_ERR(p->task))
		return 0;
	p->task = NULL;
	return -ENOMEM;
}

void fpci_thread_stop(struct fpci_pf *p)
{
	if (p->task)
		kthread_stop(p->task);
	p->task = NULL;
}
