// SPDX-License-Identifier: GPL-2.0
/* The cards: PFs 19ee:4000, one per card, whatever the number of ports. */
#include "firmware.h"

/* from the firmware thread */
static void nfp_reset(struct fpci_fn *f)
{
	struct nfp *n = f->priv;
	u8 __iomem *ram = f->pf->ram;

	memset(n, 0, sizeof(*n));
	n->data.rxq = DATA_TXQ + 2;
	if (f->vf >= 0) {
		n->data.qc = f->bar[1];
		n->data.ctrl = f->bar[0];
		return;
	}
	n->data.qc = ram + RAM_QC;
	n->data.ctrl = ram + RAM_EMEM + E_BAR0;
	n->ctrl.is_ctrl = true;
	n->ctrl.txq = CTRL_TXQ;
	n->ctrl.rxq = CTRL_TXQ + 2;
	n->ctrl.qc = ram + RAM_QC;
	n->ctrl.ctrl = ram + RAM_EMEM + E_CTRL;
}

static bool nfp_poll(struct fpci_fn *f)
{
	struct nfp *n = f->priv;
	bool work;

	if (!n->data.ctrl)
		return false;
	work = nfp_vnic(f, &n->data);
	if (f->vf < 0) {
		work |= nfp_nsp(f);
		work |= nfp_vnic(f, &n->ctrl);
	}
	return work;
}

static void nfp_cfg(struct fpci_fn *f)
{
	if (f->vf < 0)		/* windows, and what explicit operations need */
		memset(f->wmask + CFG_WINDOWS, 0xff, 0x200);
}

static void nfp_state(struct seq_file *m, struct fpci_fn *f)
{
	struct nfp *n = f->priv;

	if (f->vf >= 0)
		seq_printf(m, "vf %d on %d dropped %u\n", f->vf, n->data.on, n->dropped);
	else
		seq_printf(m, "data %d ctrl %d tx %u rx %u dropped %u\nreified phys %*pbl pf %d vf %*pbl\n",
			   n->data.on, n->ctrl.on, n->ctrl.tx[0].rd, n->ctrl.rx[0].rd, n->dropped,
			   NFP_MAX_PORTS, n->phys, n->pf, NFP_MAX_VFS, n->vf);
}

static void nfp_truth(struct seq_file *m, struct fpci_pf *p)
{
	struct nfp *n = p->fn.priv;
	int i;

	fpci_truth(m, "pf", 0, -1, -1, -1, false, NULL);
	for_each_set_bit(i, n->phys, NFP_MAX_PORTS)
		fpci_truth(m, "uplink", 0, -1, -1, -1, false, NULL);
	if (n->pf)
		fpci_truth(m, "pf_rep", 0, 0, -1, -1, false, &p->fn);
	for (i = 0; i < fpci_active_vfs(p); i++)
		if (test_bit(i, n->vf))
			fpci_truth(m, "vf_rep", 0, 0, i, -1, false, p->vf[i]);
		else
			fpci_truth(m, "vf", 0, -1, i, -1, false, p->vf[i]);
}

static u64 nfp_serial(struct fpci_card *c)
{
	/* serial number, then: PCIe unit 0, for any host process */
	return 0x00154d130000ULL << 16 | (u64)c->index << 24 | 0x10ff;
}

const struct fpci_type nfp_card = {
	.name = "fakenfp",
	.vendor = 0x19ee,
	.class_rev = 0x02000000,
	.shape = {
		.device = 0x4000,
		.vf_device = 0x6003,
		.subdevice = 0x4000,
		.bar = { 1 << 20, BAR2_SIZE },
		.hole = { false, true },
		.vf_bar = { 0x10000, 0x20000 },
		.ram = RAM_SIZE,
		.msix_off = 0x8000,
		.pba_off = 0x9000,
		.msix = 64,
		.vf_msix = 8,
		.vf_offset = 8,
		.speed = 3,
		.width = 8,
	},
	.max_ports = NFP_MAX_PORTS,
	.max_vfs = NFP_MAX_VFS,
	.one_pf = true,
	.link = true,
	.priv = sizeof(struct nfp),
	.serial = nfp_serial,
	.cfg = nfp_cfg,
	.regs = nfp_regs,
	.reset = nfp_reset,
	.poll = nfp_poll,
	.state = nfp_state,
	.truth = nfp_truth,
};

static char *cards = "";
module_param(cards, charp, 0444);
MODULE_PARM_DESC(cards, FPCI_CARDS_DESC);

static int __init nfp_init(void)
{
	int err = nfp_window_init();

	if (err)
		return err;
	err = fpci_register(&nfp_card, cards);
	if (err)
		nfp_window_exit();
	return err;
}

static void __exit nfp_exit(void)
{
	fpci_unregister(&nfp_card);
	nfp_window_exit();
}

module_init(nfp_init);
module_exit(nfp_exit);
MODULE_DESCRIPTION("Simulated Netronome cards for tests of nfp without hardware");
MODULE_LICENSE("GPL");
