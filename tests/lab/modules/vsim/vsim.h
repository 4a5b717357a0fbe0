/* SPDX-License-Identifier: GPL-2.0 */
/* vsim: declarations that its parts share. TEST LAB ONLY: there is no data path.
 *
 * A face imitates one driver. core.c claims PCI functions and gives each a face;
 * netdev.c, port.c and function.c create netdevs, representors, VFs and SFs; the
 * faces decide the order and the refusals. A comment "real:" names the function in
 * Linux that a piece of code imitates.
 */
#ifndef VSIM_H
#define VSIM_H
#include <linux/auxiliary_bus.h>
#include <linux/debugfs.h>
#include <linux/etherdevice.h>
#include <linux/idr.h>
#include <linux/netdevice.h>
#include <linux/pci.h>
#include <linux/rtnetlink.h>
#include <linux/version.h>
#include <net/devlink.h>

#define VS_6_1 (LINUX_VERSION_CODE < KERNEL_VERSION(6, 2, 0))
#if VS_6_1
#include "linux-6.1.h"
#else
#include <linux/unaligned.h>
#endif

#define VS_MAX_VF 256
#define SWITCHDEV DEVLINK_ESWITCH_MODE_SWITCHDEV
#define LEGACY DEVLINK_ESWITCH_MODE_LEGACY
#define INACTIVE 2	/* DEVLINK_ESWITCH_MODE_SWITCHDEV_INACTIVE, in Linux 6.19 and later */

enum vs_kind { K_PF, K_VF, K_SF, K_PHY, K_PF_REP, K_VF_REP, K_SF_REP };

struct vs_pf;
struct vs_port;

/* The options of one function in the parameter pfs=. */
struct vs_options {
	int pf;			/* PF number that the firmware reports */
	int card;		/* PFs with the same card share a switch id; -1: a card of its own */
	int era;		/* behaves as Linux 6.1, 6.12 or 7.2: 601, 612, 702 */
	int ports, splits;	/* nfp: physical ports; parts of a split port */
	int hosts;		/* mlx5: external controllers, as on a DPU */
	int adjacent;		/* mlx5: VFs of another host's PF, delegated to this one */
	int vfs;		/* octeontx2: VFs that firmware gave each PF */
	bool sd;		/* mlx5: member of a socket-direct group: all PFs with this card */
	bool cap;		/* liquidio: firmware with switchdev */
	bool serial;		/* bnxt: the card has a serial number */
	bool cx4;		/* mlx5: inline mode is settable */
	bool lag;		/* mlx5: its port can be in a LAG with those of all PFs with this card */
	char app[8];		/* nfp: flower, nic, abm */
};

struct vs_face {
	const char *key, *driver, *vf_driver;
	u8 oui[3];
	const struct devlink_ops *devlink_ops;
	const struct net_device_ops *pf_ops, *rep_ops;
	int vf_delay_ms;	/* VF netdevs appear this late */
	/* Whether its representors are devlink ports, and have the PF as parent. */
	bool rep_ports;
	bool vfs_need_up;	/* while the PF is down, the number of VFs does not change */
	bool (*rep_parent)(const struct vs_port *p);
	const struct devlink_port_ops *(*port_ops)(const struct vs_port *p);
	u32 (*vf_index)(const struct vs_pf *pf, u32 vf);	/* of VF representors' ports */
	u32 (*pf_number)(const struct vs_pf *pf);	/* in port names; none: the firmware's */
	int (*port_name)(const struct vs_port *p, char *buf, size_t len);
	/* setup: ids and mode at probe. start: creates what exists besides the PF's netdev. */
	void (*setup)(struct vs_pf *pf);
	int (*start)(struct vs_pf *pf);
	void (*stop)(struct vs_pf *pf);
	/* Sets up what only netdevs of representors have. */
	void (*rep_netdev)(struct vs_port *p);
	int (*mode_set)(struct vs_pf *pf, u16 mode, struct netlink_ext_ack *ea);
	/* Enables VFs: returns the number or an error, exactly as the real driver does. */
	int (*vfs_on)(struct vs_pf *pf, int n);
	void (*vfs_off)(struct vs_pf *pf);
};

struct vs_vf_config {
	u8 mac[ETH_ALEN], qos;
	u16 vlan;
	bool spoofchk, trusted, roce, migratable;
	int link;
	u32 min_rate, max_rate;
};

/* A port: a representor or an uplink, with its devlink port and its netdev. */
struct vs_port {
	struct vs_pf *pf;
	enum vs_kind kind;
	u32 controller, pfnum, num;	/* num: of the VF, SF or physical port */
	int split;			/* part of a split port, or -1 */
	bool external;
	u32 index;			/* of the devlink port */
	struct pci_dev *owner;		/* PF of the represented VF; NULL: pf */
	struct devlink_port dlp;
	bool dlp_on, rate_on, sf_active, sf_no_roce;
	u8 sf_mac[ETH_ALEN];
	struct vs_function *sf;
	struct net_device *nd;
	char name[IFNAMSIZ];		/* port name chosen by the test */
	struct list_head list;
};

/* mlx5_core.eth.N with its nested devlink instance and the uplink's port. */
struct vs_aux {
	struct auxiliary_device ad;
	struct devlink *dl;
	struct devlink_port dlp;
};

/* A VF or SF as its own host sees it. */
struct vs_function {
	struct device *dev;		/* PCI VF or auxiliary SF */
	struct vs_pf *pf;
	int id;
	struct auxiliary_device ad;	/* the SF's device */
	struct devlink *dl;
	struct vs_aux *aux;
	struct net_device *nd;
	bool nd_on;
	struct delayed_work reg;
};

struct vs_fault {
	u32 lose_uplink;
	u32 mode_errno, mode_count, mode_at_rep, mode_half, mode_delay_ms;
	u32 rep_delay_ms, rep_rtnl_ms, rep_async_ms, rep_shuffle;
	u32 vfs_errno, vfs_count, vfs_delay_ms, vfs_short;
	u32 vf_errno, vf_count, vf_delay_ms, trust_errno, strand;
	u32 remove_at_rep;
	u32 lag_delay_ms;
	char extack[128], refuse[16];
	struct work_struct remove;
};

enum vs_lag { LAG_NONE, LAG_ROCE, LAG_SWITCHDEV, LAG_MPESW };

struct vs_pf {
	struct pci_dev *pdev;
	const struct vs_face *face;
	struct vs_options o;
	u16 vhca;
	struct devlink *dl;
	struct vs_aux *aux;
	struct devlink_port dlp;	/* the uplink, on the PF's own instance */
	u32 dlp_index;
	bool dlp_wanted, dlp_on, nd_on;
	struct net_device *nd;
	bool no_netdev;			/* a secondary PF of a socket-direct group */
	bool no_netdev_yet;		/* its group is not complete in mode switchdev */
	u8 mac[ETH_ALEN];
	bool random_mac;		/* the netdev does not have that address */
	struct netdev_phys_item_id swid;
	u16 mode;
	u8 inl;
	enum devlink_eswitch_encap_mode encap;
	int num_vfs;			/* as the driver counts them */
	u32 host_vfs;			/* VFs that external hosts have enabled */
	u32 rules;			/* offloaded flower rules */
	u32 ipsec;			/* offloaded IPsec states */
	u8 channels;			/* ice: traffic classes of mqprio */
	bool traps;			/* whether a devlink trap is active */
	u32 fdb;			/* mlx5: whether the eswitch forwards */
	u32 bugs;			/* mlx5: how often the real kernel would have crashed */
	bool lost;			/* mlx5: a failed switch has unregistered the netdev */
	bool inactive;			/* mlx5: in mode switchdev, and does not forward yet */
	bool switching;			/* mlx5: its mode is being set */
	enum vs_lag lag;		/* mlx5 */
	char steering[8], port_select[20];	/* mlx5: parameters */
	struct dentry *lag_dbg;
	struct vs_vf_config vf[VS_MAX_VF];
	struct list_head ports;
	struct devlink_port *mports;	/* sfc: of the PF and its VFs, without netdevs */
	u32 num_mports;
	struct list_head all;		/* in vs_pfs */
	struct ida sf_ids;
	struct delayed_work async;
	struct work_struct late;
	struct dentry *dbg;
	struct vs_fault f;
};

struct vs_nd {
	struct vs_pf *pf;
	struct vs_port *port;
	enum vs_kind kind;
	struct devlink_port *dlp;
};

static inline struct vs_pf *nd_pf(struct net_device *d) { return ((struct vs_nd *)netdev_priv(d))->pf; }
static inline struct vs_port *nd_port(struct net_device *d) { return ((struct vs_nd *)netdev_priv(d))->port; }
static inline struct vs_pf *dl_pf(struct devlink *dl) { return *(struct vs_pf **)devlink_priv(dl); }
static inline bool switchdev(const struct vs_pf *pf) { return pf->mode == SWITCHDEV; }
static inline bool is_face(const struct vs_pf *pf, const struct vs_face *f) { return pf->face == f; }
static inline bool since(const struct vs_pf *pf, int era) { return pf->o.era >= era; }

/* core.c */
extern struct list_head vs_pfs;
extern struct mutex vs_pfs_lock;
bool vs_claimed(struct pci_dev *pdev);

/* option.c */
bool vs_options(struct pci_dev *pdev, char key[16], struct vs_options *o);

/* netdev.c */
int vs_register(struct net_device *d);
void vs_unregister(struct net_device *d);
void vs_immutable(struct net_device *d, bool on);
struct net_device *vs_netdev(struct vs_pf *pf, struct vs_port *p, enum vs_kind k,
			     const struct net_device_ops *ops);
int vs_open(struct net_device *d);
int vs_stop(struct net_device *d);
netdev_tx_t vs_xmit(struct sk_buff *skb, struct net_device *d);
int vs_switch_id(struct net_device *d, struct netdev_phys_item_id *id);
int vs_port_name(struct net_device *d, char *buf, size_t len);
int vs_setup_tc(struct net_device *d, enum tc_setup_type type, void *data);
int vs_indirect_on(struct vs_pf *pf);
void vs_indirect_off(struct vs_pf *pf);
extern const struct net_device_ops vs_vf_ops;
#if VS_6_1
struct devlink_port *vs_devlink_port(struct net_device *d);
#define ND_DEVLINK .ndo_get_devlink_port = vs_devlink_port,
#else
#define ND_DEVLINK
#endif
#define ND_BASE ND_DEVLINK .ndo_open = vs_open, .ndo_stop = vs_stop, .ndo_start_xmit = vs_xmit
#define ND_MAC .ndo_set_mac_address = eth_mac_addr
#define ND_TC .ndo_setup_tc = vs_setup_tc
#define ND_ID .ndo_get_port_parent_id = vs_switch_id
#define ND_NAME .ndo_get_phys_port_name = vs_port_name

/* vf_config.c: the legacy SR-IOV interface */
int vs_vf_mac(struct net_device *d, int vf, u8 *mac);
int vs_vf_vlan(struct net_device *d, int vf, u16 vlan, u8 qos, __be16 proto);
int vs_vf_spoof(struct net_device *d, int vf, bool on);
int vs_vf_trust(struct net_device *d, int vf, bool on);
int vs_vf_rate(struct net_device *d, int vf, int mn, int mx);
int vs_vf_link(struct net_device *d, int vf, int st);
int vs_vf_get(struct net_device *d, int vf, struct ifla_vf_info *ivi);
void vs_vf_reset(struct vs_pf *pf);
#define ND_VF .ndo_set_vf_mac = vs_vf_mac, .ndo_set_vf_vlan = vs_vf_vlan, \
	.ndo_set_vf_spoofchk = vs_vf_spoof, .ndo_set_vf_trust = vs_vf_trust, \
	.ndo_set_vf_link_state = vs_vf_link, .ndo_get_vf_config = vs_vf_get
#define ND_RATE .ndo_set_vf_rate = vs_vf_rate

/* port.c */
struct vs_port *vs_port_add(struct vs_pf *pf, const struct vs_port *like);
void vs_port_del(struct vs_port *p);
int vs_ports_load(struct vs_pf *pf);
void vs_ports_del(struct vs_pf *pf, enum vs_kind kind);
struct vs_port *vs_port_find(struct vs_pf *pf, enum vs_kind kind, u32 controller, u32 num);
int vs_reps_start(struct vs_pf *pf, int n);
void vs_reps_stop(struct vs_pf *pf);
void vs_async_work(struct work_struct *w);
void vs_port_attrs(struct devlink_port *dlp, const struct vs_port *p);

/* function.c */
int vs_vfs_enable(struct vs_pf *pf, int n);
void vs_vfs_off(struct vs_pf *pf);
int vs_vf_probe(struct pci_dev *pdev);
void vs_vf_remove(struct pci_dev *pdev);
int vs_sf_on(struct vs_port *p);
void vs_sf_off(struct vs_port *p);
struct vs_aux *vs_aux_new(struct device *dev, struct devlink *parent, struct vs_pf *pf, u16 vhca);
void vs_aux_del(struct vs_aux *a);
int vs_aux_init(void);
void vs_aux_exit(void);

/* fault.c */
int vs_mode_fault(struct vs_pf *pf, struct netlink_ext_ack *ea);
int vs_rep_fault(struct vs_pf *pf, int i);
int vs_vfs_fault(struct vs_pf *pf);
int vs_vfs_missing(struct vs_pf *pf);
int vs_vf_fault(struct vs_pf *pf);
bool vs_refuses(struct vs_pf *pf, const char *what);
void vs_fault_files(struct vs_pf *pf);

/* truth.c */
void vs_truth_file(struct vs_pf *pf);

/* offload.c */
void vs_ipsec_setup(struct net_device *d);
int vs_trap_init(struct devlink *dl, const struct devlink_trap *trap, void *ctx);
int vs_trap_action_set(struct devlink *dl, const struct devlink_trap *trap, enum devlink_trap_action action,
		       struct netlink_ext_ack *ea);
int vs_traps_on(struct vs_pf *pf);
void vs_traps_off(struct vs_pf *pf);

/* mlx5.c */
void vs_late_work(struct work_struct *w);

/* mlx5_lag.c */
void vs_lag_stop(struct vs_pf *pf);
void vs_lag_queue(struct vs_pf *pf);
int vs_multiport_set(struct vs_pf *pf, bool on);
void vs_lag_files(struct vs_pf *pf);
int vs_lag_init(void);
void vs_lag_exit(void);

/* mlx5_param.c */
int vs_params_on(struct vs_pf *pf);
void vs_params_off(struct vs_pf *pf);

/* faces */
extern const struct vs_face mlx5_face, nfp_face, bnxt_face, liquidio_face, ice_face, rvu_af_face,
	rvu_nicpf_face, rvu_rep_face, sfc_face, plain_face, lone_face;
extern const struct devlink_port_ops mlx5_vf_port_ops, mlx5_sf_port_ops, ice_vf_port_ops,
	ice_sf_port_ops, vs_no_port_ops;
#if VS_6_1
#define PORT_FUNCTION_OPS .port_function_hw_addr_get = vs61_mac_get, .port_function_hw_addr_set = vs61_mac_set, \
	.port_fn_state_get = vs61_state_get, .port_fn_state_set = vs61_state_set, \
	.port_new = vs61_sf_new, .port_del = vs61_sf_del
int vs61_mac_get(struct devlink_port *p, u8 *a, int *len, struct netlink_ext_ack *ea);
int vs61_mac_set(struct devlink_port *p, const u8 *a, int len, struct netlink_ext_ack *ea);
int vs61_state_get(struct devlink_port *p, enum devlink_port_fn_state *st,
		   enum devlink_port_fn_opstate *op, struct netlink_ext_ack *ea);
int vs61_state_set(struct devlink_port *p, enum devlink_port_fn_state st, struct netlink_ext_ack *ea);
int vs61_sf_new(struct devlink *dl, const struct devlink_port_new_attrs *a, struct netlink_ext_ack *ea,
		unsigned int *index);
int vs61_sf_del(struct devlink *dl, unsigned int index, struct netlink_ext_ack *ea);
#else
#define PORT_FUNCTION_OPS .port_new = vs_sf_new
int vs_sf_new(struct devlink *dl, const struct devlink_port_new_attrs *a, struct netlink_ext_ack *ea,
	      struct devlink_port **out);
#endif
int vs_mode_get(struct devlink *dl, u16 *mode);
int vs_mode_set(struct devlink *dl, u16 mode, struct netlink_ext_ack *ea);
int vs_info(struct devlink *dl, struct devlink_info_req *req, struct netlink_ext_ack *ea);
#endif
