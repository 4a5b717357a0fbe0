// SPDX-License-Identifier: GPL-2.0
/* The card's shape and keys, and start and end of the firmware. */
#include <linux/log2.h>
#include <linux/vmalloc.h>

#include "mlx5.h"


static const struct fpci_key keys[] = {
	{ "chip", 4, 6, 6 },		/* ConnectX-4 Lx, ConnectX-5, ConnectX-6 Dx */
	{ "dpu", 0, 1, 0 },
	{ "sfs", 0, CX_MAX_SFS, 0 },
	{ "host_vfs", 0, FPCI_MAX_VFS, 0, true },
	{ "timeout", 0, 60000, 0 },	/* ms that the driver waits for a command; 0: its own 60 s */
	{ "synd", 0, 255, 0, true },
};

static u64 serial(struct fpci_card *c)
{
	return 0xb8cef60300fa0000ull | c->domain << 16 | c->bus << 8;
}

static void card(struct fpci_card *c)
{
	static const u16 device[] = { [4] = 0x1015, [5] = 0x1017, [6] = 0x101d };
	u32 chip = c->key[CX_CHIP];

	c->shape.device = c->key[CX_DPU] ? 0xa2d6 : device[chip];
	c->shape.vf_device = device[chip] + 1;
	c->shape.no_sriov = c->key[CX_DPU];	/* the host has the VFs */
	c->shape.sfs = c->key[CX_SFS];
	if (c->shape.sfs) {
		c->shape.sf_bar = SF_BAR_SIZE;
		c->shape.bar[1] = roundup_pow_of_two(c->shape.sfs) * SF_BAR_SIZE;
	}
	/* a processor has some 200 vectors: many VFs get two each */
	if (c->key[FPCI_VFS] > 32)
		c->shape.vf_msix = 2;
}

static void start(struct fpci_fn *f)
{
	struct cx_fn *x = cx_fn(f);

	xa_init(&x->cqs);
	xa_init(&x->sqs);
	xa_init(&x->rule);
	xa_init(&x->element);
}

static int firmware_init(struct fpci_pf *p)
{
	struct cx_pf *x = p->priv;
	int i;

	x->port_mtu = 1522;
	x->host_vfs_was = fpci_get(p, CX_HOST_VFS);
	cx_vports_init(p);
	start(&p->fn);
	for (i = 0; i < p->card->vfs; i++)
		start(p->vf[i]);
	for (i = 0; i < p->card->shape.sfs; i++)
		start(p->sf[i]);
	x->in = vzalloc(CX_BUF);
	x->out = vzalloc(CX_BUF);
	return x->in && x->out ? 0 : -ENOMEM;
}

static void firmware_exit(struct fpci_pf *p)
{
	struct cx_pf *x = p->priv;
	int i;

	cx_fn_reset(&p->fn);
	for (i = 0; i < p->card->vfs; i++)
		cx_fn_reset(p->vf[i]);
	for (i = 0; i < p->card->shape.sfs; i++)
		cx_fn_reset(p->sf[i]);
	cx_vports_free(p);
	vfree(x->in);
	vfree(x->out);
}

static void tick(struct fpci_fn *f)
{
	cx_iseg_tick(f);
	if (!fpci_is_pf(f))
		return;
	cx_port_tick(f->pf);
	if (cx_dpu(f->pf))
		cx_dpu_tick(f->pf);
}

/* Queries of statistics, which any program that lists netdevs causes. */
static bool periodic(u16 op)
{
	return op == MLX5_CMD_OP_QUERY_VPORT_COUNTER || op == MLX5_CMD_OP_QUERY_Q_COUNTER ||
	       op == MLX5_CMD_OP_QUERY_FLOW_COUNTER;
}

static const struct fpci_type fakemlx5 = {
	.name = "fakemlx5",
	.vendor = PCI_VENDOR_ID_MELLANOX,
	.class_rev = 0x02000000,
	.shape = {
		.subdevice = 0x0016,
		.bar = { PF_BAR_SIZE },
		.vf_bar = { VF_BAR_SIZE },
		.msix_off = 0x4000,
		.pba_off = 0x6000,
		.msix = 64,
		.vf_msix = 12,
		.vf_offset = 2,		/* they follow the PFs */
		.speed = 4,
		.width = 16,
	},
	.keys = keys,
	.nkeys = ARRAY_SIZE(keys),
	.link = true,
	.priv = sizeof(struct cx_fn),
	.pf_priv = sizeof(struct cx_pf),
	.serial = serial,
	.card = card,
	.init = firmware_init,
	.exit = firmware_exit,
	.regs = cx_iseg_init,
	.reset = cx_fn_reset,
	.poll = cx_serve,
	.tick = tick,
	.state = cx_state,
	.truth = cx_truth,
	.periodic = periodic,
};

fpci_card_module(fakemlx5);
MODULE_DESCRIPTION("ConnectX firmware made of software, for tests of mlx5_core");
MODULE_LICENSE("GPL");
