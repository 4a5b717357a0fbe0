/* SPDX-License-Identifier: GPL-2.0 */
/* vsim on Linux 6.1: maps the newer devlink interface to the older one. Userspace sees
 * the same as from 6.1's drivers:
 * - uplinks are ports of the pci/ instance, netdevs name their port by
 *   ndo_get_devlink_port, and there is no IFLA_DEVLINK_PORT;
 * - port functions have an address and a state, and no capabilities;
 * - bnxt: see bnxt_mode_set() and rep_new().
 */
#include <asm/unaligned.h>

struct devlink_port_ops {
	int (*port_del)(struct devlink *dl, struct devlink_port *p, struct netlink_ext_ack *ea);
	int (*port_fn_hw_addr_get)(struct devlink_port *p, u8 *a, int *len, struct netlink_ext_ack *ea);
	int (*port_fn_hw_addr_set)(struct devlink_port *p, const u8 *a, int len, struct netlink_ext_ack *ea);
	int (*port_fn_roce_get)(struct devlink_port *p, bool *on, struct netlink_ext_ack *ea);
	int (*port_fn_roce_set)(struct devlink_port *p, bool on, struct netlink_ext_ack *ea);
	int (*port_fn_migratable_get)(struct devlink_port *p, bool *on, struct netlink_ext_ack *ea);
	int (*port_fn_migratable_set)(struct devlink_port *p, bool on, struct netlink_ext_ack *ea);
	int (*port_fn_state_get)(struct devlink_port *p, enum devlink_port_fn_state *st,
				 enum devlink_port_fn_opstate *op, struct netlink_ext_ack *ea);
	int (*port_fn_state_set)(struct devlink_port *p, enum devlink_port_fn_state st,
				 struct netlink_ext_ack *ea);
};

#define devl_port_register_with_ops(dl, port, index, ops) \
	((void)(ops), devl_port_register(dl, port, index))
#define devl_rate_leaf_create(port, priv, parent) devl_rate_leaf_create(port, priv)
#define devl_port_fn_devlink_set(port, dl) do { } while (0)
#define devl_nested_devlink_set(parent, child) do { } while (0)
#define SET_NETDEV_DEVLINK_PORT(nd, port) (((struct vs_nd *)netdev_priv(nd))->dlp = (port))

/* 6.1 does not need the lock here, and waiting for users under the lock would not end. */
#define devl_register(dl) devlink_register(dl)
#define devl_params_register(dl, params, n) devlink_params_register(dl, params, n)
#define devl_params_unregister(dl, params, n) devlink_params_unregister(dl, params, n)
#define devl_param_driverinit_value_set(dl, id, value) devlink_param_driverinit_value_set(dl, id, value)
#define devl_unregister(dl) do { devl_unlock(dl); devlink_unregister(dl); devl_lock(dl); } while (0)

#define device_has_driver_override(device) (to_pci_dev(device)->driver_override)
#define device_set_driver_override(device, name) \
	driver_set_override(device, &to_pci_dev(device)->driver_override, name, strlen(name))
