// SPDX-License-Identifier: GPL-2.0
/* The port to the wire: its link, and the registers that the driver reads and writes. */
#include "mlx5.h"

enum { PORT_EVENT_DOWN = 1, PORT_EVENT_UP = 4 };

bool cx_link(struct fpci_pf *p)
{
	return fpci_get(p, FPCI_LINK) && !((struct cx_pf *)p->priv)->port_down;
}

/* Whether a vport's link is up: as the eswitch has set it, or as the wire is. */
bool cx_vport_is_up(struct fpci_pf *p, const struct cx_vport *v)
{
	switch (v->admin) {
	case MLX5_VPORT_ADMIN_STATE_DOWN:
		return false;
	case MLX5_VPORT_ADMIN_STATE_UP:
		return true;
	default:
		return cx_link(p);
	}
}

static bool has_changed(struct fpci_fn *f)
{
	struct cx_vport *v = cx_vport_of(f);
	/* (the PF's own link is the wire's) */
	bool up = fpci_is_pf(f) ? cx_link(f->pf) : cx_vport_is_up(f->pf, v);
	bool was = v->was_up;

	v->was_up = up;
	return up != was;
}

/* Reports changes of the link to each function that has one. */
static void report(struct fpci_fn *f)
{
	struct mlx5_eqe_port_state ev = { .port = (f->pf->port + 1) << 4 };

	if (has_changed(f))
		cx_event(f, MLX5_EVENT_TYPE_PORT_CHANGE,
			 cx_vport_of(f)->was_up ? PORT_EVENT_UP : PORT_EVENT_DOWN,
			 &ev, sizeof(ev));
}

void cx_port_tick(struct fpci_pf *p)
{
	int i;

	report(&p->fn);
	for (i = 0; i < fpci_active_vfs(p); i++)
		report(p->vf[i]);
	for (i = 0; i < fpci_get(p, CX_SFS); i++)
		report(p->sf[i]);
}

/* Only the PF's driver can change the port; writes by drivers of VFs and SFs have no effect. */
static bool decides(struct cx_call *c)
{
	return !c->mod && fpci_is_pf(c->f);
}

static void paos(struct cx_call *c, const void *in, void *out)
{
	struct cx_pf *p = cx_pf(c->f);

	if (decides(c))
		p->port_down = MLX5_GET(paos_reg, in, admin_status) == MLX5_PORT_DOWN;
	MLX5_SET(paos_reg, out, admin_status, p->port_down ? MLX5_PORT_DOWN : MLX5_PORT_UP);
	MLX5_SET(paos_reg, out, oper_status, cx_link(c->f->pf) ? MLX5_PORT_UP : MLX5_PORT_DOWN);
}

static void pmtu(struct cx_call *c, const void *in, void *out)
{
	struct cx_pf *p = cx_pf(c->f);

	if (decides(c))
		p->port_mtu = MLX5_GET(pmtu_reg, in, admin_mtu);
	MLX5_SET(pmtu_reg, out, max_mtu, 9978 + 22);
	MLX5_SET(pmtu_reg, out, admin_mtu, p->port_mtu);
	MLX5_SET(pmtu_reg, out, oper_mtu, p->port_mtu);
}

static void ptys(struct cx_call *c, void *out)
{
	const u32 gbit100 = 0x10000000;

	MLX5_SET(ptys_reg, out, eth_proto_capability, gbit100);
	MLX5_SET(ptys_reg, out, eth_proto_admin, gbit100);
	MLX5_SET(ptys_reg, out, eth_proto_oper, cx_link(c->f->pf) ? gbit100 : 0);
}

static int access_register(struct cx_call *c)
{
	const void *in = MLX5_ADDR_OF(access_register_in, c->in, register_data);
	void *out = MLX5_ADDR_OF(access_register_out, c->out, register_data);
	int len = min(c->inlen - (int)MLX5_ST_SZ_BYTES(access_register_in),
		      c->outlen - (int)MLX5_ST_SZ_BYTES(access_register_out));

	/* most registers repeat the index of the query */
	if (len > 0)
		memcpy(out, in, len);
	switch (MLX5_GET(access_register_in, c->in, register_id)) {
	case MLX5_REG_PAOS:
		paos(c, in, out);
		break;
	case MLX5_REG_PMTU:
		pmtu(c, in, out);
		break;
	case MLX5_REG_PTYS:
		ptys(c, out);
		break;
	case MLX5_REG_PMLP:
		MLX5_SET(pmlp_reg, out, width, 4);
		break;
	case MLX5_REG_MCAM:
		if (MLX5_GET(mcam_reg, in, access_reg_group) != MLX5_MCAM_REGS_FIRST_128)
			break;
		MLX5_SET(mcam_reg, out, mng_access_reg_cap_mask.access_regs.mcqi, 1);
		MLX5_SET(mcam_reg, out, mng_access_reg_cap_mask.access_regs.mcqs, 1);
		break;
	case MLX5_REG_MCQS:
		MLX5_SET(mcqs_reg, out, last_index_flag, 1);
		MLX5_SET(mcqs_reg, out, identifier, 1);	/* boot image */
		break;
	case MLX5_REG_MCQI:
		if (MLX5_GET(mcqi_reg, in, info_type) == 1)	/* version */
			MLX5_SET(mcqi_version, MLX5_ADDR_OF(mcqi_reg, out, data), version,
				 FW_MAJ << 24 | FW_MIN << 16 | FW_SUB);
		break;
	}
	return 0;
}

const struct cx_handler cx_port_handlers[] = {
	{ MLX5_CMD_OP_ACCESS_REG, access_register },
	{}
};
