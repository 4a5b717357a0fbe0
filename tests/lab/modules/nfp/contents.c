// SPDX-License-Identifier: GPL-2.0
/* The card's contents at power-on: hardware information, symbols of the firmware, vNICs. */
#include <linux/crc32.h>
#include "firmware.h"

static u32 crc_posix(const void *p, size_t len)
{
	u32 crc = crc32_be(0, p, len);

	for (; len; len >>= 8) {
		u8 c = len;

		crc = crc32_be(crc, &c, 1);
	}
	return ~crc;
}

static void nfp_mac(struct fpci_pf *p, int port, u8 *m)
{
	static const u8 base[ETH_ALEN] = { 0x00, 0x15, 0x4d, 0x13, 0x00, 0x00 };

	memcpy(m, base, ETH_ALEN);
	m[4] = p->card->index;
	m[5] = port;
}

static void nfp_vnic_init(u8 __iomem *c, u32 rings, u32 txq)
{
	memset_io(c, 0, C_SIZE);
	writel(0x0500, c + C_VERSION);		/* ABI 5.0, descriptors of kind NFD3 */
	/* enable, promiscuous, broadcast, multicast, gather, live address change */
	writel(BIT(31) | 0x20f, c + C_CAP);
	writel(rings, c + C_MAX_TXR);
	writel(rings, c + C_MAX_RXR);
	writel(9216, c + C_MAX_MTU);
	writel(txq, c + C_START_TXQ);
	writel(txq + 2, c + C_START_RXQ);
}

struct symtab {
	u8 __iomem *e;
	u32 obj, nsym, str;
};

static u32 nfp_sym(struct symtab *n, const char *name, u32 size, u64 val)
{
	u8 __iomem *e = n->e;
	u32 at = n->obj;
	u8 s[16] = {};

	s[0] = 1;			/* object */
	s[1] = TGT_MU;
	s[2] = 24;			/* island */
	put_unaligned_le32(at, s + 4);
	put_unaligned_le16(n->str, s + 8);
	s[10] = 0xff;
	put_unaligned_le32(size, s + 12);
	memcpy_toio(e + E_SYMTAB + n->nsym++ * 16, s, 16);
	memcpy_toio(e + E_STRTAB + n->str, name, strlen(name) + 1);
	n->str += strlen(name) + 1;
	memset_io(e + at, 0, size);
	if (size == 8)
		writeq(val, e + at);
	n->obj = ALIGN(at + size, size < 4096 ? 8 : 0x1000);
	return at;
}

static void nfp_resource(struct fpci_pf *p, int i, const char *name, u64 addr, u32 size)
{
	u8 e[32] = {};

	memcpy(e + 8, name, strlen(name));
	put_unaligned_le32(i ? crc_posix(e + 8, 8) : 0, e + 4);
	e[21] = ACTION_RW;
	e[23] = TGT_MU;
	put_unaligned_le32(addr >> 8, e + 24);
	put_unaligned_le32(size >> 8, e + 28);
	memcpy_toio(p->ram + RAM_ISL1 + I_RESTAB + 32 * i, e, 32);
}

static u32 nfp_hwinfo(struct fpci_pf *p, u8 *b)
{
	char serial[16];
	const char *kv[] = {
		"assembly.vendor", "SMA", "assembly.partno", "AMDA0099-0001",
		"assembly.model", "carbon", "assembly.serial", serial,
		"assembly.revision", "08", "cpld.version", "0x3030000", "board.state", "15",
		"app_fw_from_flash", "1",
	};
	u32 at = 16;
	int i;

	snprintf(serial, sizeof(serial), "1801%04d", p->card->index);
	for (i = 0; i < ARRAY_SIZE(kv); i++)
		at += snprintf(b + at, I_HWINFO_SZ - at, "%s", kv[i]) + 1;
	at = ALIGN(at + 1 + 4, 8);
	put_unaligned_le32('H' << 24 | 'I' << 16 | 2 << 8, b);
	put_unaligned_le32(at, b + 4);
	put_unaligned_le32(I_HWINFO_SZ, b + 8);
	put_unaligned_le32(crc_posix(b, at - 4), b + at - 4);
	return at;
}

static void nfp_contents(struct fpci_pf *p)
{
	u8 __iomem *isl1 = p->ram + RAM_ISL1, *e = p->ram + RAM_EMEM;
	struct symtab t = { .e = e, .obj = E_BAR0, .str = 1 };
	u8 mip[96] = {};
	u32 at;

	memset_io(p->ram, 0, RAM_SIZE);
	/* chip model; how addresses of the MU carry the island number */
	writel(0x62000010, p->ram + RAM_XPB_B + 4);
	writel(BIT(12), p->ram + RAM_XPB_A + 0x20000 + TGT_MU * 4);

	nfp_hwinfo(p, (u8 __force *)isl1 + I_HWINFO);

	writeq(NSP_ABI, isl1 + I_NSP + NSP_STATUS);
	writeq((u64)(TGT_MU << 16 | ACTION_RW) << 40 | (ISL1_BASE + I_NSPBUF),
	       isl1 + I_NSP + NSP_DFLT_BUF);
	writeq((I_NSPBUF_SZ >> 12) << 8, isl1 + I_NSP + NSP_DFLT_CFG);

	/* one loaded firmware with its information page in the external memory */
	writel(2 << 16 | 1, isl1 + I_NFFW);
	at = I_NFFW + 8 + 200 * 4;
	writel(BIT(31), isl1 + at);
	writel(TGT_MU << 24 | ACTION_RW << 8 | 24, isl1 + at + 4);
	writel(E_MIP, isl1 + at + 8);

	nfp_sym(&t, "_pf0_net_bar0", C_SIZE, 0);
	nfp_vnic_init(e + E_BAR0, MAX_RINGS, DATA_TXQ);
	nfp_sym(&t, "_pf0_net_ctrl_bar", C_SIZE, 0);
	nfp_vnic_init(e + E_CTRL, 1, CTRL_TXQ);
	nfp_sym(&t, "_mac_stats", 0x200 * p->card->ports, 0);
	nfp_sym(&t, "_pf0_net_vf_bar", C_SIZE * p->card->vfs ?: 8, 0);
	at = nfp_sym(&t, "_pf0_net_vf_cfg2", 16 + 16 * p->card->vfs, 0);
	writew(0x7f, e + at);	/* may set MAC, VLAN, spoofchk, link state, trust, rate */
	nfp_sym(&t, "nfd_vf_cfg_max_vfs", 8, p->card->vfs);
	nfp_sym(&t, "nfd_cfg_pf0_num_ports", 8, 1);
	nfp_sym(&t, "_pf0_net_app_id", 8, 3);
	nfp_sym(&t, "hw_flower_version", 8, 0x0001000000010000ULL);
	nfp_sym(&t, "CONFIG_FC_HOST_CTX_COUNT", 8, 4096);
	nfp_sym(&t, "_abi_flower_extra_features", 8, BIT(1));	/* MTU of physical ports */

	memcpy(mip, "MIP", 3);
	put_unaligned_le32(1, mip + 4);
	put_unaligned_le32(sizeof(mip), mip + 8);
	put_unaligned_le32(E_SYMTAB, mip + 32);
	put_unaligned_le32(t.nsym * 16, mip + 36);
	put_unaligned_le32(E_STRTAB, mip + 40);
	put_unaligned_le32(ALIGN(t.str, 8), mip + 44);
	strscpy(mip + 48, "fakenfp flower", 16);
	memcpy_toio(e + E_MIP, mip, sizeof(mip));

	nfp_resource(p, 0, "nfp.res", ISL1_BASE + I_RESTAB, 0x1000);
	nfp_resource(p, 1, "nfp.info", ISL1_BASE + I_HWINFO, I_HWINFO_SZ);
	nfp_resource(p, 2, "nfp.sp", ISL1_BASE + I_NSP, 0x1000);
	nfp_resource(p, 3, "nfp.nffw", ISL1_BASE + I_NFFW, 0x1000);
}

void nfp_regs(struct fpci_fn *f)
{
	memset_io(f->bar[0], 0, 0x10000);
	if (f->vf >= 0)
		nfp_vnic_init(f->bar[0], 1, 0);
	else
		nfp_contents(f->pf);
}

u32 nfp_eth_table(struct fpci_pf *p, u8 *b)
{
	u8 m[ETH_ALEN];
	u32 i, j;

	memset(b, 0, 48 * 32);
	for (i = 0; i < p->card->ports; i++, b += 32) {
		nfp_mac(p, i, m);
		put_unaligned_le64(1 | i << 8 | (u64)i << 54, b);
		/* configured, enabled, tx, rx, 25G, SFP28, fibre */
		put_unaligned_le64(0xf | 5 << 8 | 28 << 12 | 1 << 20, b + 8);
		for (j = 0; j < ETH_ALEN; j++)
			b[16 + j] = m[ETH_ALEN - 1 - j];
		put_unaligned_le64(0xf, b + 24);
	}
	return p->card->ports;
}

const char *nfp_hwinfo_find(const u8 *h, const char *key)
{
	const char *k = h + 16;

	while (*k) {
		const char *v = k + strlen(k) + 1;

		if (!strcmp(k, key))
			return v;
		k = v + strlen(v) + 1;
	}
	return NULL;
}
