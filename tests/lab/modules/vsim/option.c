// SPDX-License-Identifier: GPL-2.0
/* The pfs= parameter: which function gets which face, and its personality. */
#include <linux/module.h>
#include "vsim.h"

static char *pfs = "";
module_param(pfs, charp, 0444);
MODULE_PARM_DESC(pfs, "FACE@DDDD:BB:DD.F[@KEY=VALUE]...,... functions claimed at load");

#define VS_ERA (LINUX_VERSION_CODE < KERNEL_VERSION(6, 4, 0) ? 601 : \
		LINUX_VERSION_CODE < KERNEL_VERSION(7, 0, 0) ? 612 : 702)

static void option(struct vs_options *o, const char *key, const char *value)
{
	static const struct { const char *key; size_t at; } numbers[] = {
#define N(x) { #x, offsetof(struct vs_options, x) }
		N(pf), N(card), N(era), N(ports), N(splits), N(hosts), N(adjacent), N(vfs),
#undef N
	};
	int i, n = 0;

	if (!strcmp(key, "app")) {
		strscpy(o->app, value, sizeof(o->app));
		return;
	}
	if (kstrtoint(value, 0, &n)) {
		pr_warn("vsim: %s=%s is no number\n", key, value);
		return;
	}
	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		if (!strcmp(key, numbers[i].key)) {
			*(int *)((char *)o + numbers[i].at) = n;
			return;
		}
	if (!strcmp(key, "sd"))
		o->sd = n;
	else if (!strcmp(key, "cap"))
		o->cap = n;
	else if (!strcmp(key, "serial"))
		o->serial = n;
	else if (!strcmp(key, "cx4"))
		o->cx4 = n;
	else if (!strcmp(key, "lag"))
		o->lag = n;
	else
		pr_warn("vsim: unknown option %s\n", key);
}

/* Whether the parameter names this function; sets its face and options if it does. */
bool vs_options(struct pci_dev *pdev, char key[16], struct vs_options *o)
{
	const char *p = pfs;
	char entry[160];

	while (*p) {
		size_t n = strcspn(p, ",");
		char *rest = entry, *word, *value, *bdf;

		strscpy(entry, p, min(n + 1, sizeof(entry)));
		p += n + (p[n] == ',');
		word = strsep(&rest, "@");
		bdf = strsep(&rest, "@");
		if (!bdf || strcmp(bdf, pci_name(pdev)))
			continue;
		strscpy(key, word, 16);
		*o = (struct vs_options) {
			.pf = PCI_FUNC(pdev->devfn), .card = -1, .era = VS_ERA,
			.ports = 2, .vfs = 4, .cap = true, .serial = true, .app = "flower",
		};
		while ((word = strsep(&rest, "@"))) {
			value = word;
			word = strsep(&value, "=");
			option(o, word, value ?: "1");
		}
		return true;
	}
	return false;
}
