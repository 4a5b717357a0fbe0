// SPDX-License-Identifier: GPL-2.0
/* The service processor. */
#include "firmware.h"

bool nfp_nsp(struct fpci_fn *f)
{
	u8 __iomem *nsp = f->pf->ram + RAM_ISL1 + I_NSP;
	u8 *buf = (u8 __force *)f->pf->ram + RAM_ISL1 + I_NSPBUF;
	u64 cmd = readq(nsp + NSP_COMMAND);
	u32 code = cmd >> 16 & 0xffff, ret = 0;
	const char *v;
	u8 err;
	int st;

	if (!(cmd & 1))
		return false;
	st = fpci_command(f, OP_NSP(code), &ret);
	if (st == FPCI_NO_ANSWER) {
		writeq(NSP_ABI | 1, nsp + NSP_STATUS);
		writeq(cmd & ~1ULL, nsp + NSP_COMMAND);
		fpci_done(f, OP_NSP(code), st);
		return true;
	}
	err = st;
	switch (err ? -1 : code) {
	case 7:				/* rescan Ethernet ports */
		ret = nfp_eth_table(f->pf, buf);
		break;
	case 13:			/* identify */
		memset(buf, 0, 64);
		strscpy(buf, "22.09-fake", 40);
		break;
	case 17:			/* look up hardware information */
		buf[255] = 0;
		v = nfp_hwinfo_find((u8 __force *)f->pf->ram + RAM_ISL1 + I_HWINFO, buf);
		if (v)
			strscpy(buf, v, 256);
		else
			err = ENOENT;
		break;
	case 19:			/* is a firmware loaded? */
		ret = 1;
		break;
	}
	writeq(NSP_ABI | (u64)err << 8, nsp + NSP_STATUS);
	writeq((u64)ret << 32 | (cmd & 0xffff0000), nsp + NSP_COMMAND);
	fpci_done(f, OP_NSP(code), err);
	return true;
}
