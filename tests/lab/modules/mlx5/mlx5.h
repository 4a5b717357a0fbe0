/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Simulated firmware of ConnectX cards, for the unmodified mlx5_core driver. There is
 * no data path: sent packets complete, none is ever received.
 */
#ifndef FAKE_MLX5_H
#define FAKE_MLX5_H

#include <linux/etherdevice.h>
#include <linux/mlx5/device.h>
#include <linux/mlx5/driver.h>
#include <linux/mlx5/mlx5_ifc.h>
#include <linux/mlx5/vport.h>
#include <linux/version.h>
#include <linux/xarray.h>

#include "fakepci.h"

#define CX_MAX_SFS	16
#define CX_SF_BASE	0x8000		/* function id and vport number of the first SF */
#define CX_EQS		64

#define PF_BAR_SIZE	(2u << 20)
#define VF_BAR_SIZE	(256u << 10)
#define SF_BAR_SIZE	(256u << 10)
#define UAR_FIRST	0x10		/* index of the first UAR page in the BAR */

#define CX_BUF		(512 * 1024)	/* of a command and of its answer */
#define CMD_LOG_SZ	5
#define CMD_LOG_STRIDE	6

#define FW_MAJ		22
#define FW_MIN		32
#define FW_SUB		1010

enum { CX_CHIP = FPCI_OWN_KEY, CX_DPU, CX_SFS, CX_HOST_VFS, CX_TIMEOUT, CX_SYND };

/* A rule of a flow table, and its destination vports. */
struct cx_rule {
	u8 type;
	u16 count;			/* number of destination vports */
	u16 vport[];
};

struct cx_eq {
	bool valid;
	u8 log_sz;
	u16 intr;
	u32 pi;
	u64 mask;			/* types of events for this queue */
	int npas;
	u64 *pas;
};

#define CX_LOG_ADDRESSES 5
struct cx_addresses {
	u8 count;
	u8 mac[1 << CX_LOG_ADDRESSES][ETH_ALEN];
};

struct cx_vport {
	u8 mac[ETH_ALEN];
	struct cx_addresses list[2];	/* addresses that the driver receives: unicast, multicast */
	bool armed;			/* the manager wants an event at the next change */
	bool was_up;
	u64 node_guid, port_guid;
	u16 mtu;
	u8 admin, inl, roce, reg_c_id, promisc;
	u8 qos;
	u16 vlan;			/* inserted and stripped; 0 = none */
	u8 sf_state;			/* enum sf_state */
	u32 sfnum;
	void *caps[2];			/* set by the manager: general, general 2; or NULL */
};

enum sf_state { SF_INVALID, SF_ALLOCATED, SF_ACTIVE, SF_IN_USE, SF_TEARDOWN };

/* A function with a command queue: fpci_fn.priv. */
struct cx_fn {
	u64 cmdq;			/* physical address; 0 = none */
	u32 rung;			/* doorbell bits not served yet */
	u32 ignored;			/* entries not answered until the rules are dropped */
	u32 ignored_at;			/* fpci_cleared() at that time */
	u8 token[32];			/* of ignored entries: shows whether a new command took their place */
	unsigned long own_since[32];	/* jiffies | 1 when first seen owned by hardware */
	struct cx_eq eq[CX_EQS];
	u32 next_id, next_cq, next_q_counter, next_element, next_bulk;
	DECLARE_BITMAP(uars, PF_BAR_SIZE / 4096);
	u32 fdb_root;
	u32 tables[16], rules[16];	/* flow tables and their rules, by table type */
	struct xarray rule;		/* struct cx_rule by table and index */
	struct xarray element;		/* of the scheduling tree: struct cx_element */
	struct xarray cqs, sqs;
};

/* A PF: fpci_pf.priv. */
struct cx_pf {
	struct cx_vport vport[1 + FPCI_MAX_VFS], uplink, ecpf, sf_vport[CX_MAX_SFS];
	u16 port_mtu;
	bool port_down;			/* by the driver */
	u32 host_vfs_was;
	void *in, *out;			/* of the present command */
};

/* One command, with input and output in the driver's layouts. */
struct cx_call {
	struct fpci_fn *f;
	u16 op, mod;
	const void *in;
	int inlen;
	void *out;
	int outlen;
};

/* A handler returns MLX5_CMD_STAT_*; a command without a handler succeeds with zeros. */
struct cx_handler {
	u16 op;
	int (*run)(struct cx_call *c);
};

static inline struct cx_fn *cx_fn(struct fpci_fn *f)
{
	return f->priv;
}

static inline struct cx_pf *cx_pf(struct fpci_fn *f)
{
	return f->pf->priv;
}

static inline bool cx_dpu(const struct fpci_pf *p)
{
	return fpci_get(p, CX_DPU);
}

/* command.c */
bool cx_serve(struct fpci_fn *f);
void cx_iseg_init(struct fpci_fn *f);
void cx_iseg_tick(struct fpci_fn *f);

/* hca.c: what belongs to a function as a whole */
extern const struct cx_handler cx_hca_handlers[];
bool cx_allocates(u16 op);
void cx_fn_reset(struct fpci_fn *f);

/* event.c */
extern const struct cx_handler cx_event_handlers[];
void cx_eqe(struct fpci_fn *f, struct cx_eq *q, u8 type, u8 sub, const void *data, size_t len);
void cx_event(struct fpci_fn *f, u8 type, u8 sub, const void *data, size_t len);
bool cx_has_eq_for(struct fpci_fn *f, u8 type);

/* queue.c */
extern const struct cx_handler cx_queue_handlers[];
bool cx_queues_poll(struct fpci_fn *f);
void cx_queues_free(struct fpci_fn *f);

/* caps.c */
extern const struct cx_handler cx_caps_handlers[];

/* vport.c */
extern const struct cx_handler cx_vport_handlers[];
void cx_vports_init(struct fpci_pf *p);
void cx_vports_free(struct fpci_pf *p);
struct cx_vport *cx_vport_of(struct fpci_fn *f);
struct cx_vport *cx_vport_numbered(struct fpci_pf *p, u16 n);
struct cx_vport *cx_vport_addressed(struct cx_call *c);

/* port.c: the wire, and the registers */
extern const struct cx_handler cx_port_handlers[];
bool cx_link(struct fpci_pf *p);
bool cx_vport_is_up(struct fpci_pf *p, const struct cx_vport *v);
void cx_port_tick(struct fpci_pf *p);

/* flow.c */
extern const struct cx_handler cx_flow_handlers[];
void cx_flow_free(struct fpci_fn *f);
void cx_flow_show(struct seq_file *m, struct fpci_fn *f);

/* rate.c */
extern const struct cx_handler cx_rate_handlers[];
void cx_rates_free(struct fpci_fn *f);
u32 cx_rate_of(struct fpci_fn *f, u16 vport);

/* sf.c */
extern const struct cx_handler cx_sf_handlers[];
int cx_sf_index(struct fpci_pf *p, int function_id);
void cx_sf_state(struct fpci_pf *p, int n, enum sf_state state);

/* dpu.c */
extern const struct cx_handler cx_dpu_handlers[];
void cx_dpu_tick(struct fpci_pf *p);

/* show.c: the files state and truth */
void cx_state(struct seq_file *m, struct fpci_fn *f);
void cx_truth(struct seq_file *m, struct fpci_pf *p);

#endif
