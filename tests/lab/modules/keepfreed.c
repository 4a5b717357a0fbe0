// SPDX-License-Identifier: GPL-2.0
/* Test only: what the given function of a driver frees by kvfree() stays in memory. So a
 * machine can go on after the driver has freed what it still uses. The function must be one
 * that a single task runs at a time.
 */
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/sched.h>

static char *function = "";
module_param(function, charp, 0444);
static unsigned int kept;
module_param(kept, uint, 0444);

static struct task_struct *inside;

static int entered(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	WRITE_ONCE(inside, current);
	return 0;
}

static int left(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	WRITE_ONCE(inside, NULL);
	return 0;
}

static int frees(struct kprobe *probe, struct pt_regs *regs)
{
	if (READ_ONCE(inside) == current) {
		regs->di = 0;
		kept++;
	}
	return 0;
}

static struct kretprobe of_function = { .entry_handler = entered, .handler = left, .maxactive = 4 };
static struct kprobe of_kvfree = { .symbol_name = "kvfree", .pre_handler = frees };

static int __init keepfreed_init(void)
{
	int err;

	of_function.kp.symbol_name = function;
	err = register_kretprobe(&of_function);
	if (err)
		return err;
	err = register_kprobe(&of_kvfree);
	if (err)
		unregister_kretprobe(&of_function);
	return err;
}

static void __exit keepfreed_exit(void)
{
	unregister_kprobe(&of_kvfree);
	unregister_kretprobe(&of_function);
}

module_init(keepfreed_init);
module_exit(keepfreed_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Keeps in memory what a function frees");
