// SPDX-License-Identifier: GPL-2.0
/* A DPU seen from its ARM cores: the VFs are the host's. */
#include "mlx5.h"

void cx_dpu_tick(struct fpci_pf *p)
{
	struct cx_pf *x = p->priv;
	u32 vfs = fpci_get(p, CX_HOST_VFS), none = 0;

	if (vfs == x->host_vfs_was)
		return;
	x->host_vfs_was = vfs;
	cx_event(&p->fn, MLX5_EVENT_TYPE_ESW_FUNCTIONS_CHANGED, 0, &none, 0);
}

static int query_esw_functions(struct cx_call *c)
{
	struct fpci_pf *p = c->f->pf;
	/* (the member is in another place in the headers of 6.x and 7.x) */
	void *h = c->out + 16;

	MLX5_SET(host_params_context, h, host_num_of_vfs,
		 cx_dpu(p) ? cx_pf(c->f)->host_vfs_was : fpci_active_vfs(p));
	MLX5_SET(host_params_context, h, host_total_vfs, p->key[FPCI_VFS]);
	return 0;
}

const struct cx_handler cx_dpu_handlers[] = {
	{ MLX5_CMD_OP_QUERY_ESW_FUNCTIONS, query_esw_functions },
	{}
};
