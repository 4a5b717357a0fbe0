// SPDX-License-Identifier: GPL-2.0
/* The resources of the card that each function can use. */
#include "firmware.h"

static const u16 pf_res[R_N] = { 512, 1024, 1024, 2048, 512, 512, 1024, 1024, 64 };

/* The function that a command of @f addresses: @f, or a VF of @f (active or not); or NULL. */
struct fpci_fn *by_fid(struct fpci_fn *f, u16 id)
{
	int v;

	if (id == NONE || id == fid(f))
		return f;
	v = id - first_vf(f->pf);
	return f->vf < 0 && v >= 0 && v < f->pf->card->vfs ? f->pf->vf[v] : NULL;
}

/* The resources of @f: those that its PF gave to a VF; those that a PF has not given away. */
void res_max(struct fpci_fn *f, u16 *m)
{
	int i, v;

	if (f->vf >= 0) {
		memcpy(m, fb(f)->max, sizeof(fb(f)->max));
		return;
	}
	memcpy(m, pf_res, sizeof(pf_res));
	for (v = 0; v < f->pf->card->vfs; v++)
		for (i = 0; i < R_N; i++)
			m[i] -= min(m[i], fb(f->pf->vf[v])->min[i]);
}

u16 func_cfg(struct fpci_fn *f, struct hwrm_func_cfg_input *q)
{
	const u32 test = FUNC_CFG_REQ_FLAGS_TX_ASSETS_TEST | FUNC_CFG_REQ_FLAGS_RX_ASSETS_TEST |
			 FUNC_CFG_REQ_FLAGS_CMPL_ASSETS_TEST;
	struct fpci_fn *t = by_fid(f, le16_to_cpu(q->fid));
	u32 en = le32_to_cpu(q->enables), fl = le32_to_cpu(q->flags);
	u16 want[R_N], m[R_N];
	struct fb *b;
	int i;

	if (!t)
		return HWRM_ERR_CODE_RESOURCE_ACCESS_DENIED;
	b = fb(t);
	memcpy(want, b->alloc, sizeof(want));
#define W(i, bit, field) do { if (en & FUNC_CFG_REQ_ENABLES_##bit) want[i] = le16_to_cpu(q->field); } while (0)
	W(R_RSS, NUM_RSSCOS_CTXS, num_rsscos_ctxs);
	W(R_CMPL, NUM_CMPL_RINGS, num_cmpl_rings);
	W(R_TX, NUM_TX_RINGS, num_tx_rings);
	W(R_RX, NUM_RX_RINGS, num_rx_rings);
	W(R_L2, NUM_L2_CTXS, num_l2_ctxs);
	W(R_VNIC, NUM_VNICS, num_vnics);
	W(R_STAT, NUM_STAT_CTXS, num_stat_ctxs);
	W(R_GRP, NUM_HW_RING_GRPS, num_hw_ring_grps);
	W(R_MSIX, NUM_MSIX, num_msix);
#undef W
	if (t == f) {
		res_max(f, m);
		for (i = 0; i < R_N; i++)
			if (want[i] > m[i])
				return HWRM_ERR_CODE_RESOURCE_ALLOC_ERROR;
		if (fl & test)
			return 0;
	}
	memcpy(b->alloc, want, sizeof(want));
	if (t != f && en & FUNC_CFG_REQ_ENABLES_NUM_TX_RINGS) {
		/* a driver without FUNC_VF_RESOURCE_CFG gives a VF these resources */
		want[R_MSIX] = want[R_CMPL];
		memcpy(b->max, want, sizeof(want));
		memcpy(b->min, want, sizeof(want));
	}
	if (en & FUNC_CFG_REQ_ENABLES_DFLT_MAC_ADDR)
		memcpy(b->mac, q->dflt_mac_addr, ETH_ALEN);
	if (en & FUNC_CFG_REQ_ENABLES_DFLT_VLAN)
		b->vlan = le16_to_cpu(q->dflt_vlan);
	if (en & FUNC_CFG_REQ_ENABLES_MIN_BW)
		b->min_bw = le32_to_cpu(q->min_bw);
	if (en & FUNC_CFG_REQ_ENABLES_MAX_BW)
		b->max_bw = le32_to_cpu(q->max_bw);
	if (en & FUNC_CFG_REQ_ENABLES_ASYNC_EVENT_CR)
		b->async_cr = le16_to_cpu(q->async_event_cr);
	if (fl & FUNC_CFG_REQ_FLAGS_TRUSTED_VF_ENABLE)
		b->flags |= FUNC_QCFG_RESP_FLAGS_TRUSTED_VF;
	if (fl & FUNC_CFG_REQ_FLAGS_TRUSTED_VF_DISABLE)
		b->flags &= ~FUNC_QCFG_RESP_FLAGS_TRUSTED_VF;
	return 0;
}

u16 func_vf_cfg(struct fpci_fn *f, struct hwrm_func_vf_cfg_input *q)
{
	u32 en = le32_to_cpu(q->enables), fl = le32_to_cpu(q->flags);
	struct fb *b = fb(f);
	u16 want[R_N];
	int i;

	memcpy(want, b->alloc, sizeof(want));
#define W(i, bit, field) do { if (en & FUNC_VF_CFG_REQ_ENABLES_##bit) want[i] = le16_to_cpu(q->field); } while (0)
	W(R_RSS, NUM_RSSCOS_CTXS, num_rsscos_ctxs);
	W(R_CMPL, NUM_CMPL_RINGS, num_cmpl_rings);
	W(R_TX, NUM_TX_RINGS, num_tx_rings);
	W(R_RX, NUM_RX_RINGS, num_rx_rings);
	W(R_L2, NUM_L2_CTXS, num_l2_ctxs);
	W(R_VNIC, NUM_VNICS, num_vnics);
	W(R_STAT, NUM_STAT_CTXS, num_stat_ctxs);
	W(R_GRP, NUM_HW_RING_GRPS, num_hw_ring_grps);
#undef W
	for (i = 0; i < R_N; i++)
		if (want[i] > b->max[i])
			return HWRM_ERR_CODE_RESOURCE_ALLOC_ERROR;
	if (fl & FUNC_VF_CFG_REQ_FLAGS_TX_ASSETS_TEST)
		return 0;
	memcpy(b->alloc, want, sizeof(want));
	if (en & FUNC_VF_CFG_REQ_ENABLES_ASYNC_EVENT_CR)
		b->async_cr = le16_to_cpu(q->async_event_cr);
	return 0;
}

u16 vf_resource_cfg(struct fpci_fn *f, struct hwrm_func_vf_resource_cfg_input *q)
{
	struct fpci_fn *t = by_fid(f, le16_to_cpu(q->vf_id));
	struct fb *b;

	if (!t || t == f)
		return HWRM_ERR_CODE_RESOURCE_ACCESS_DENIED;
	b = fb(t);
#define G(i, field) do { b->min[i] = le16_to_cpu(q->min_##field); b->max[i] = le16_to_cpu(q->max_##field); } while (0)
	G(R_RSS, rsscos_ctx);
	G(R_CMPL, cmpl_rings);
	G(R_TX, tx_rings);
	G(R_RX, rx_rings);
	G(R_L2, l2_ctxs);
	G(R_VNIC, vnics);
	G(R_STAT, stat_ctx);
	G(R_GRP, hw_ring_grps);
#undef G
	/* (BCM574xx drivers leave it 0: a vector for each completion ring) */
	b->max[R_MSIX] = le16_to_cpu(q->max_msix) ?: b->max[R_CMPL];
	return 0;
}

u16 resource_qcaps(struct fpci_fn *f, struct hwrm_func_resource_qcaps_output *o)
{
	u16 m[R_N];

	res_max(f, m);
	o->max_vfs = cpu_to_le16(f->vf < 0 ? f->pf->card->vfs : 0);
	o->max_msix = RES(m, R_MSIX);
	o->vf_reservation_strategy = cpu_to_le16(fpci_get(f->pf, KEY_STRATEGY));
	o->min_rsscos_ctx = f->vf < 0 ? 0 : RES(fb(f)->min, R_RSS);
	o->max_rsscos_ctx = RES(m, R_RSS);
	o->max_cmpl_rings = RES(m, R_CMPL);
	o->max_tx_rings = RES(m, R_TX);
	o->max_rx_rings = RES(m, R_RX);
	o->max_l2_ctxs = RES(m, R_L2);
	o->max_vnics = RES(m, R_VNIC);
	o->max_stat_ctx = RES(m, R_STAT);
	o->max_hw_ring_grps = RES(m, R_GRP);
	o->max_tx_scheduler_inputs = RES(m, R_TX);
	return 0;
}
