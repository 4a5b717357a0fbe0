// SPDX-License-Identifier: GPL-2.0
/* The cards: PFs 177d:9702 and their registers. */
#include "firmware.h"

void lio_mac(struct fpci_pf *p, u8 *m)
{
	static const u8 base[ETH_ALEN] = { 0x00, 0x0f, 0xb7, 0x10, 0x00, 0x00 };

	memcpy(m, base, ETH_ALEN);
	m[4] = p->card->index;
	m[5] = p->port;
}

/* the rings of the PF, which follow the rings of the VFs */
bool lio_rings(struct fpci_fn *f, u32 *first, u32 *end)
{
	u64 r = rq(f, CN23XX_SLI_PKT_MAC_RINFO64(0, f->pf->port));

	*first = (r >> CN23XX_PKT_MAC_CTL_RINFO_NVFS_BIT_POS & 0xff) *
		 (r >> CN23XX_PKT_MAC_CTL_RINFO_RPVF_BIT_POS & 0xff);
	*end = r >> CN23XX_PKT_MAC_CTL_RINFO_TRS_BIT_POS & 0xff;
	return *end && *end <= LIO_RINGS && *first < *end;
}

static bool lio_poll(struct fpci_fn *f)
{
	u32 q, first, end;
	bool work = false;

	if (f->vf >= 0 || !lio_rings(f, &first, &end))
		return false;
	for (q = first; q < end; q++)
		work |= lio_iq_poll(f, q);
	return lio_oq_poll(f, first) || work;
}

static void lio_regs(struct fpci_fn *f)
{
	u32 q;

	if (f->vf >= 0) {
		memset_io(f->bar[0], 0, 0x20000);
		return;
	}
	memset_io(f->bar[0], 0, 0x1200);	/* MSI-X */
	memset_io(f->bar[0] + 0x20000, 0, 0xb000);
	for (q = 0; q < LIO_RINGS; q++)
		memset_io(f->bar[0] + 0x10000 + q * 0x20000, 0, 0x300);
	/* the firmware has been started from flash and no core has crashed */
	writeq(BIT_ULL(SCR2_BIT_FW_LOADED), f->bar[0] + CN23XX_SLI_SCRATCH2);
	/* the result of all windowed reads; only RST_BOOT matters: clock multiplier 20 (1 GHz) */
	writeq(20 << 24, f->bar[0] + CN23XX_WIN_RD_DATA64);
	writeq(~0ULL, f->bar[0] + CN23XX_SLI_PKT_IOQ_RING_RST);
}

static void lio_reset(struct fpci_fn *f)
{
	memset(f->priv, 0, sizeof(struct lio));
}

static void lio_state(struct seq_file *m, struct fpci_fn *f)
{
	struct lio *l = f->priv;
	u32 q, first, end;
	int v;

	if (f->vf >= 0 || !f->bar[0] || !lio_rings(f, &first, &end))
		return;
	seq_printf(m, "  rings %u-%u core %d rx %d link %d vf_macs %u reps_up %d\n", first, end - 1,
		   l->core_sent, l->rx_on, l->link_shown, l->vf_mac_set, l->reps_up);
	for (q = first; q < end; q++)
		seq_printf(m, "  iq %u on %d rd %u rung %u done %u counter %llx\n", q, l->iq[q].on,
			   l->iq[q].rd, l->iq[q].rung, l->iq[q].done,
			   rq(f, CN23XX_SLI_IQ_INSTR_COUNT64(q)));
	for (v = 0; v < fpci_active_vfs(f->pf); v++)
		seq_printf(m, "  vf %d representor \"%s\"\n", v, l->rep_name[v]);
}

/* Only the driver knows the mode, and it does not tell the firmware of removed representors. */
static void lio_truth(struct seq_file *m, struct fpci_pf *p)
{
	int v;

	fpci_truth(m, NULL, 0, -1, -1, -1, false, NULL);
	for (v = 0; v < fpci_active_vfs(p); v++)
		fpci_truth(m, NULL, 0, FPCI_UNKNOWN, v, -1, false, p->vf[v]);
}

static bool lio_periodic(u16 op)
{
	return op == OP_REP(LIO_VF_REP_REQ_STATS) || op == OP_SC(OPCODE_NIC_PORT_STATS) ||
	       op == OP_SC(OPCODE_NIC_SYNC_OCTEON_TIME);
}

static u64 lio_serial(struct fpci_card *c)
{
	return 0x000fb7fffe100000ULL | c->index << 8;
}

static const struct fpci_key keys[] = {
	[KEY_SWITCHDEV - FPCI_OWN_KEY] = { "switchdev", 0, 1, 1 },
	[KEY_VERSION - FPCI_OWN_KEY] = { "version", 10, 99, 17 },
};

static const struct fpci_type lio_card = {
	.name = "fakeliquidio",
	.vendor = 0x177d,
	.class_rev = 0x02000080,	/* rev. 2.0 */
	.shape = {
		.device = 0x9702,
		.vf_device = 0x9712,
		.subdevice = 0x0003,	/* CN2350, 10G */
		.bar = { 8 << 20, 1 << 20 },
		.vf_bar = { 0x20000 },
		.msix_off = 0,
		.pba_off = 0x1000,
		.msix = 65,
		.vf_msix = 2,
		.vf_offset = 8,
		.speed = 3,
		.width = 8,
	},
	.keys = keys,
	.nkeys = ARRAY_SIZE(keys),
	.max_vfs = 63,
	.link = true,
	.priv = sizeof(struct lio),
	.serial = lio_serial,
	.regs = lio_regs,
	.reset = lio_reset,
	.poll = lio_poll,
	.state = lio_state,
	.truth = lio_truth,
	.periodic = lio_periodic,
};

fpci_card_module(lio_card);
MODULE_DESCRIPTION("Simulated LiquidIO cards for tests of liquidio without hardware");
MODULE_LICENSE("GPL");
