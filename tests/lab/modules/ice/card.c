// SPDX-License-Identifier: GPL-2.0
/* The cards: PFs 8086:1593 and their registers. */
#include "firmware.h"

static void fake_pf_reset(struct fpci_fn *f)
{
	struct ice_fake *n = f->priv;

	fake_queues_off(f);
	memset(n->node, 0, sizeof(n->node));
	memset(n->res, 0, sizeof(n->res));
	n->last_node = 0;
	n->vsi = 0;
	n->vsis = 0;
	n->rule = 0;
	n->rules = 0;
}

static bool fake_poll(struct fpci_fn *f)
{
	bool work = false;
	u32 v;
	int i;

	if (f->vf >= 0)
		return false;
	v = rd(f, PFGEN_CTRL);
	if (v & PFGEN_CTRL_PFSWR_M) {
		fake_pf_reset(f);
		wmb();
		wr(f, PFGEN_CTRL, v & ~PFGEN_CTRL_PFSWR_M);
		work = true;
	}
	for (i = 0; i < QUEUES; i++)
		work |= fake_queue(f, i);
	/* receive queues start and stop at once */
	for (i = 0; i < 512; i++) {
		v = rd(f, QRX_CTRL(i));
		if (!(v & QRX_CTRL_QENA_REQ_M) == !(v & QRX_CTRL_QENA_STAT_M))
			continue;
		wr(f, QRX_CTRL(i), v ^ QRX_CTRL_QENA_STAT_M);
		work = true;
	}
	return work;
}

static void fake_regs(struct fpci_fn *f)
{
	int i;

	if (f->vf >= 0) {
		memset_io(f->bar[0], 0, 0x20000);
		return;
	}
	memset_io(f->bar[0], 0, 8 << 20);
	wr(f, PF_FUNC_RID, f->pf->port);
	wr(f, GLNVM_ULD, ~0u);
	wr(f, GLNVM_GENS, 6 << (ffs(GLNVM_GENS_SR_SIZE_M) - 1));	/* 64 KiB shadow RAM */
	wr(f, GLNVM_FLA, GLNVM_FLA_LOCKED_M);
	/* flow director filters: guaranteed and shared */
	wr(f, GLQF_FD_SIZE, 1024 | 4096 << 16);
	for (i = 0; i < 256; i++)
		wr(f, VPGEN_VFRSTAT(i), VPGEN_VFRSTAT_VFRD_M);
}

static void fake_reset(struct fpci_fn *f)
{
	memset(f->priv, 0, sizeof(struct ice_fake));
}

static void fake_state(struct seq_file *m, struct fpci_fn *f)
{
	struct ice_fake *n = f->priv;
	int i, c = 0;

	if (f->vf >= 0)
		return;
	for (i = 0; i < NODES; i++)
		c += !!n->node[i].node_teid;
	seq_printf(m, "vsis %u rules %u scheduler nodes %d package %s\n", n->vsis, n->rules, c,
		   n->pkg ? n->pkg_name : "-");
}

/* Only the driver knows the mode and the representors. */
static void fake_truth(struct seq_file *m, struct fpci_pf *p)
{
	int v;

	fpci_truth(m, NULL, 0, -1, -1, -1, false, NULL);
	for (v = 0; v < fpci_active_vfs(p); v++)
		fpci_truth(m, NULL, 0, FPCI_UNKNOWN, v, -1, false, p->vf[v]);
}

static bool fake_periodic(u16 op)
{
	return op == ice_aqc_opc_get_link_status || op == ice_aqc_opc_get_phy_caps;
}

static u64 fake_serial(struct fpci_card *c)
{
	return 0xb49691fffee80000ULL | c->index << 8;
}

static const struct fpci_type ice_card = {
	.name = "fakeice",
	.vendor = 0x8086,
	.class_rev = 0x02000002,
	.shape = {
		.device = 0x1593,	/* E810-C, SFP */
		.vf_device = 0x1889,
		.subdevice = 0x0001,
		.bar = { 8 << 20, 0x10000 },
		.vf_bar = { 0x20000, 0x4000 },
		.msix_bar = 2,
		.msix_off = 0,
		.pba_off = 0x3000,
		.msix = 512,
		.vf_msix = 17,
		.vf_offset = 8,
		.speed = 4,
		.width = 16,
	},
	.priv = sizeof(struct ice_fake),
	.serial = fake_serial,
	.regs = fake_regs,
	.reset = fake_reset,
	.poll = fake_poll,
	.state = fake_state,
	.truth = fake_truth,
	.periodic = fake_periodic,
};

fpci_card_module(ice_card);
MODULE_DESCRIPTION("Simulated E810 cards for tests of ice without hardware");
MODULE_LICENSE("GPL");
