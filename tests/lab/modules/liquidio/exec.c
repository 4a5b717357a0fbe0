// SPDX-License-Identifier: GPL-2.0
/* Executes commands. */
#include "firmware.h"

u64 lio_link(bool up)
{
	union oct_link_status l = {};

	l.s.duplex = 1;
	l.s.mtu = 1500;
	l.s.speed = 10000;
	l.s.link_up = up;
	l.s.if_mode = 4;
	l.s.phy_type = LIO_PHY_PORT_FIBRE;
	return l.u64;
}

static void lio_if_cfg(struct fpci_fn *f, const struct lio_instr *c, u8 *resp, u32 rlen)
{
	union oct_nic_if_cfg req = { .u64 = c->ossp[0] };
	struct liquidio_if_cfg_info *r = (void *)(resp + 8);
	u32 i, nq = min_t(u32, req.s.num_iqueues, MAX_IOQS_PER_NICIF);

	if (rlen < 16 + sizeof(*r))
		return;
	r->iqmask = BIT_ULL(nq) - 1;
	r->oqmask = BIT_ULL(nq) - 1;
	r->linfo.link.u64 = lio_link(false);	/* the driver acts on changes only */
	r->linfo.gmxport = f->pf->port;
	r->linfo.num_rxpciq = nq;
	r->linfo.num_txpciq = nq;
	for (i = 0; i < nq; i++) {
		r->linfo.rxpciq[i].s.q_no = i;
		r->linfo.txpciq[i].s.q_no = i;
		r->linfo.txpciq[i].s.port = f->pf->port;
		r->linfo.txpciq[i].s.pkind = 40 + f->pf->port;
	}
	/* data on PCIe is big endian, except strings */
	for (i = 0; i < offsetof(struct liquidio_if_cfg_info, liquidio_firmware_version) / 8; i++)
		((__be64 *)r)[i] = cpu_to_be64(((u64 *)r)[i]);
	lio_mac(f->pf, (u8 *)&r->linfo.hw_addr + 2);
	snprintf(r->liquidio_firmware_version, sizeof(r->liquidio_firmware_version), "%u.%u.2",
		 fpci_get(f->pf, KEY_VERSION) / 10, fpci_get(f->pf, KEY_VERSION) % 10);
}

static int lio_rep_cmd(struct fpci_fn *f, const struct lio_vf_rep_req *q)
{
	struct lio *l = f->priv;
	int vf = (q->ifidx & 63) - 1;

	if (vf < 0 || vf >= fpci_active_vfs(f->pf))
		return 1;
	if (q->req_type == LIO_VF_REP_REQ_DEVNAME)
		strscpy(l->rep_name[vf], q->rep_name.name, LIO_IF_NAME_SIZE);
	else if (q->req_type == LIO_VF_REP_REQ_STATE)
		l->reps_up += q->rep_state.state ? 1 : -1;
	return 0;
}

void lio_exec(struct fpci_fn *f, const struct lio_instr *c)
{
	u8 *resp = c->irh.rflag && c->rptr ? phys_to_virt(c->rptr) : NULL;
	const void *data = c->dptr ? phys_to_virt(c->dptr) : NULL;
	u32 rlen = c->rdp.rlen, extra = 0, op = OP_SC(c->irh.subcode);
	bool rep = false, nic = c->irh.opcode == OPCODE_NIC;
	const struct lio_vf_rep_req *q = data;
	struct lio *l = f->priv;
	union octnet_cmd cmd = {};
	int st;

	if (nic && c->irh.subcode == OPCODE_NIC_CMD && data) {
		cmd.u64 = be64_to_cpup(data);
		op = OP_NIC(cmd.s.cmdgroup & 15, cmd.s.cmd);
	} else if (nic && c->irh.subcode == OPCODE_NIC_VF_REP_CMD && data) {
		rep = true;
		op = OP_REP(q->req_type);
	}
	st = fpci_command(f, op, &extra);
	if (st == FPCI_NO_ANSWER) {
		fpci_done(f, op, st);
		return;
	}
	if (!st && rep)
		st = lio_rep_cmd(f, q);
	if (!st && op == OP_NIC(0, OCTNET_CMD_RX_CTL)) {
		l->rx_on = cmd.s.param1;
		l->link_sent = false;
	}
	if (!st && op == OP_NIC(0, OCTNET_CMD_CHANGE_MACADDR) && cmd.s.param1)
		l->vf_mac_set++;
	fpci_done(f, op, st);
	if (!resp || rlen < 16)
		return;
	memset(resp, 0, rlen - 8);
	if (!st && nic && c->irh.subcode == OPCODE_NIC_IF_CFG)
		lio_if_cfg(f, c, resp, rlen);
	if (rep && rlen > 16)
		resp[8] = st;
	/* the driver waits until the last word is no longer 0xff..ff */
	wmb();
	WRITE_ONCE(*(__be64 *)(resp + rlen - 8), rep ? cpu_to_be64((u64)(rlen == 16 ? st : 0) << 56) :
						       cpu_to_be64(st));
}
