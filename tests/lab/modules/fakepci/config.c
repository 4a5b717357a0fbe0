// SPDX-License-Identifier: GPL-2.0
/* Configuration space of the cards' functions. */
#include "core.h"

static void put16(u8 *c, int off, u16 v)
{
	c[off] = v;
	c[off + 1] = v >> 8;
}

static void put32(u8 *c, int off, u32 v)
{
	put16(c, off, v);
	put16(c, off + 2, v >> 16);
}

u16 fpci_config16(const u8 *c, int off)
{
	return c[off] | c[off + 1] << 8;
}

u32 fpci_config32(const u8 *c, int off)
{
	return fpci_config16(c, off) | (u32)fpci_config16(c, off + 2) << 16;
}

/*
 * The BARs already have addresses, as if a BIOS had assigned them: the kernel claims assigned
 * addresses, but would not allocate any inside memory that e820 reserves.
 */
static void put_bar(struct fpci_fn *f, int off, u32 size, u64 addr)
{
	if (!size)
		return;
	put32(f->cfg, off, (u32)addr | PCI_BASE_ADDRESS_MEM_TYPE_64 | PCI_BASE_ADDRESS_MEM_PREFETCH);
	put32(f->cfg, off + 4, addr >> 32);
	put32(f->wmask, off, ~(size - 1));
	put32(f->wmask, off + 4, ~0u);
}

static void header(struct fpci_fn *f)
{
	const struct fpci_shape *s = &f->pf->card->shape;
	u8 *c = f->cfg, *w = f->wmask;
	bool vf = f->vf >= 0;
	int i;

	put16(c, PCI_VENDOR_ID, vf ? 0xffff : f->pf->card->type->vendor);
	put16(c, PCI_DEVICE_ID, vf ? 0xffff : s->device);
	put16(c, PCI_STATUS, PCI_STATUS_CAP_LIST);
	put32(c, PCI_CLASS_REVISION, f->pf->card->type->class_rev);
	c[PCI_HEADER_TYPE] = !vf && f->pf->card->npf > 1 ? 0x80 : 0;
	put16(c, PCI_SUBSYSTEM_VENDOR_ID, f->pf->card->type->vendor);
	put16(c, PCI_SUBSYSTEM_ID, s->subdevice);
	c[PCI_CAPABILITY_LIST] = CAP_EXP;
	put16(w, PCI_COMMAND, vf ? 0x0404 : 0x0546);
	w[PCI_INTERRUPT_LINE] = 0xff;
	for (i = 0; i < 3 && !vf; i++)
		put_bar(f, PCI_BASE_ADDRESS_0 + 8 * i, s->bar[i], f->base[i]);
}

static void capabilities(struct fpci_fn *f)
{
	const struct fpci_shape *s = &f->pf->card->shape;
	u8 *c = f->cfg, *w = f->wmask;
	bool vf = f->vf >= 0, vpd = !vf && f->pf->vpd_len;

	c[CAP_EXP] = PCI_CAP_ID_EXP;
	c[CAP_EXP + 1] = CAP_MSIX;
	put16(c, CAP_EXP + PCI_EXP_FLAGS, 2 | PCI_EXP_TYPE_ENDPOINT << 4);
	put32(c, CAP_EXP + PCI_EXP_DEVCAP, 0x10008022);	/* 512 B payload, RBER, FLR */
	put16(w, CAP_EXP + PCI_EXP_DEVCTL, 0x7fff);
	put32(c, CAP_EXP + PCI_EXP_LNKCAP, s->width << 4 | s->speed);
	put16(c, CAP_EXP + PCI_EXP_LNKSTA, s->width << 4 | s->speed);
	put16(w, CAP_EXP + PCI_EXP_LNKCTL, 0x0fcb);
	put16(w, CAP_EXP + PCI_EXP_DEVCTL2, 0x7fff);
	put32(c, CAP_EXP + PCI_EXP_LNKCAP2, (2u << s->speed) - 2);

	c[CAP_MSIX] = PCI_CAP_ID_MSIX;
	c[CAP_MSIX + 1] = vf ? 0 : CAP_PM;
	put16(c, CAP_MSIX + PCI_MSIX_FLAGS, (vf ? s->vf_msix : s->msix) - 1);
	put16(w, CAP_MSIX + PCI_MSIX_FLAGS, PCI_MSIX_FLAGS_ENABLE | PCI_MSIX_FLAGS_MASKALL);
	put32(c, CAP_MSIX + PCI_MSIX_TABLE, s->msix_off | s->msix_bar);
	put32(c, CAP_MSIX + PCI_MSIX_PBA, s->pba_off | s->msix_bar);
	if (vf)
		return;
	c[CAP_PM] = PCI_CAP_ID_PM;
	c[CAP_PM + 1] = vpd ? CAP_VPD : 0;
	put16(c, CAP_PM + PCI_PM_PMC, 3);
	put16(c, CAP_PM + PCI_PM_CTRL, PCI_PM_CTRL_NO_SOFT_RESET);
	put16(w, CAP_PM + PCI_PM_CTRL, PCI_PM_CTRL_STATE_MASK);
	if (vpd) {
		c[CAP_VPD] = PCI_CAP_ID_VPD;
		put16(w, CAP_VPD + PCI_VPD_ADDR, 0xffff);
	}
}

static void sriov(struct fpci_fn *f)
{
	struct fpci_pf *p = f->pf;
	const struct fpci_shape *s = &p->card->shape;
	u8 *c = f->cfg + ECAP_SRIOV, *w = f->wmask + ECAP_SRIOV;
	int i, vfs = p->card->vfs;

	put32(c, 0, PCI_EXT_CAP_ID_SRIOV | 1 << 16);
	put16(w, PCI_SRIOV_CTRL, PCI_SRIOV_CTRL_VFE | PCI_SRIOV_CTRL_MSE);
	put16(c, PCI_SRIOV_INITIAL_VF, vfs);
	put16(c, PCI_SRIOV_TOTAL_VF, vfs);
	put16(w, PCI_SRIOV_NUM_VF, 0xffff);
	c[PCI_SRIOV_FUNC_LINK] = p->port;
	/* the VFs of port 0, then those of port 1 */
	put16(c, PCI_SRIOV_VF_OFFSET, s->vf_offset + p->port * vfs - p->port);
	put16(c, PCI_SRIOV_VF_STRIDE, 1);
	put16(c, PCI_SRIOV_VF_DID, s->vf_device);
	put32(c, PCI_SRIOV_SUP_PGSIZE, 0x553);
	put32(c, PCI_SRIOV_SYS_PGSIZE, 1);
	put32(w, PCI_SRIOV_SYS_PGSIZE, ~0u);
	for (i = 0; i < 3; i++)
		put_bar(f, ECAP_SRIOV + PCI_SRIOV_BAR + 8 * i, s->vf_bar[i], p->vf_base[i]);
}

void fpci_config_init(struct fpci_fn *f)
{
	struct fpci_card *card = f->pf->card;
	const struct fpci_type *t = card->type;
	u64 sn = t->serial && card->key[FPCI_SERIAL] ? t->serial(card) : 0;
	u8 *c = f->cfg;
	int last = ECAP_ARI;

	memset(f->cfg, 0, sizeof(f->cfg));
	memset(f->wmask, 0, sizeof(f->wmask));
	header(f);
	capabilities(f);
	put32(c, ECAP_ARI, PCI_EXT_CAP_ID_ARI | 1 << 16);
	if (t->cfg)
		t->cfg(f);
	if (f->vf >= 0)
		return;
	if (sn) {
		put32(c, last, fpci_config32(c, last) | ECAP_DSN << 20);
		last = ECAP_DSN;
		put32(c, last, PCI_EXT_CAP_ID_DSN | 1 << 16);
		put32(c, last + 4, sn);
		put32(c, last + 8, sn >> 32);
	}
	if (card->vfs) {
		put32(c, last, fpci_config32(c, last) | (u32)ECAP_SRIOV << 20);
		sriov(f);
	}
}

static void vpd_item(struct fpci_pf *p, const char *key, const char *val)
{
	int n = strlen(val);

	memcpy(p->vpd + p->vpd_len, key, 2);
	p->vpd[p->vpd_len + 2] = n;
	memcpy(p->vpd + p->vpd_len + 3, val, n);
	p->vpd_len += 3 + n;
}

void fpci_vpd_init(struct fpci_pf *p)
{
	const struct fpci_type *t = p->card->type;
	int n = t->vpd_name ? strlen(t->vpd_name) : 0, fields;
	char sn[24];

	if (!n)
		return;
	p->vpd[0] = 0x82;		/* identifier string */
	p->vpd[1] = n;
	memcpy(p->vpd + 3, t->vpd_name, n);
	fields = 3 + n;
	p->vpd[fields] = 0x90;		/* read-only fields */
	p->vpd_len = fields + 3;
	vpd_item(p, "PN", t->vpd_pn);
	snprintf(sn, sizeof(sn), "FAKE%08llX", t->serial(p->card) & 0xffffffff);
	vpd_item(p, "SN", sn);
	p->vpd[fields + 1] = p->vpd_len - fields - 3;
	p->vpd[p->vpd_len++] = 0x78;	/* end */
}

static void vpd_access(struct fpci_fn *f)
{
	u16 a = fpci_config16(f->cfg, CAP_VPD + PCI_VPD_ADDR);
	int i;

	if (a & PCI_VPD_ADDR_F) {
		/* (a write: ignored) */
		put16(f->cfg, CAP_VPD + PCI_VPD_ADDR, a & ~PCI_VPD_ADDR_F);
		return;
	}
	for (i = 0; i < 4; i++)
		f->cfg[CAP_VPD + PCI_VPD_DATA + i] = a + i < f->pf->vpd_len ? f->pf->vpd[a + i] : 0;
	put16(f->cfg, CAP_VPD + PCI_VPD_ADDR, a | PCI_VPD_ADDR_F);
}

static int config_read(struct pci_bus *b, unsigned int devfn, int where, int size, u32 *val)
{
	struct fpci_fn *f = fpci_function(b, devfn);
	int i;

	*val = ~0u;
	if (!f || where + size > 4096)
		return PCIBIOS_DEVICE_NOT_FOUND;
	*val = 0;
	for (i = 0; i < size; i++)
		*val |= (u32)f->cfg[where + i] << (8 * i);
	return PCIBIOS_SUCCESSFUL;
}

static void level_reset(struct fpci_fn *f)
{
	const struct fpci_type *t = f->pf->card->type;
	unsigned long flags;

	put16(f->cfg, CAP_EXP + PCI_EXP_DEVCTL, 0);
	put16(f->cfg, CAP_MSIX + PCI_MSIX_FLAGS,
	      fpci_config16(f->cfg, CAP_MSIX + PCI_MSIX_FLAGS) & PCI_MSIX_FLAGS_QSIZE);
	put16(f->cfg, PCI_COMMAND, 0);
	WRITE_ONCE(f->need_reset, 1);
	/* The BARs of a VF stay: the SR-IOV capability of its PF turns them on and off. */
	raw_spin_lock_irqsave(&f->lock, flags);
	if (f->vf >= 0 && f->bar[0])
		t->regs(f);
	raw_spin_unlock_irqrestore(&f->lock, flags);
}

static int config_write(struct pci_bus *b, unsigned int devfn, int where, int size, u32 val)
{
	struct fpci_fn *f = fpci_function(b, devfn);
	const struct fpci_type *t;
	int i, v, had;

	if (!f || where + size > 4096)
		return PCIBIOS_DEVICE_NOT_FOUND;
	t = f->pf->card->type;
	had = f->vf < 0 ? fpci_active_vfs(f->pf) : 0;
	for (i = 0; i < size; i++) {
		u8 m = f->wmask[where + i];

		f->cfg[where + i] = (f->cfg[where + i] & ~m) | ((val >> (8 * i)) & m);
	}
	if (f->vf < 0 && f->pf->vpd_len && where == CAP_VPD + PCI_VPD_ADDR)
		vpd_access(f);
	if (t->cfg_written)
		t->cfg_written(f, where, size);
	if (fpci_config16(f->cfg, CAP_EXP + PCI_EXP_DEVCTL) & PCI_EXP_DEVCTL_BCR_FLR)
		level_reset(f);
	fpci_decode(f);
	if (f->vf >= 0 || where < ECAP_SRIOV || where >= ECAP_SRIOV + PCI_EXT_CAP_SRIOV_SIZEOF)
		return PCIBIOS_SUCCESSFUL;
	if (!had && fpci_active_vfs(f->pf))
		for (v = 0; v < f->pf->card->vfs; v++)
			fpci_config_init(f->pf->vf[v]);
	fpci_decode_vfs(f->pf);
	return PCIBIOS_SUCCESSFUL;
}

struct pci_ops fpci_config_ops = { .read = config_read, .write = config_write };

int fpci_active_vfs(struct fpci_pf *p)
{
	const u8 *c = p->fn.cfg + ECAP_SRIOV;

	if (!p->card->vfs || !(c[PCI_SRIOV_CTRL] & PCI_SRIOV_CTRL_VFE))
		return 0;
	return min_t(int, fpci_config16(c, PCI_SRIOV_NUM_VF), p->card->vfs);
}
EXPORT_SYMBOL_GPL(fpci_active_vfs);
