/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fakeliquidio - firmware of simulated Cavium LiquidIO II (CN23xx) cards. The card claims that its
 * firmware was started from flash, so the driver loads no image, resets nothing, touches no card
 * memory and waits for the message that the cores are up. Then driver and firmware talk by soft
 * commands in host memory.
 *
 * Two registers are counters that the driver decrements by writing (packets sent, instructions
 * done), which plain memory cannot do: queue.c says how both sides stay in step.
 */
#ifndef FAKELIQUIDIO_H
#define FAKELIQUIDIO_H

#include <linux/etherdevice.h>
#include "fakepci.h"
#include "liquidio_common.h"
#include "cn23xx_pf_regs.h"

enum { KEY_SWITCHDEV = FPCI_OWN_KEY, KEY_VERSION };

#define LIO_RINGS	64

/* command numbers for "commands" and "inject" */
#define OP_SC(sub)	(sub)
#define OP_NIC(grp, c)	(0x1000 | (grp) << 8 | (c))
#define OP_REP(type)	(0x2000 | (type))

/* an instruction as the driver writes it (64 bytes, the response pointer comes last) */
struct lio_instr {
	u64 dptr;
	struct octeon_instr_ih3 ih3;
	u64 pki;
	struct octeon_instr_irh irh;
	u64 ossp[2];
	struct octeon_instr_rdp rdp;
	u64 rptr;
};

struct lio_iq {
	bool on;
	u64 base;
	u32 size, rd, rung, done;
	u64 last;		/* time of the last doorbell or instruction, ns */
	u64 seen;		/* time since when an instruction waits without a doorbell, ns */
};

struct lio_oq {
	bool on, busy;
	u64 base;
	u32 size, idx;
	__be64 *buf;
	__be64 len;		/* as written; the driver changes it when it reads the message */
	unsigned long since, core_at;
};

struct lio {
	struct lio_iq iq[LIO_RINGS];
	struct lio_oq oq;
	bool core_sent, rx_on, link_sent, link_shown;
	u32 vf_mac_set, reps_up;
	char rep_name[64][LIO_IF_NAME_SIZE];
};

static inline u64 rq(struct fpci_fn *f, u32 off)
{
	return readq(f->bar[0] + off);
}

/* card.c */
void lio_mac(struct fpci_pf *p, u8 *m);
bool lio_rings(struct fpci_fn *f, u32 *first, u32 *end);

/* exec.c */
u64 lio_link(bool up);
void lio_exec(struct fpci_fn *f, const struct lio_instr *c);

/* queue.c */
bool lio_iq_poll(struct fpci_fn *f, u32 q);
bool lio_oq_poll(struct fpci_fn *f, u32 q);

#endif
