// SPDX-License-Identifier: GPL-2.0
/* The flash, as far as the driver reads it. */
#include "firmware.h"

static u16 fake_sr(u32 word)
{
	switch (word) {
	case ICE_SR_NVM_CTRL_WORD:
		return ICE_SR_CTRL_WORD_VALID << ICE_SR_CTRL_WORD_1_S;
	case ICE_SR_NVM_DEV_STARTER_VER:
		return 0x4040;			/* 4.40 */
	case ICE_SR_NVM_EETRACK_LO:
		return 0xc4a7;
	case ICE_SR_NVM_EETRACK_HI:
		return 0x8001;
	case ICE_SR_1ST_NVM_BANK_PTR:
		return ICE_SR_NVM_PTR_4KB_UNITS | 0x20;
	case ICE_SR_NVM_BANK_SIZE:
		return 2;
	case ICE_SR_1ST_OROM_BANK_PTR:
		return ICE_SR_NVM_PTR_4KB_UNITS | 0x40;
	case ICE_SR_OROM_BANK_SIZE:
		return 1;
	case ICE_SR_NETLIST_BANK_PTR:
		return ICE_SR_NVM_PTR_4KB_UNITS | 0x50;
	case ICE_SR_NETLIST_BANK_SIZE:
		return 1;
	}
	return 0;
}

u8 fake_flash(u32 off, bool sr)
{
	u32 w = off / 2;

	/* the NVM banks hold a copy of the shadow RAM behind their header of 32 words */
	if (!sr)
		w = off >= 0x20000 && off < 0x24000 && (off & 0x1fff) >= 64 ?
		    ((off & 0x1fff) - 64) / 2 : 0xffff;
	return fake_sr(w) >> (off & 1) * 8;
}
