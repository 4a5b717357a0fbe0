// SPDX-License-Identifier: GPL-2.0
/* mlx5's parameters of devlink. lag_port_select_mode is one of NVIDIA's own driver. */
#include "vsim.h"

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 10, 0)
#define SET_ARGS struct devlink *dl, u32 id, struct devlink_param_gset_ctx *ctx
#else
#define SET_ARGS struct devlink *dl, u32 id, struct devlink_param_gset_ctx *ctx, struct netlink_ext_ack *ea
#endif
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 0, 0)
#define GET_ARGS struct devlink *dl, u32 id, struct devlink_param_gset_ctx *ctx
#define VALUE union devlink_param_value
#define VALUE_OF(v) (&(v))
#define VALUE_ARG(v) (v)
#else
#define GET_ARGS SET_ARGS
#define VALUE union devlink_param_value *
#define VALUE_OF(v) (v)
#define VALUE_ARG(v) (&(v))
#endif

enum { STEERING = DEVLINK_PARAM_GENERIC_ID_MAX + 1, LARGE_GROUPS, MULTIPORT, PORT_SELECT };

static int steering_get(GET_ARGS)
{
	strscpy(ctx->val.vstr, dl_pf(dl)->steering, sizeof(ctx->val.vstr));
	return 0;
}
static int steering_set(SET_ARGS)
{
	strscpy(dl_pf(dl)->steering, ctx->val.vstr, sizeof(dl_pf(dl)->steering));
	return 0;
}
/* real: mlx5_devlink_fs_mode_validate() */
static int steering_validate(struct devlink *dl, u32 id, VALUE v, struct netlink_ext_ack *ea)
{
	const char *value = VALUE_OF(v)->vstr;

	if (strcmp(value, "dmfs") && strcmp(value, "smfs")) {
		NL_SET_ERR_MSG(ea, "mlx5_core: Bad parameter: supported values are [\"dmfs\", \"smfs\"]");
		return -EINVAL;
	}
	if (switchdev(dl_pf(dl))) {
		NL_SET_ERR_MSG(ea, "mlx5_core: Moving to different steering mode is not supported when eswitch offloads enabled.");
		return -EOPNOTSUPP;
	}
	return 0;
}
static int groups_validate(struct devlink *dl, u32 id, VALUE v, struct netlink_ext_ack *ea)
{
	u32 groups = VALUE_OF(v)->vu32;

	return groups >= 1 && groups <= 1024 ? 0 : -EINVAL;
}
static int multiport_get(GET_ARGS)
{
	ctx->val.vbool = dl_pf(dl)->lag == LAG_MPESW;
	return 0;
}
static int multiport_set(SET_ARGS) { return vs_multiport_set(dl_pf(dl), ctx->val.vbool); }
static int select_get(GET_ARGS)
{
	strscpy(ctx->val.vstr, dl_pf(dl)->port_select, sizeof(ctx->val.vstr));
	return 0;
}
static int select_set(SET_ARGS)
{
	strscpy(dl_pf(dl)->port_select, ctx->val.vstr, sizeof(dl_pf(dl)->port_select));
	return 0;
}
static int select_validate(struct devlink *dl, u32 id, VALUE v, struct netlink_ext_ack *ea)
{
	const char *value = VALUE_OF(v)->vstr;

	return !strcmp(value, "queue_affinity") || !strcmp(value, "hash") ? 0 : -EINVAL;
}

/* The first two are those of each card, the third came with Linux 6.4. */
static const struct devlink_param params[] = {
	DEVLINK_PARAM_DRIVER(STEERING, "flow_steering_mode", DEVLINK_PARAM_TYPE_STRING,
			     BIT(DEVLINK_PARAM_CMODE_RUNTIME), steering_get, steering_set, steering_validate),
	DEVLINK_PARAM_DRIVER(LARGE_GROUPS, "fdb_large_groups", DEVLINK_PARAM_TYPE_U32,
			     BIT(DEVLINK_PARAM_CMODE_DRIVERINIT), NULL, NULL, groups_validate),
	DEVLINK_PARAM_DRIVER(MULTIPORT, "esw_multiport", DEVLINK_PARAM_TYPE_BOOL,
			     BIT(DEVLINK_PARAM_CMODE_RUNTIME), multiport_get, multiport_set, NULL),
	DEVLINK_PARAM_DRIVER(PORT_SELECT, "lag_port_select_mode", DEVLINK_PARAM_TYPE_STRING,
			     BIT(DEVLINK_PARAM_CMODE_RUNTIME), select_get, select_set, select_validate),
};
static int number(const struct vs_pf *pf)
{
	if (!is_face(pf, &mlx5_face))
		return 0;
	return pf->o.lag ? 4 : since(pf, 612) ? 3 : 2;
}

int vs_params_on(struct vs_pf *pf)
{
	union devlink_param_value groups = { .vu32 = 15 };
	int err;

	if (!number(pf))
		return 0;
	strscpy(pf->steering, "smfs", sizeof(pf->steering));
	strscpy(pf->port_select, "queue_affinity", sizeof(pf->port_select));
	err = devl_params_register(pf->dl, params, number(pf));
	if (!err)
		devl_param_driverinit_value_set(pf->dl, LARGE_GROUPS, VALUE_ARG(groups));
	return err;
}
void vs_params_off(struct vs_pf *pf)
{
	if (number(pf))
		devl_params_unregister(pf->dl, params, number(pf));
}
