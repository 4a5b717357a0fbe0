// SPDX-License-Identifier: GPL-2.0
/* Interrupts: where a card would write a message, this file retriggers the vector. */
#include <linux/interrupt.h>
#include <linux/irq.h>
#include "core.h"

void fpci_irq(struct fpci_fn *f, int vector)
{
	struct pci_dev *pdev = fpci_pdev(f);
	int irq;

	if (!pdev)
		return;
	irq = pdev->msix_enabled ? pci_irq_vector(pdev, vector) : 0;
	/* respects affinity and disable_irq(); x86 refuses generic_handle_irq() in a thread */
	if (irq > 0)
		irq_inject_interrupt(irq);
	pci_dev_put(pdev);
}
EXPORT_SYMBOL_GPL(fpci_irq);
