// SPDX-License-Identifier: GPL-2.0
/* Messages of the flower firmware. */
#include "firmware.h"

/* Adds or removes the representor of a port. */
static void reify(struct nfp *n, u32 port, bool on)
{
	u32 number = port >> 6 & 63;

	if (port >> 28 == 1)
		__assign_bit(port & 7, n->phys, on);
	else if (port >> 12 & 3)
		n->pf = on;
	else
		__assign_bit(number, n->vf, on);
}

void nfp_flower(struct fpci_fn *f, const u8 *b, u32 len)
{
	struct nfp *n = f->priv;
	u32 extra = 0;
	u8 m[12];
	int st;

	if (len < 4 || b[3] != 1)
		return;
	st = fpci_command(f, OP_MSG(b[2]), &extra);
	fpci_done(f, OP_MSG(b[2]), st);
	if (st || len < 12)
		return;
	memcpy(m, b, 12);
	switch (b[2]) {
	case MSG_REIFY:
		reify(n, get_unaligned_be32(b + 4), get_unaligned_be16(b + 10));
		nfp_msg(f, &n->ctrl, m, 12);
		break;
	case MSG_PORT_MOD:
		if (!(b[9] & 2)) {	/* (otherwise only the MTU: acknowledged unchanged) */
			if (!(b[9] & 1) || !fpci_get(f->pf, FPCI_LINK))
				break;
			m[10] = 0;
			m[11] = 0;
		}
		nfp_msg(f, &n->ctrl, m, 12);
		break;
	}
}
