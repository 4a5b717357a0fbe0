// SPDX-License-Identifier: GPL-2.0
/* The debugfs files state and truth: the firmware's state, and the ports that should exist. */
#include "mlx5.h"

/*
 * The mode, as far as the firmware knows it: only in mode switchdev the eswitch manager asks for
 * packets that carry the number of their vport.
 */
static bool is_switchdev(struct fpci_pf *p)
{
	return cx_vport_of(&p->fn)->reg_c_id;
}

static void show_vport(struct seq_file *m, struct fpci_pf *p, u16 n)
{
	static const char *const admin[] = { "down", "up", "auto" };
	struct cx_vport *v = cx_vport_numbered(p, n);

	seq_printf(m, "{\"vport\":%u,\"mac\":\"%pM\",\"admin\":\"%s\",\"up\":%s,\"vlan\":%u,"
		   "\"qos\":%u,\"max_tx_rate\":%u,\"promisc\":%u,\"inline\":%u,\"mtu\":%u}",
		   n, v->mac, admin[v->admin % 3], cx_vport_is_up(p, v) ? "true" : "false",
		   v->vlan, v->qos, cx_rate_of(&p->fn, n), v->promisc, v->inl, v->mtu);
}

/* Writes one JSON object for a PF, and nothing for VFs. */
void cx_state(struct seq_file *m, struct fpci_fn *f)
{
	int vfs = cx_dpu(f->pf) ? fpci_get(f->pf, CX_HOST_VFS) : fpci_active_vfs(f->pf), i;

	if (!fpci_is_pf(f))
		return;
	seq_printf(m, "{\"switchdev\":%s,\"link\":%s,\"vfs\":%d,",
		   is_switchdev(f->pf) ? "true" : "false", cx_link(f->pf) ? "true" : "false",
		   vfs);
	cx_flow_show(m, f);
	seq_puts(m, ",\"vports\":[");
	for (i = 0; i <= vfs; i++) {
		if (i)
			seq_putc(m, ',');
		show_vport(m, f->pf, i);
	}
	seq_puts(m, "]}\n");
}

static void host_truth(struct seq_file *m, struct fpci_pf *p)
{
	int i;

	fpci_truth(m, "pf_rep", 1, p->port, -1, -1, true, NULL);
	for (i = 0; i < fpci_get(p, CX_HOST_VFS); i++)
		fpci_truth(m, "vf_rep", 1, p->port, i, -1, true, NULL);
}

/* Lines of SFs lack the function: a device of the kernel that the firmware does not know. */
static void sf_truth(struct seq_file *m, struct fpci_pf *p)
{
	struct cx_pf *x = p->priv;
	int i;

	for (i = 0; i < fpci_get(p, CX_SFS); i++)
		if (x->sf_vport[i].sf_state != SF_INVALID)
			seq_printf(m, "{\"role\":\"sf_rep\",\"controller\":0,\"pf\":%d,\"vf\":null,"
				   "\"sf\":%u,\"external\":false}\n", p->port, x->sf_vport[i].sfnum);
}

void cx_truth(struct seq_file *m, struct fpci_pf *p)
{
	bool switchdev = is_switchdev(p);
	int i;

	fpci_truth(m, switchdev ? "uplink" : "pf", 0, -1, -1, -1, false, NULL);
	for (i = 0; i < fpci_active_vfs(p); i++)
		fpci_truth(m, switchdev ? "vf_rep" : "vf", 0, switchdev ? p->port : -1, i, -1,
			   false, p->vf[i]);
	if (!switchdev)
		return;
	if (cx_dpu(p))
		host_truth(m, p);
	sf_truth(m, p);
}
