// SPDX-License-Identifier: GPL-2.0
/* The text of cards=: BUS[@KEY=VALUE]...[,BUS[@KEY=VALUE]...]..., BUS as BUS or DOMAIN:BUS. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt
#include <linux/kernel.h>
#include "core.h"

const struct fpci_key fpci_common_keys[FPCI_OWN_KEY] = {
	[FPCI_PORTS] = { "ports", 1, FPCI_MAX_PFS, 1 },
	[FPCI_VFS] = { "vfs", 0, FPCI_MAX_VFS, 8 },
	[FPCI_LINK] = { "link", 0, 1, 0, true },
	[FPCI_SERIAL] = { "serial", 0, 1, 1 },
	[FPCI_DEAD] = { "dead", 0, 1, 0, true },
};

const struct fpci_key *fpci_key(const struct fpci_type *t, int i)
{
	return i < FPCI_OWN_KEY ? &fpci_common_keys[i] : &t->keys[i - FPCI_OWN_KEY];
}

static int set_key(const struct fpci_type *t, struct fpci_card *c, char *word)
{
	char *value = strchr(word, '=');
	const struct fpci_key *k;
	u32 n, max;
	int i;

	if (!value || kstrtou32(value + 1, 0, &n))
		goto bad;
	*value = 0;
	for (i = 0; i < FPCI_OWN_KEY + t->nkeys; i++) {
		k = fpci_key(t, i);
		if (strcmp(k->name, word))
			continue;
		max = i == FPCI_PORTS && t->max_ports ? t->max_ports :
		      i == FPCI_VFS && t->max_vfs ? t->max_vfs : k->max;
		if (n < k->min || n > max) {
			pr_err("%s: %s must be %u to %u\n", t->name, word, k->min, max);
			return -ERANGE;
		}
		c->key[i] = n;
		return 0;
	}
bad:
	pr_err("%s: cards=: %s is not a key with a number; see README.md\n", t->name, word);
	return -EINVAL;
}

static int set_bus(const struct fpci_type *t, struct fpci_card *c, char *word)
{
	char *colon = strchr(word, ':');
	u16 domain = 0;
	u8 bus;

	if (colon) {
		*colon = 0;
		if (kstrtou16(word, 10, &domain))
			goto bad;
		word = colon + 1;
	}
	if (kstrtou8(word, 10, &bus))
		goto bad;
	c->domain = domain;
	c->bus = bus;
	return 0;
bad:
	pr_err("%s: cards=: %s is not the number of a bus\n", t->name, word);
	return -EINVAL;
}

/* Parses the next card of the text: 0, or -ENOENT if there is none. */
int fpci_parse(const struct fpci_type *t, char **text, struct fpci_card *c)
{
	char *card = strsep(text, ","), *word;
	int i, err;

	if (!card || !*card)
		return -ENOENT;
	for (i = 0; i < FPCI_OWN_KEY + t->nkeys; i++)
		c->key[i] = fpci_key(t, i)->def;
	c->key[FPCI_LINK] = t->link;
	err = set_bus(t, c, strsep(&card, "@"));
	while (!err && (word = strsep(&card, "@")))
		err = set_key(t, c, word);
	return err;
}
