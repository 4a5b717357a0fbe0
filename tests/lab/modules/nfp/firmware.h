/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fakenfp - simulated Netronome Agilio cards (NFP4000) with flower firmware.
 *
 * The driver reaches the card's address space ("CPP") through windows in BAR 2. BAR 0 is so small
 * here that the driver programs the windows in PCI configuration space instead of mapping the
 * card's configuration registers. So the simulation sees each write at once; window.c says how
 * accesses through a window find their memory.
 *
 * Locks: the driver reads a lock word with "test and set", and then writes the new value anyway if
 * the word was free. So plain memory suffices (there is one driver per card).
 */
#ifndef FAKENFP_H
#define FAKENFP_H

#include <linux/etherdevice.h>
#include <linux/version.h>
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 12, 0)
#include <linux/unaligned.h>
#else
#include <asm/unaligned.h>
#endif
#include "fakepci.h"

#define TGT_QC		0	/* queue controllers of the PCIe unit */
#define TGT_MU		7
#define TGT_XPB		14
#define ACTION_RW	32

#define RAM_ISL1	0x000000	/* service processor */
#define RAM_XPB_A	0x040000
#define RAM_XPB_B	0x080000
#define RAM_QC		0x0c0000
#define RAM_EMEM	0x140000
#define RAM_JUNK	0x740000	/* registers without meaning */
#define RAM_SIZE	0x840000
#define JUNK_SIZE	0x100000

#define EMEM_BASE	0x1800000000ULL	/* island 24 */
#define EMEM_SIZE	0x600000	/* 127 VFs need 4 MiB */
#define ISL1_BASE	0x8100000000ULL

/* island 1 */
#define I_RESTAB	0x00000
#define I_HWINFO	0x10000
#define I_HWINFO_SZ	0x1000
#define I_NSP		0x20000
#define I_NFFW		0x28000
#define I_NSPBUF	0x30000
#define I_NSPBUF_SZ	0x10000
/* EMEM */
#define E_MIP		0x0000
#define E_SYMTAB	0x1000
#define E_STRTAB	0x3000
#define E_BAR0		0x10000
#define E_CTRL		0x18000
#define E_OBJ		0x20000

#define BAR2_SIZE	(128u << 20)
#define SLICE_SHIFT	24
#define CFG_WINDOWS	0x400		/* in configuration space, one word per 1/8 BAR */

#define NSP_STATUS	0x00
#define NSP_COMMAND	0x08
#define NSP_DFLT_BUF	0x18
#define NSP_DFLT_CFG	0x20
#define NSP_ABI		(0xab10ULL << 48 | 27ULL << 32)	/* 0.27 */

/* vNIC control memory */
#define C_CTRL		0x00
#define C_UPDATE	0x04
#define C_TXRS		0x08
#define C_RXRS		0x10
#define C_MACADDR	0x24
#define C_VERSION	0x30
#define C_STS		0x34
#define C_CAP		0x38
#define C_MAX_TXR	0x3c
#define C_MAX_RXR	0x40
#define C_MAX_MTU	0x44
#define C_START_TXQ	0x48
#define C_START_RXQ	0x4c
#define C_TXR_ADDR(r)	(0x200 + (r) * 8)
#define C_TXR_SZ(r)	(0x600 + (r))
#define C_TXR_VEC(r)	(0x640 + (r))
#define C_RXR_ADDR(r)	(0x800 + (r) * 8)
#define C_RXR_SZ(r)	(0xa00 + (r))
#define C_RXR_VEC(r)	(0xa40 + (r))
#define C_SIZE		0x8000
#define CTRL_ENABLE	BIT(0)
#define UPDATE_ERR	BIT(31)
#define UPDATE_VF	BIT(13)

#define DATA_TXQ	0
#define CTRL_TXQ	128
#define Q_SIZE		0x800
#define Q_ADD_WPTR	0x04
#define Q_STS_LO	0x08
#define STRIDE		4

#define NFP_MAX_PORTS	8
#define NFP_MAX_VFS	64	/* the firmware's port numbers have 6 bits for VFs */

#define MSG_REIFY	6
#define MSG_PORT_MOD	8
#define OP_NSP(code)	(code)
#define OP_RECONFIG	0x1000
#define OP_MSG(type)	(0x2000 | (type))

struct txd {
	u8 addr_hi;
	__le16 dma_len;
	u8 offset_eop;
	__le32 addr_lo;
	__le64 rest;
} __packed;

struct rxd {
	__le16 len_or_addr_hi;
	u8 reserved, meta_len_dd;
	__le32 addr_lo_or_flags;
} __packed;

struct ring {
	u64 dma, seen;
	u32 cnt, rd, rung;
	u8 vec;
};

#define MAX_RINGS	8
struct vnic {
	u8 __iomem *ctrl, *qc;
	u32 txq, rxq;
	bool on, is_ctrl;
	unsigned long ignored;		/* until this time, the present update gets no answer */
	struct ring tx[MAX_RINGS], rx[MAX_RINGS];
};

struct nfp {
	struct vnic data, ctrl;
	/* representors that the driver has announced (REIFY) */
	DECLARE_BITMAP(phys, NFP_MAX_PORTS);
	DECLARE_BITMAP(vf, NFP_MAX_VFS);
	bool pf;
	u32 dropped;
};

/* card.c */
extern const struct fpci_type nfp_card;

/* window.c */
int nfp_window_init(void);
void nfp_window_exit(void);

/* contents.c */
void nfp_regs(struct fpci_fn *f);
u32 nfp_eth_table(struct fpci_pf *p, u8 *b);
const char *nfp_hwinfo_find(const u8 *h, const char *key);

/* nsp.c */
bool nfp_nsp(struct fpci_fn *f);

/* vnic.c */
bool nfp_msg(struct fpci_fn *f, struct vnic *v, const void *msg, u32 len);
bool nfp_vnic(struct fpci_fn *f, struct vnic *v);

/* flower.c */
void nfp_flower(struct fpci_fn *f, const u8 *b, u32 len);

#endif
