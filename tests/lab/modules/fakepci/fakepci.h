/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fakepci - simulated PCI cards: host bridges, configuration space, SR-IOV, MSI-X, and the
 * thread that runs each PF's simulated firmware. A card module describes its card in a struct
 * fpci_type; modules/README.md has the parameter cards= and the files in debugfs.
 */
#ifndef FAKEPCI_H
#define FAKEPCI_H

#include <linux/io.h>
#include <linux/module.h>
#include <linux/pci.h>
#include <linux/seq_file.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#define FPCI_MAX_PFS	2
#define FPCI_MAX_VFS	127	/* of a PF: 2 * (1 + 127) functions fill a bus */
#define FPCI_MAX_KEYS	16
#define FPCI_NO_ANSWER	0xffff	/* injected status: the command is never answered */

struct fpci_fn;
struct fpci_pf;
struct fpci_card;

/*
 * A setting KEY=VALUE in cards=. Each PF has its own copy of the value; fpci_get() reads the copy.
 * A live key is also a file in the PF's debugfs folder, which changes the value at run time.
 */
struct fpci_key {
	const char *name;
	u32 min, max, def;
	bool live;
};

/* Keys of all cards; the keys of a type have the numbers from FPCI_OWN_KEY up. */
enum { FPCI_PORTS, FPCI_VFS, FPCI_LINK, FPCI_SERIAL, FPCI_DEAD, FPCI_OWN_KEY };

/* What a card looks like on the bus. All BARs have 64 bits: numbers 0, 2 and 4. */
struct fpci_shape {
	u16 device, vf_device, subdevice;
	u32 bar[3], vf_bar[3];	/* sizes, powers of two; 0 = none */
	bool hole[3];		/* PF BARs without memory behind them */
	u32 ram;		/* memory of each PF outside of BARs, bytes */
	u8 msix_bar;		/* 0, 2 or 4 */
	u32 msix_off, pba_off;
	u16 msix, vf_msix;	/* numbers of vectors */
	u16 vf_offset;		/* routing id of the card's first VF, if there is room */
	u8 speed, width;	/* PCIe link: 3 = 8 GT/s, 4 = 16 GT/s; lanes */
	bool no_sriov;
	/* Subfunctions: each has sf_bar bytes of the PF's BAR 2 (bar[1]) as its own BAR 0. */
	u16 sfs;
	u32 sf_bar;
};

struct fpci_type {
	const char *name;
	u16 vendor;
	u32 class_rev;
	struct fpci_shape shape;
	const struct fpci_key *keys;
	int nkeys;
	u32 max_ports, max_vfs;	/* defaults: FPCI_MAX_PFS, FPCI_MAX_VFS */
	bool one_pf;		/* the ports are those of a single PF */
	bool link;		/* default of the key link */
	size_t priv, pf_priv, card_priv;	/* bytes of fpci_fn.priv, fpci_pf.priv, ... */
	u64 (*serial)(struct fpci_card *c);	/* PCIe device serial number */
	const char *vpd_name, *vpd_pn;	/* vital product data, or NULL */

	/* Called when the keys are known; can change c->shape. */
	void (*card)(struct fpci_card *c);
	/* init: the PF is allocated and not on the bus yet. exit: the PF is no longer on the bus. */
	int (*init)(struct fpci_pf *p);
	void (*exit)(struct fpci_pf *p);
	/*
	 * In atomic context, from a configuration access. cfg: adds to configuration space;
	 * cfg_written: after a write there; regs: fills the BARs at power-on, under f->lock.
	 */
	void (*cfg)(struct fpci_fn *f);
	void (*cfg_written)(struct fpci_fn *f, int where, int size);
	void (*regs)(struct fpci_fn *f);
	/*
	 * In the firmware thread of the PF, which serves its VFs and SFs too. reset: after a function
	 * level reset, VF enable, or first use; poll: polls the doorbells once, true if there was
	 * work; tick: ten times a second.
	 */
	void (*reset)(struct fpci_fn *f);
	bool (*poll)(struct fpci_fn *f);
	void (*tick)(struct fpci_fn *f);
	/* Lines of the files state and truth. truth may be NULL. */
	void (*state)(struct seq_file *m, struct fpci_fn *f);
	void (*truth)(struct seq_file *m, struct fpci_pf *p);
	/* Commands that the driver sends from timers: left out of count and "any". */
	bool (*periodic)(u16 op);
};

struct fpci_fn {
	struct fpci_pf *pf;
	int vf, sf;		/* -1: none; the PF itself has neither */
	u8 devfn;
	u8 cfg[4096], wmask[4096];
	u64 base[3];		/* of a PF's BARs */
	raw_spinlock_t lock;	/* bar[] changes under it */
	u8 __iomem *bar[3];	/* NULL while memory decoding is off */
	int need_reset;
	struct pci_dev *pdev;	/* under lock; fpci_pdev() takes a reference */
	void *priv;
};

struct fpci_pf {
	struct fpci_card *card;
	int port;		/* also the number of the PCI function */
	struct fpci_fn fn;
	u64 vf_base[3];
	u64 ram_base;		/* fpci_shape.ram */
	u8 __iomem *ram;
	struct fpci_fn **vf, **sf;	/* as many as the card has at most */
	u32 key[FPCI_MAX_KEYS];
	u8 vpd[256];
	int vpd_len;
	void *priv;
	struct fpci_log *log;
	struct task_struct *task;
	struct dentry *dbg;
};

struct fpci_card {
	const struct fpci_type *type;
	struct fpci_shape shape;
	int index;		/* among the cards of its type */
	int domain, bus;
	int ports, npf, vfs;	/* vfs: TotalVFs of each PF */
	struct fpci_pf *pf[FPCI_MAX_PFS];
	u32 key[FPCI_MAX_KEYS];
	bool unplugged;
	void *priv;
	struct fpci_bridge *bridge;
	struct list_head list;
};

extern bool fpci_trace;		/* log each command in the kernel log */

/* Makes the cards that the text of cards= describes; removes all cards of a type. */
int fpci_register(const struct fpci_type *t, const char *cards);
void fpci_unregister(const struct fpci_type *t);

static inline u32 fpci_get(const struct fpci_pf *p, int key)
{
	return READ_ONCE(p->key[key]);
}

static inline bool fpci_is_pf(const struct fpci_fn *f)
{
	return f->vf < 0 && f->sf < 0;
}

/* Number of VFs that exist on the bus now. */
int fpci_active_vfs(struct fpci_pf *p);
/* The function's device with a reference (for an SF, the device of its PF), or NULL. */
struct pci_dev *fpci_pdev(struct fpci_fn *f);
/* Raises an MSI-X vector of the function. May sleep. */
void fpci_irq(struct fpci_fn *f, int vector);
/* Shows the registers of a subfunction in its PF's BAR, at power-on values, or hides them. */
void fpci_sf_show(struct fpci_pf *p, int sf, bool on);
/* The PF of that type whose BAR holds a physical address, with BAR number / 2 and offset. */
struct fpci_pf *fpci_at(const struct fpci_type *t, u64 addr, int *bar, u64 *off);

/*
 * Begins a command: counts and logs it, and applies the rules of the file inject, including
 * their delay. Returns 0, or the status to answer without executing the command
 * (FPCI_NO_ANSWER: no answer). Sets *extra if a rule has EXTRA.
 */
int fpci_command(struct fpci_fn *f, u16 op, u32 *extra);
/* Logs that the command has been answered with this status. */
void fpci_done(struct fpci_fn *f, u16 op, u32 status);
/*
 * How often the rules were dropped. Where a driver waits for an answer without a timeout, an
 * unanswered command is executed when this number changes.
 */
u32 fpci_cleared(struct fpci_fn *f);

/*
 * Writes one line of the file truth, in the form of modules/vsim/truth.c, without the key ifindex.
 * role: NULL if the firmware does not know the role; the key is then left out. pf, vf, sf: -1 for
 * null. f: the function behind the port, or NULL.
 */
#define FPCI_UNKNOWN	(-2)	/* of pf, vf, sf: the firmware does not know it; no key */
void fpci_truth(struct seq_file *m, const char *role, int controller, int pf, int vf, int sf,
		bool external, struct fpci_fn *f);

#define FPCI_CARDS_DESC "BUS[@KEY=VALUE]...[,BUS...]: see modules/README.md"

/* Module parameter, init and exit of a card module. */
#define fpci_card_module(t)							\
	static char *cards = "";						\
	module_param(cards, charp, 0444);					\
	MODULE_PARM_DESC(cards, FPCI_CARDS_DESC);				\
	static int __init t##_init(void) { return fpci_register(&t, cards); }	\
	static void __exit t##_exit(void) { fpci_unregister(&t); }		\
	module_init(t##_init);							\
	module_exit(t##_exit)

#endif
