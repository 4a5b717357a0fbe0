// SPDX-License-Identifier: GPL-2.0
/* Takes commands from the admin, mailbox and sideband queues. */
#include "firmware.h"

struct queue {
	u32 bal, bah, len, head, tail, ena, len_m;
};

static const struct queue queues[QUEUES] = {
	{ PF_FW_ATQBAL, PF_FW_ATQBAH, PF_FW_ATQLEN, PF_FW_ATQH, PF_FW_ATQT,
	  PF_FW_ATQLEN_ATQENABLE_M, PF_FW_ATQLEN_ATQLEN_M },
	{ PF_MBX_ATQBAL, PF_MBX_ATQBAH, PF_MBX_ATQLEN, PF_MBX_ATQH, PF_MBX_ATQT,
	  PF_MBX_ATQLEN_ATQENABLE_M, PF_MBX_ATQLEN_ATQLEN_M },
	{ PF_SB_ATQBAL, PF_SB_ATQBAH, PF_SB_ATQLEN, PF_SB_ATQH, PF_SB_ATQT,
	  PF_SB_ATQLEN_ATQENABLE_M, PF_SB_ATQLEN_ATQLEN_M },
};

/* Serves one command; false if the command is never answered. */
static bool command(struct fpci_fn *f, int qi, struct aq_desc *d)
{
	u16 op = le16_to_cpu(d->opcode), number = qi ? OP_MBX(op & 0x7fff) : op;
	u32 len = le16_to_cpu(d->datalen), extra = 0;
	u64 a = le32_to_cpu(d->param[3]) |
		(u64)le32_to_cpu(d->param[2]) << 32;
	bool buf = le16_to_cpu(d->flags) & AQ_FLAG_BUF && a && len;
	u32 st = fpci_command(f, number, &extra);

	if (st == FPCI_NO_ANSWER) {
		fpci_done(f, number, st);
		return false;
	}
	if (!st && !qi)
		st = fake_aq(f, d, buf ? phys_to_virt(a) : NULL, buf ? len : 0);
	fpci_done(f, number, st);
	d->retval = cpu_to_le16(st);
	d->flags = cpu_to_le16(le16_to_cpu(d->flags) | AQ_FLAG_DONE |
			       (st ? AQ_FLAG_ERR : 0));
	return true;
}

bool fake_queue(struct fpci_fn *f, int qi)
{
	const struct queue *q = &queues[qi];
	u32 len = rd(f, q->len), cnt = len & q->len_m, head, tail;
	struct ice_fake *n = f->priv;
	struct aq_desc *d;
	bool work = false;

	if (!(len & q->ena) || !cnt) {
		n->stuck[qi] = false;
		return false;
	}
	for (;; work = true) {
		head = rd(f, q->head);
		tail = rd(f, q->tail);
		if (head == tail || tail >= cnt || head >= cnt)
			return work;
		rmb();
		/* The driver recognises an answer by the head, which stays until the next command. */
		if (n->stuck[qi]) {
			if (tail == n->stuck_tail[qi])
				return work;
			n->stuck[qi] = false;
			wr(f, q->head, (head + 1) % cnt);
			continue;
		}
		d = phys_to_virt(rd(f, q->bal) | (u64)rd(f, q->bah) << 32);
		if (!command(f, qi, d + head)) {
			n->stuck[qi] = true;
			n->stuck_tail[qi] = tail;
			continue;
		}
		wmb();
		wr(f, q->head, (head + 1) % cnt);
	}
}

void fake_queues_off(struct fpci_fn *f)
{
	int i;

	for (i = 0; i < QUEUES; i++) {
		wr(f, queues[i].len, 0);
		wr(f, queues[i].head, 0);
		wr(f, queues[i].tail, 0);
	}
}
