// SPDX-License-Identifier: GPL-2.0
/* The registers behind the BARs: memory decoding shows them, at power-on values, and hides them. */
#include "core.h"

static u64 bar_address(const u8 *c, int off)
{
	return (fpci_config32(c, off) & ~15u) | (u64)fpci_config32(c, off + 4) << 32;
}

static bool decodes(struct fpci_fn *f)
{
	struct fpci_pf *p = f->pf;

	if (p->card->unplugged)
		return false;
	if (f->vf >= 0)
		return f->vf < fpci_active_vfs(p) &&
		       p->fn.cfg[ECAP_SRIOV + PCI_SRIOV_CTRL] & PCI_SRIOV_CTRL_MSE;
	return fpci_config16(p->fn.cfg, PCI_COMMAND) & PCI_COMMAND_MEMORY;
}

/* Memory of a function's BAR, or NULL if the BAR has no memory. */
static u8 __iomem *bar_memory(struct fpci_fn *f, int i)
{
	const struct fpci_shape *s = &f->pf->card->shape;
	const u8 *c = f->pf->fn.cfg;

	if (f->vf >= 0)
		return !s->vf_bar[i] ? NULL :
		       fpci_memory(bar_address(c, ECAP_SRIOV + PCI_SRIOV_BAR + 8 * i) +
				   (u64)f->vf * s->vf_bar[i], s->vf_bar[i]);
	if (!s->bar[i] || s->hole[i])
		return NULL;
	return fpci_memory(bar_address(c, PCI_BASE_ADDRESS_0 + 8 * i), s->bar[i]);
}

/* Shows the registers in @bar, or hides them where bar[0] is NULL. */
static void show(struct fpci_fn *f, u8 __iomem **bar)
{
	unsigned long flags;
	int i;

	raw_spin_lock_irqsave(&f->lock, flags);
	if (!bar[0] != !f->bar[0]) {
		if (bar[0])
			WRITE_ONCE(f->need_reset, 1);
		for (i = 2; i >= 0; i--)
			WRITE_ONCE(f->bar[i], bar[i]);
		if (bar[0])
			f->pf->card->type->regs(f);
	}
	raw_spin_unlock_irqrestore(&f->lock, flags);
}

void fpci_decode(struct fpci_fn *f)
{
	u8 __iomem *bar[3] = {};
	int i;

	if (decodes(f))
		for (i = 0; i < 3; i++)
			bar[i] = bar_memory(f, i);
	show(f, bar);
	if (f->vf < 0 && !bar[0])
		for (i = 0; i < f->pf->card->shape.sfs; i++)
			show(f->pf->sf[i], bar);
}

void fpci_decode_vfs(struct fpci_pf *p)
{
	int v;

	for (v = 0; v < p->card->vfs; v++)
		fpci_decode(p->vf[v]);
}

void fpci_sf_show(struct fpci_pf *p, int sf, bool on)
{
	u8 __iomem *area = READ_ONCE(p->fn.bar[1]), *bar[3] = {};

	if (on && area)
		bar[0] = area + (size_t)sf * p->card->shape.sf_bar;
	show(p->sf[sf], bar);
}
EXPORT_SYMBOL_GPL(fpci_sf_show);

/* The card has been pulled out: its registers read as ones. */
void fpci_vanish(struct fpci_card *c)
{
	const struct fpci_shape *s = &c->shape;
	u8 __iomem *m;
	int p, i, v;

	for (p = 0; p < c->npf; p++) {
		for (v = 0; v < fpci_active_vfs(c->pf[p]); v++)
			for (i = 0; i < 3; i++) {
				m = bar_memory(c->pf[p]->vf[v], i);
				if (m)
					memset_io(m, 0xff, s->vf_bar[i]);
			}
		for (i = 0; i < 3; i++) {
			m = bar_memory(&c->pf[p]->fn, i);
			if (m)
				memset_io(m, 0xff, s->bar[i]);
		}
	}
}
