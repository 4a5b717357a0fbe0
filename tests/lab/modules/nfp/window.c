// SPDX-License-Identifier: GPL-2.0
/*
 * The windows. Their contents are not copied: the driver maps each piece of a window with
 * ioremap() when it needs the piece. A kprobe at the entry of ioremap() replaces a physical
 * address inside BAR 2 by the address of the memory behind the window. Two windows to the same
 * place, as for the atomic operations on locks, are the same memory.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt
#include <linux/kprobes.h>
#include "firmware.h"

struct region {
	u8 target;
	u64 base;
	u32 size, ram;
};

static const struct region regions[] = {
	{ TGT_MU, ISL1_BASE, 0x40000, RAM_ISL1 },
	{ TGT_MU, EMEM_BASE, EMEM_SIZE, RAM_EMEM },
	{ TGT_QC, 0x80000, 0x80000, RAM_QC },
	{ TGT_XPB, 0x80000, 0x40000, RAM_XPB_A },
	{ TGT_XPB, 0x1500000, 0x40000, RAM_XPB_B },
};

/* the physical address of the RAM behind a physical address in BAR 2 */
static u64 nfp_window(struct fpci_pf *p, u64 off, u64 size)
{
	u32 cfg = get_unaligned_le32(p->fn.cfg + CFG_WINDOWS + 4 * (8 + (off >> SLICE_SHIFT)));
	u8 target = cfg >> 23 & 15;
	u64 cpp = off & (BIT(SLICE_SHIFT) - 1);
	int i;

	switch (cfg >> 29) {
	case 0:				/* one kind of operation */
		cpp += (u64)(cfg & 0xffff) << 24;
		break;
	case 1:				/* plain reads and writes */
		cpp += (u64)(cfg & 0x1fffff) << 19;
		break;
	default:
		return 0;
	}
	for (i = 0; i < ARRAY_SIZE(regions); i++)
		if (regions[i].target == target && cpp >= regions[i].base &&
		    cpp + size <= regions[i].base + regions[i].size)
			return p->ram_base + regions[i].ram + (cpp - regions[i].base);
	return size <= JUNK_SIZE ? p->ram_base + RAM_JUNK : 0;
}

static int nfp_ioremap(struct kprobe *k, struct pt_regs *regs)
{
	struct fpci_pf *p;
	u64 off, a;
	int bar;

	p = fpci_at(&nfp_card, regs->di, &bar, &off);
	if (!p || bar != 1)
		return 0;
	a = nfp_window(p, off, regs->si);
	if (a)
		regs->di = a;
	else
		pr_err("nothing behind 0x%lx\n", regs->di);
	return 0;
}

static struct kprobe probe = { .symbol_name = "ioremap", .pre_handler = nfp_ioremap };

int nfp_window_init(void)
{
	return register_kprobe(&probe);
}

void nfp_window_exit(void)
{
	unregister_kprobe(&probe);
}
