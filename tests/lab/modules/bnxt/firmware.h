/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fakebnxt - firmware of simulated Broadcom NetXtreme-E cards, with enough of the interface HWRM
 * for the unmodified bnxt_en. The structures of the commands come from the kernel's own header.
 */
#ifndef FAKEBNXT_H
#define FAKEBNXT_H

#include <linux/etherdevice.h>
#include <linux/mm.h>
#include <linux/slab.h>
#if __has_include(<linux/bnxt/hsi.h>)
#include <linux/bnxt/hsi.h>
#else
#include "bnxt_hsi.h"
#endif
#include "fakepci.h"

enum { KEY_CHIP = FPCI_OWN_KEY, KEY_SPEC, KEY_FORWARD, KEY_STRATEGY, KEY_TIMEOUT };

#define REQ_WIN		128
#define REQ_MAX		512
#define RESP_MAX	1024
#define RINGS		512
#define NONE		0xffff
#define PENDING		0xfffd		/* no status: the PF's driver will answer */

enum { R_RSS, R_CMPL, R_TX, R_RX, R_L2, R_VNIC, R_STAT, R_GRP, R_MSIX, R_N };

struct ring {
	u8 type;
	bool used, table;
	u64 addr;			/* of the ring, or of the table of its pages */
	u32 len, handle;
	u16 vector, cmpl, nq;
	u32 prod;			/* completion rings */
	u32 cons, mark;			/* TX rings: next, and end of what was seen last time */
};

/* The firmware's state of a function: fpci_fn.priv. */
struct fb {
	struct ring ring[RINGS];
	u16 max[R_N], min[R_N], alloc[R_N];
	u8 mac[ETH_ALEN];		/* PF: the factory's; VF: what its PF has set */
	u16 vlan, mtu, async_cr, flags;
	u32 min_bw, max_bw;
	u32 next_id;
	bool drv;			/* a driver is registered */
	bool link;			/* as last reported to the driver */
	u32 req_fwd[8];			/* PF: commands of VFs that its driver approves */
	u64 buf[10];			/* PF: buffers for these commands */
	u32 buf_len;
	u8 pend[REQ_WIN];		/* VF: a command the PF's driver has not answered yet */
	bool pending;
	DECLARE_BITMAP(vfr, FPCI_MAX_VFS);	/* PF: representors */
	unsigned long tx_scan;
	u64 tx_pkts;
	u32 flows;			/* PF: offloaded rules */
	u8 req[REQ_MAX], out[RESP_MAX];	/* of the present command */
};

static inline struct fb *fb(struct fpci_fn *f)
{
	return f->priv;
}

static inline bool p5(struct fpci_fn *f)
{
	return fpci_get(f->pf, KEY_CHIP) == 0x1750;
}

static inline u16 first_vf(struct fpci_pf *p)
{
	return 0x40 + p->port * FPCI_MAX_VFS;
}

static inline u16 fid(struct fpci_fn *f)
{
	return f->vf < 0 ? f->pf->port + 1 : first_vf(f->pf) + f->vf;
}

static inline void *bus_to_mem(u64 a)
{
	return a && pfn_valid(a >> PAGE_SHIFT) ? phys_to_virt(a) : NULL;
}

/* ring.c */
struct ring *get_ring(struct fpci_fn *f, u16 id);
void post(struct ring *r, u32 d0, u32 d1, u32 d2, u32 d3);
void notify(struct fpci_fn *f, struct ring *r);
void async_event(struct fpci_fn *f, u16 id, u32 data1, u32 data2);
u16 ring_alloc(struct fpci_fn *f, struct hwrm_ring_alloc_input *q,
	       struct hwrm_ring_alloc_output *o);
int ring_free(struct fpci_fn *f, const struct hwrm_ring_free_input *q);
void tx_scan(struct fpci_fn *f, struct ring *r);

/* resource.c */
struct fpci_fn *by_fid(struct fpci_fn *f, u16 id);
void res_max(struct fpci_fn *f, u16 *m);
u16 func_cfg(struct fpci_fn *f, struct hwrm_func_cfg_input *q);
u16 func_vf_cfg(struct fpci_fn *f, struct hwrm_func_vf_cfg_input *q);
u16 vf_resource_cfg(struct fpci_fn *f, struct hwrm_func_vf_resource_cfg_input *q);
u16 resource_qcaps(struct fpci_fn *f, struct hwrm_func_resource_qcaps_output *o);
#define RES(a, i)	cpu_to_le16((a)[i])

/* info.c */
u16 ver_get(struct fpci_fn *f, struct hwrm_ver_get_output *o);
u16 func_qcaps(struct fpci_fn *f, struct hwrm_func_qcaps_input *q,
	       struct hwrm_func_qcaps_output *o);
u16 func_qcfg(struct fpci_fn *f, struct hwrm_func_qcfg_input *q, struct hwrm_func_qcfg_output *o);
u16 queue_qportcfg(struct hwrm_queue_qportcfg_output *o);
u16 phy_qcfg(struct fpci_fn *f, struct hwrm_port_phy_qcfg_output *o);
u16 phy_qcaps(struct fpci_fn *f, struct hwrm_port_phy_qcaps_output *o);
u16 nvm_dev_info(struct hwrm_nvm_get_dev_info_output *o);

/* exec.c */
void func_reset(struct fpci_fn *f);
u16 exec(struct fpci_fn *f, void *req, int len, void *out, u16 *outlen, bool approved);

/* forward.c */
void respond(struct fpci_fn *f, struct input *q, u16 status, void *resp, u16 len);
bool forward(struct fpci_fn *f, struct input *q, int len);
u16 forwarded(struct fpci_fn *f, u16 op, void *req);

#endif
