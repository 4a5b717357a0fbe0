// SPDX-License-Identifier: GPL-2.0
/*
 * Memory behind the BARs: the kernel's command line reserves a range, and each card gets a part.
 * Bus addresses are physical addresses: x86-64 without IOMMU and swiotlb.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt
#include <linux/fs.h>
#include <linux/genalloc.h>
#include <linux/ioport.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include "core.h"

/* Addresses for BARs without memory behind them; unused on all machines of the lab. */
#define HOLES		0x4000000000ULL
#define HOLE_OF_CARD	SZ_512M

static ulong mem;
module_param(mem, ulong, 0444);
MODULE_PARM_DESC(mem, "physical address of the reserved memory (default: that of memmap=)");
static uint mem_mb;
module_param(mem_mb, uint, 0444);
MODULE_PARM_DESC(mem_mb, "its size in MiB");

static u8 __iomem *map;
static u64 size;
static struct gen_pool *pool;

/* Reads the first memmap=SIZE$ADDRESS of the kernel's command line. */
static int find_memmap(void)
{
	char *text, *word, *end;
	struct file *f;
	loff_t pos = 0;
	ssize_t n;

	text = kzalloc(SZ_4K, GFP_KERNEL);
	if (!text)
		return -ENOMEM;
	f = filp_open("/proc/cmdline", O_RDONLY, 0);
	if (!IS_ERR(f)) {
		n = kernel_read(f, text, SZ_4K - 1, &pos);
		text[max_t(ssize_t, n, 0)] = 0;
		filp_close(f, NULL);
	}
	word = strstr(text, "memmap=");
	if (word) {
		size = memparse(word + 7, &end);
		if (*end == '$')
			mem = memparse(end + 1, &end);
	}
	kfree(text);
	return mem ? 0 : -ENOENT;
}

int fpci_memory_init(void)
{
	size = (u64)mem_mb << 20;
	if ((!mem || !size) && find_memmap()) {
		pr_err("no reserved memory: boot with memmap=64M$0x30000000\n");
		return -ENOENT;
	}
	if (region_intersects(mem, size, IORESOURCE_SYSTEM_RAM, IORES_DESC_NONE) != REGION_DISJOINT) {
		pr_err("%llu MiB at 0x%lx are the kernel's own memory\n", size >> 20, mem);
		return -EBUSY;
	}
	pool = gen_pool_create(20, NUMA_NO_NODE);
	if (!pool)
		return -ENOMEM;
	map = ioremap(mem, size);
	if (map && !gen_pool_add(pool, mem, size, NUMA_NO_NODE))
		return 0;
	fpci_memory_exit();
	return -ENOMEM;
}

void fpci_memory_exit(void)
{
	gen_pool_destroy(pool);
	if (map)
		iounmap(map);
}

u8 __iomem *fpci_memory(u64 addr, size_t len)
{
	return addr >= mem && addr + len <= mem + size ? map + (addr - mem) : NULL;
}

static u64 carve(u64 *next, u64 len, int n)
{
	u64 a = ALIGN(*next, len ?: 1);

	*next = a + len * n;
	return a;
}

/* Places the parts of a card from @start on; returns the end. */
static u64 place(struct fpci_card *c, u64 start)
{
	const struct fpci_shape *s = &c->shape;
	u64 next = start, hole = c->bridge->hole.start;
	int i, p;

	for (p = 0; p < c->npf; p++) {
		struct fpci_pf *pf = c->pf[p];

		for (i = 0; i < 3; i++) {
			if (s->hole[i])
				pf->fn.base[i] = carve(&hole, s->bar[i], 1);
			else
				pf->fn.base[i] = carve(&next, s->bar[i], 1);
			pf->vf_base[i] = carve(&next, s->vf_bar[i], c->vfs);
		}
		next = ALIGN(next, PAGE_SIZE);
		pf->ram_base = carve(&next, 1, s->ram);
		pf->ram = s->ram ? fpci_memory(pf->ram_base, s->ram) : NULL;
	}
	return ALIGN(next, SZ_1M);
}

/* Gives a card its part of the memory and its BARs their addresses. */
int fpci_memory_carve(struct fpci_card *c)
{
	struct genpool_data_align align = { .align = SZ_1M };
	struct fpci_bridge *b = c->bridge;
	int i;

	for (i = 0; i < 3; i++)
		if (!c->shape.hole[i])
			align.align = max3(align.align, (int)c->shape.bar[i], (int)c->shape.vf_bar[i]);
		else
			b->hole = (struct resource){
				.name = c->type->name, .flags = IORESOURCE_MEM,
				.start = HOLES + ((c->domain & 1) << 8 | c->bus) * (u64)HOLE_OF_CARD,
				.end = HOLES + (((c->domain & 1) << 8 | c->bus) + 1) *
					       (u64)HOLE_OF_CARD - 1,
			};
	b->size = place(c, SZ_2G) - SZ_2G;
	b->mem = gen_pool_alloc_algo(pool, b->size, gen_pool_first_fit_align, &align);
	if (!b->mem) {
		pr_err("bus %d: no %zu MiB are left of the %llu reserved\n", c->bus, b->size >> 20,
		       size >> 20);
		return -ENOSPC;
	}
	place(c, b->mem);
	b->window = (struct resource){ .name = c->type->name, .flags = IORESOURCE_MEM,
				       .start = b->mem, .end = b->mem + b->size - 1 };
	return 0;
}

void fpci_memory_free(struct fpci_card *c)
{
	if (c->bridge->mem)
		gen_pool_free(pool, c->bridge->mem, c->bridge->size);
}
