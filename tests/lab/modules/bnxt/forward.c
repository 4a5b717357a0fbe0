// SPDX-License-Identifier: GPL-2.0
/* Answers; and commands of VFs that the PF's driver approves. */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt
#include "firmware.h"

void respond(struct fpci_fn *f, struct input *q, u16 status, void *resp, u16 len)
{
	struct output *o = resp, *d = bus_to_mem(le64_to_cpu(q->resp_addr));
	u16 cr = le16_to_cpu(q->cmpl_ring);
	struct ring *r;

	if (!d) {
		pr_err("command 0x%x: bad response address\n", le16_to_cpu(q->req_type));
		return;
	}
	if (status) {
		len = sizeof(struct hwrm_err_output);
		memset(resp, 0, len);
	}
	/* the last byte of a response marks it as complete */
	((u8 *)resp)[len - 1] = 1;
	memcpy(d + 1, o + 1, len - sizeof(*o));
	d->error_code = cpu_to_le16(status);
	d->req_type = q->req_type;
	d->seq_id = q->seq_id;
	dma_wmb();
	WRITE_ONCE(d->resp_len, cpu_to_le16(len));
	if (cr == NONE)
		return;
	r = get_ring(f, cr);
	if (!r) {
		pr_warn("command 0x%x: no completion ring %u\n", le16_to_cpu(q->req_type), cr);
		return;
	}
	post(r, 0x20 | le16_to_cpu(q->seq_id) << 16, 0, 0, 0);
	notify(f, r);
}

/* Forwards a VF's command to its PF's driver if the driver approves such commands. */
bool forward(struct fpci_fn *f, struct input *q, int len)
{
	u16 op = le16_to_cpu(q->req_type);
	struct fpci_fn *pf = &f->pf->fn;
	struct ring *r;
	void *d;
	u64 a;

	if (!fpci_get(f->pf, KEY_FORWARD) || f->vf < 0 || op >= 256 || !(fb(pf)->req_fwd[op / 32] & BIT(op % 32)))
		return false;
	r = get_ring(pf, fb(pf)->async_cr);
	a = f->vf * REQ_WIN / 4096 < 10 ? fb(pf)->buf[f->vf * REQ_WIN / 4096] : 0;
	d = bus_to_mem(a);
	if (!r || !d || fb(pf)->buf_len != REQ_WIN)
		return false;
	a += f->vf * REQ_WIN % 4096;
	d += f->vf * REQ_WIN % 4096;
	len = min(len, REQ_WIN);
	memset(fb(f)->pend, 0, REQ_WIN);
	memcpy(fb(f)->pend, q, len);
	memcpy(d, q, REQ_WIN);
	fb(f)->pending = true;
	post(r, 0x22 | len << 6 | fid(f) << 16, 0, a, a >> 32);
	notify(pf, r);
	return true;
}

/* The answer of a PF's driver to a forwarded command. */
u16 forwarded(struct fpci_fn *f, u16 op, void *req)
{
	struct hwrm_exec_fwd_resp_input *ex = req;
	struct hwrm_fwd_resp_input *fr = req;
	u16 id = le16_to_cpu(op == HWRM_FWD_RESP ? fr->encap_resp_target_id : ex->encap_resp_target_id);
	struct fpci_fn *t = by_fid(f, id);
	u16 st = HWRM_ERR_CODE_RESOURCE_ACCESS_DENIED, len = 16;
	struct input *q;
	u8 *out, *d;

	if (!t || t == f || !fb(t)->pending)
		return HWRM_ERR_CODE_INVALID_PARAMS;
	fb(t)->pending = false;
	q = (struct input *)fb(t)->pend;
	out = kzalloc(RESP_MAX, GFP_KERNEL);
	if (!out)
		return HWRM_ERR_CODE_NO_BUFFER;
	if (op == HWRM_FWD_RESP) {
		d = bus_to_mem(le64_to_cpu(fr->encap_resp_addr));
		len = min_t(u16, le16_to_cpu(fr->encap_resp_len), sizeof(fr->encap_resp));
		if (d && len >= 16) {
			memcpy(out, fr->encap_resp, len);
			respond(t, q, 0, out, len);
		}
	} else {
		if (op == HWRM_EXEC_FWD_RESP)
			st = exec(t, fb(t)->pend, REQ_WIN, out, &len, true);
		respond(t, q, st, out, len);
	}
	kfree(out);
	return 0;
}
