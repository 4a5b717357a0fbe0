/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fakeice - firmware of simulated Intel E810 cards. Registers are plain memory behind BAR 0; the
 * firmware watches the tails of the admin and mailbox queues. The driver needs a DDP package
 * (intel/ice/ddp/ice.pkg): the script package makes the smallest one that the driver accepts.
 */
#ifndef FAKEICE_H
#define FAKEICE_H

#include <linux/etherdevice.h>
#include <linux/version.h>
#include "ice_type.h"
#include "ice_adminq_cmd.h"
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 4, 0)
#include "ice_ddp.h"
#endif
#include "fakepci.h"

#define NODES		4096
#define LAYERS		9
#define ENTRY_LAYER	2
#define FLASH_SIZE	(1u << 20)
#define QUEUES		3
#define OP_MBX(n)	(0x8000 | (n))

/*
 * Linux 7 has these in another header than earlier kernels: a descriptor with its flags and status,
 * capabilities, version.
 */
struct aq_desc {
	__le16 flags, opcode, datalen, retval;
	__le32 cookie[2];
	__le32 param[4];	/* of a command with a buffer, the last two are its address */
};
#define PARAM(d, type)	((struct ice_aqc_##type *)(d)->param)

enum { AQ_OK = 0, AQ_ENOENT = 2, AQ_EINVAL = 14, AQ_ENOSPC = 16 };
enum { AQ_FLAG_DONE = 3, AQ_FLAG_ERR = 4, AQ_FLAG_BUF = 0x1000 };

enum {
	CAP_VALID_FUNCTIONS = 0x05, CAP_SRIOV = 0x12, CAP_VF = 0x13, CAP_VSI = 0x17, CAP_DCB = 0x18,
	CAP_RSS = 0x40, CAP_RXQS = 0x41, CAP_TXQS = 0x42, CAP_MSIX = 0x43, CAP_FD = 0x45,
	CAP_MAX_MTU = 0x47,
};

struct capability {
	__le16 cap;
	u8 major_ver, minor_ver;
	__le32 number, logical_id, phys_id;
	__le64 reserved[2];
};

struct version {
	__le32 rom_ver, fw_build;
	u8 fw_branch, fw_major, fw_minor, fw_patch;
	u8 api_branch, api_major, api_minor, api_patch;
};
#define VERSION(d)	((struct version *)(d)->param)

struct ice_fake {
	struct ice_aqc_txsched_elem_data node[NODES];	/* TEID = index; 0 is none */
	struct ice_aqc_recipe_data_elem recipe[ICE_MAX_NUM_RECIPES];
	DECLARE_BITMAP(recipes, ICE_MAX_NUM_RECIPES);	/* allocated */
	DECLARE_BITMAP(added, ICE_MAX_NUM_RECIPES);
	u32 last_node, res[128], vsi, vsis, rule, rules, prof;
	struct ice_pkg_ver pkg_ver;
	char pkg_name[ICE_META_SECT_NAME_SIZE];
	bool pkg;
	/* per queue: whether an unanswered command is at its head, and the tail at that time */
	bool stuck[QUEUES];
	u32 stuck_tail[QUEUES];
};

static inline u32 rd(struct fpci_fn *f, u32 off)
{
	return readl(f->bar[0] + off);
}

static inline void wr(struct fpci_fn *f, u32 off, u32 v)
{
	writel(v, f->bar[0] + off);
}

/* flash.c */
u8 fake_flash(u32 off, bool sr);

/* scheduler.c */
u32 fake_node(struct ice_fake *n, struct ice_aqc_txsched_elem_data *e);
void fake_topo(struct ice_fake *n, struct ice_aqc_get_topo_elem *b);
u16 fake_sched(struct fpci_fn *f, struct aq_desc *d, u8 *b, u32 len);

/* recipe.c */
u16 fake_alloc(struct ice_fake *n, u16 type);
void fake_release(struct ice_fake *n, u16 type, u16 id);
u16 fake_recipes_add(struct ice_fake *n, struct aq_desc *d, u8 *b, u32 len);
u16 fake_recipe_get(struct ice_fake *n, struct aq_desc *d, u8 *b, u32 len);

/* info.c */
u32 fake_caps(struct fpci_fn *f, void *buf, bool dev);
void fake_mac(struct fpci_pf *p, u8 *m);
void fake_link(struct fpci_fn *f, struct ice_aqc_get_link_status_data *l);

/* exec.c */
u16 fake_aq(struct fpci_fn *f, struct aq_desc *d, u8 *b, u32 len);

/* queue.c */
bool fake_queue(struct fpci_fn *f, int qi);
void fake_queues_off(struct fpci_fn *f);

#endif
