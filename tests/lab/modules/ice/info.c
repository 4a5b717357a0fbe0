// SPDX-License-Identifier: GPL-2.0
/* Capabilities, address and link. */
#include "firmware.h"

static void cap(struct capability **e, u16 id, u32 num, u32 log, u32 phys)
{
	memset(*e, 0, sizeof(**e));
	(*e)->cap = cpu_to_le16(id);
	(*e)->major_ver = 1;
	(*e)->number = cpu_to_le32(num);
	(*e)->logical_id = cpu_to_le32(log);
	(*e)->phys_id = cpu_to_le32(phys);
	(*e)++;
}

u32 fake_caps(struct fpci_fn *f, void *buf, bool dev)
{
	struct capability *e = buf;
	u32 port = f->pf->port;

	cap(&e, CAP_VALID_FUNCTIONS, BIT(f->pf->card->ports) - 1, 0, 0);
	cap(&e, CAP_SRIOV, !!f->pf->card->vfs, 0, 0);
	cap(&e, CAP_VF, dev ? f->pf->card->vfs * f->pf->card->ports : f->pf->card->vfs, port * f->pf->card->vfs, 0);
	cap(&e, CAP_VSI, dev ? 768 : 384, 0, 0);
	cap(&e, CAP_DCB, 0, 1, 8);
	cap(&e, CAP_RSS, 2048, 11, 0);
	cap(&e, CAP_RXQS, 512, 0, dev ? 0 : port * 512);
	cap(&e, CAP_TXQS, 512, 0, dev ? 0 : port * 512);
	cap(&e, CAP_MSIX, 512, 0, dev ? 0 : port * 512);
	cap(&e, CAP_FD, dev ? 16384 : 0, 0, 0);
	cap(&e, CAP_MAX_MTU, 9728, 0, 0);
	return e - (struct capability *)buf;
}

void fake_mac(struct fpci_pf *p, u8 *m)
{
	static const u8 base[ETH_ALEN] = { 0xb4, 0x96, 0x91, 0xe8, 0x00, 0x00 };

	memcpy(m, base, ETH_ALEN);
	m[4] = p->card->index;
	m[5] = p->port;
}

void fake_link(struct fpci_fn *f, struct ice_aqc_get_link_status_data *l)
{
	memset(l, 0, sizeof(*l));
	if (fpci_get(f->pf, FPCI_LINK)) {
		l->link_info = ICE_AQ_LINK_UP | ICE_AQ_LINK_UP_PORT | ICE_AQ_MEDIA_AVAILABLE |
			       ICE_AQ_SIGNAL_DETECT;
		l->link_speed = cpu_to_le16(ICE_AQ_LINK_SPEED_25GB);
		l->phy_type_low = cpu_to_le64(ICE_PHY_TYPE_LOW_25GBASE_SR);
	} else {
		l->link_info = ICE_AQ_MEDIA_AVAILABLE;
	}
	l->max_frame_size = cpu_to_le16(9728);
}
