/* SPDX-License-Identifier: GPL-2.0 */
/* Declarations that the parts of the core share. */
#ifndef FAKEPCI_CORE_H
#define FAKEPCI_CORE_H

#include "fakepci.h"
#include <asm/pci.h>		/* after linux/pci.h */

/* Configuration space. The driver liquidio has the offsets of PCIe and SR-IOV capability built in. */
#define CAP_PM		0x40
#define CAP_VPD		0x50
#define CAP_EXP		0x70
#define CAP_MSIX	0xb0
#define ECAP_ARI	0x100
#define ECAP_DSN	0x110
#define ECAP_SRIOV	0x178

/* The host bridge of a card: a root bus with this card only. */
struct fpci_bridge {
	struct pci_sysdata sysdata;
	struct fpci_card *card;
	struct pci_bus *root;
	struct resource window, hole, buses;
	struct fpci_fn *by_devfn[256];
	u64 mem;		/* the card's part of the reserved memory */
	size_t size;
};

/* config.c */
extern struct pci_ops fpci_config_ops;
void fpci_config_init(struct fpci_fn *f);
void fpci_vpd_init(struct fpci_pf *p);
u16 fpci_config16(const u8 *c, int off);
u32 fpci_config32(const u8 *c, int off);

/* memory.c */
int fpci_memory_init(void);
void fpci_memory_exit(void);
int fpci_memory_carve(struct fpci_card *c);
void fpci_memory_free(struct fpci_card *c);
u8 __iomem *fpci_memory(u64 addr, size_t size);

/* decode.c */
void fpci_decode(struct fpci_fn *f);
void fpci_decode_vfs(struct fpci_pf *p);
void fpci_vanish(struct fpci_card *c);

/* host.c */
int fpci_host_init(void);
void fpci_host_exit(void);
int fpci_bridge_add(struct fpci_card *c);
void fpci_bridge_remove(struct fpci_card *c);
int fpci_plug(struct fpci_card *c, bool in);
struct fpci_fn *fpci_function(struct pci_bus *b, unsigned int devfn);

/* thread.c */
int fpci_thread_start(struct fpci_pf *p);
void fpci_thread_stop(struct fpci_pf *p);

/* command.c */
struct fpci_log *fpci_log_new(void);
void fpci_log_free(struct fpci_log *l);
void fpci_log_files(struct fpci_pf *p);

/* debugfs.c */
void fpci_debugfs_init(void);
void fpci_debugfs_exit(void);
void fpci_debugfs_add(struct fpci_pf *p);
void fpci_debugfs_remove(struct fpci_pf *p);
const char *fpci_name(struct fpci_fn *f, char *buf, size_t len);

/* main.c */
int fpci_power_on(struct fpci_card *c);

/* cards.c */
int fpci_parse(const struct fpci_type *t, char **text, struct fpci_card *c);
extern const struct fpci_key fpci_common_keys[FPCI_OWN_KEY];
const struct fpci_key *fpci_key(const struct fpci_type *t, int i);

#endif
