// SPDX-License-Identifier: GPL-2.0
/* The legacy SR-IOV interface, IFLA_VF_*, on the PF; nfp has it on representors too. */
#include <linux/if_vlan.h>
#include "vsim.h"

static int vf_chk(struct vs_pf *pf, int vf, bool mac)
{
	int lim = pf->num_vfs;

	/* real: mlx5_eswitch_get_vport(): any vport up to totalvfs, VFs enabled or not;
	 * __liquidio_set_vf_mac(): below max_vfs; other drivers: below the active number */
	if (is_face(pf, &mlx5_face) || (is_face(pf, &liquidio_face) && mac))
		lim = pci_sriov_get_totalvfs(pf->pdev);
	if (is_face(pf, &bnxt_face) && !lim)
		netdev_err(pf->nd, "vf ndo called though sriov is disabled\n");
	return vf < 0 || vf >= min(lim, VS_MAX_VF) ? -EINVAL : 0;
}
int vs_vf_mac(struct net_device *d, int vf, u8 *mac)
{
	struct vs_pf *pf = nd_pf(d);

	if (vf_chk(pf, vf, true) || is_multicast_ether_addr(mac) ||
	    (is_face(pf, &liquidio_face) && !is_valid_ether_addr(mac)))
		return -EINVAL;
	ether_addr_copy(pf->vf[vf].mac, mac);
	return 0;
}
int vs_vf_vlan(struct net_device *d, int vf, u16 vlan, u8 qos, __be16 proto)
{
	struct vs_pf *pf = nd_pf(d);

	if (proto != htons(ETH_P_8021Q))
		return is_face(pf, &nfp_face) ? -EOPNOTSUPP : -EPROTONOSUPPORT;
	if (is_face(pf, &mlx5_face) && switchdev(pf))	/* real: mlx5_eswitch_set_vport_vlan() */
		return vlan ? -EOPNOTSUPP : 0;
	if (vf_chk(pf, vf, false) || vlan > 4095 || qos > 7)
		return -EINVAL;
	pf->vf[vf].vlan = vlan;
	pf->vf[vf].qos = qos;
	return 0;
}
int vs_vf_spoof(struct net_device *d, int vf, bool on)
{
	struct vs_pf *pf = nd_pf(d);

	if (vf_chk(pf, vf, false))
		return -EINVAL;
	if (is_face(pf, &mlx5_face) && switchdev(pf))
		return -EOPNOTSUPP;
	pf->vf[vf].spoofchk = on;
	return 0;
}
int vs_vf_trust(struct net_device *d, int vf, bool on)
{
	struct vs_pf *pf = nd_pf(d);
	int i;

	if (is_face(pf, &ice_face) && switchdev(pf)) {	/* real: ice_set_vf_trust() */
		dev_info(&pf->pdev->dev, "Trusted VF is forbidden in switchdev mode\n");
		return -EOPNOTSUPP;
	}
	if (vf_chk(pf, vf, false))
		return -EINVAL;
	if (is_face(pf, &mlx5_face) && switchdev(pf))
		return -EOPNOTSUPP;
	if (pf->f.trust_errno && on)
		return -(int)pf->f.trust_errno;
	if (is_face(pf, &liquidio_face) && on)	/* real: liquidio_set_vf_trust(): one only */
		for (i = 0; i < VS_MAX_VF; i++)
			if (i != vf && pf->vf[i].trusted)
				return -EPERM;
	pf->vf[vf].trusted = on;
	return 0;
}
int vs_vf_rate(struct net_device *d, int vf, int mn, int mx)
{
	struct vs_pf *pf = nd_pf(d);

	if (vf_chk(pf, vf, false) || mn > 100000 || mx > 100000 ||
	    (is_face(pf, &nfp_face) && (mn >= 65535 || mx >= 65535)))
		return -EINVAL;
	pf->vf[vf].min_rate = mn;
	pf->vf[vf].max_rate = mx;
	return 0;
}
int vs_vf_link(struct net_device *d, int vf, int st)
{
	struct vs_pf *pf = nd_pf(d);

	if (is_face(pf, &mlx5_face) && switchdev(pf))	/* real: mlx5e_set_vf_link_state() */
		return -EOPNOTSUPP;
	if (vf_chk(pf, vf, false))
		return -EINVAL;
	pf->vf[vf].link = st;
	return 0;
}
int vs_vf_get(struct net_device *d, int vf, struct ifla_vf_info *ivi)
{
	struct vs_pf *pf = nd_pf(d);
	struct vs_vf_config *c;

	if (is_face(pf, &mlx5_face) && !netif_device_present(d))
		return -EOPNOTSUPP;
	if (vf_chk(pf, vf, false))
		return -EINVAL;
	c = &pf->vf[vf];
	memset(ivi, 0, sizeof(*ivi));
	ivi->vf = vf;
	ether_addr_copy(ivi->mac, c->mac);
	ivi->vlan = c->vlan;
	ivi->qos = c->qos;
	ivi->spoofchk = c->spoofchk;
	ivi->trusted = c->trusted;
	ivi->linkstate = c->link;
	ivi->min_tx_rate = c->min_rate;
	ivi->max_tx_rate = is_face(pf, &liquidio_face) ? 25000 : c->max_rate;
	return 0;
}

void vs_vf_reset(struct vs_pf *pf)
{
	int i;

	memset(pf->vf, 0, sizeof(pf->vf));
	for (i = 0; i < VS_MAX_VF; i++)
		pf->vf[i].roce = true;
}
