// SPDX-License-Identifier: MIT OR Apache-2.0
//! Settings of VFs at their PF's netdev: IFLA_VFINFO_LIST (net/core/rtnetlink.c,
//! rtnl_fill_vfinfo and do_setvfinfo).
//!
//! The list is requested for one PF at a time, without statistics. It is one attribute,
//! whose length has 16 bits and wraps beyond some 340 VFs. The entries are all there
//! nevertheless, each with a length of its own. So the list is read up to the number of
//! VFs that the interface counts, whatever its length says, and [`VfList`] says whether
//! it is complete.

#[cfg(test)]
pub(crate) mod kernel;

use super::{
    attribute::{Attributes, HEADER, start_of},
    link,
};
use crate::model::{LinkState, MacAddress, TxRate, VfSetting, VfSettings, Vlan};

const RTEXT_FILTER_VF: u32 = 1;
const RTEXT_FILTER_SKIP_STATS: u32 = 8;
pub(super) const IFLA_NUM_VF: u16 = 21;
pub(super) const IFLA_VFINFO_LIST: u16 = 22;
const IFLA_EXT_MASK: u16 = 29;
#[cfg(test)]
const IFLA_PARENT_DEV_NAME: u16 = 56;
const IFLA_VF_INFO: u16 = 1;
const IFLA_VF_MAC: u16 = 1;
const IFLA_VF_VLAN: u16 = 2;
const IFLA_VF_SPOOFCHK: u16 = 4;
const IFLA_VF_LINK_STATE: u16 = 5;
const IFLA_VF_RATE: u16 = 6;
const IFLA_VF_TRUST: u16 = 9;
const IFLA_VF_IB_NODE_GUID: u16 = 10;
const IFLA_VF_IB_PORT_GUID: u16 = 11;
const IFLA_VF_VLAN_LIST: u16 = 12;
const IFLA_VF_VLAN_INFO: u16 = 1;
const ETHERNET: usize = 6;
const VLAN_8021Q: u16 = 0x8100;

/// The body of RTM_GETLINK for one interface with the settings of its VFs.
#[must_use]
pub fn get(ifindex: u32) -> Vec<u8> {
    let mask = (RTEXT_FILTER_VF | RTEXT_FILTER_SKIP_STATS).to_ne_bytes();
    link::message(ifindex, &Attributes::default().with(IFLA_EXT_MASK, mask))
}

/// The settings of VFs that an interface reports.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VfList {
    /// The settings of each VF, by VF number.
    pub vfs: Vec<(u32, VfSettings)>,
    /// Whether the list has as many VFs as the interface counts.
    pub complete: bool,
}

/// Reads RTM_NEWLINK; none where the interface reports no VFs.
#[must_use]
pub fn parse(payload: &[u8]) -> Option<VfList> {
    let Parts { before, list, .. } = parts(payload.get(link::HEADER..)?)?;
    let counted = before.u32(IFLA_NUM_VF)?;
    let list = Attributes::parse_prefix(list);
    let entries = list.iter();
    let entries = entries.map(|(_, bytes)| vf_settings(&Attributes::parse(bytes).ok()?));
    let vfs: Vec<(u32, VfSettings)> = entries.flatten().collect();
    let mut numbers = vfs.iter().map(|(vf, _)| *vf);
    let complete = (0..counted).all(|vf| numbers.next() == Some(vf));
    Some(VfList { vfs, complete })
}

/// The attributes of a link with VFs.
pub(super) struct Parts<'a> {
    /// Those before the list of VFs.
    pub before: Attributes<'a>,
    /// The entries of the list.
    pub list: &'a [u8],
    /// Those behind the list.
    pub after: Attributes<'a>,
}

/// Divides the attributes of a link at its list of VFs, whose own length may have
/// wrapped; none where there is no list.
pub(super) fn parts(attributes: &[u8]) -> Option<Parts<'_>> {
    let start = start_of(attributes, IFLA_VFINFO_LIST)?;
    let before = Attributes::parse_prefix(attributes.get(..start - HEADER)?);
    let counted = before.u32(IFLA_NUM_VF)?;
    let list = attributes.get(start..)?;
    let entries = Attributes::parse_prefix(list);
    let entries = entries.places().take_while(|(kind, _)| *kind == IFLA_VF_INFO);
    let end = entries.take(counted as usize).last().map_or(0, |(_, place)| place.end);
    let rest = list.get(end.next_multiple_of(HEADER)..).unwrap_or_default();
    Some(Parts { before, list: &list[..end], after: Attributes::parse_prefix(rest) })
}

/// The 32-bit word with that number in a structure of the kernel.
fn word(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_ne_bytes(bytes.get(at * 4..at * 4 + 4)?.try_into().ok()?))
}

fn vf_settings(info: &Attributes) -> Option<(u32, VfSettings)> {
    let mac = info.bytes(IFLA_VF_MAC)?;
    let words = |kind| info.bytes(kind).unwrap_or_default();
    // All ones means that the driver does not report the setting.
    let truth = |kind| match word(&words(kind), 1)? {
        u32::MAX => None,
        value => Some(value != 0),
    };
    let guid = |kind| {
        let bytes = info.bytes(kind)?;
        let value = u64::from_ne_bytes(bytes.get(8..16)?.try_into().ok()?);
        Some(MacAddress(value.to_be_bytes().to_vec()))
    };
    let settings = VfSettings {
        mac: mac.get(4..4 + ETHERNET).map(|octets| MacAddress(octets.to_vec())),
        vlan: vlan(info),
        rate: (|| {
            let rate = words(IFLA_VF_RATE);
            Some(TxRate { min: word(&rate, 1)?, max: word(&rate, 2)? })
        })(),
        spoof_check: truth(IFLA_VF_SPOOFCHK),
        trust: truth(IFLA_VF_TRUST),
        link_state: match word(&words(IFLA_VF_LINK_STATE), 1) {
            Some(0) => Some(LinkState::Auto),
            Some(1) => Some(LinkState::Enable),
            Some(2) => Some(LinkState::Disable),
            _ => None,
        },
        node_guid: guid(IFLA_VF_IB_NODE_GUID),
        port_guid: guid(IFLA_VF_IB_PORT_GUID),
    };
    Some((word(&mac, 0)?, settings))
}

fn vlan(info: &Attributes) -> Option<Vlan> {
    let list = info.nested(IFLA_VF_VLAN_LIST).unwrap_or_default();
    let vlan = list.bytes(IFLA_VF_VLAN_INFO);
    let protocol = vlan
        .as_ref()
        .and_then(|vlan| Some(u16::from_be_bytes(vlan.get(12..14)?.try_into().ok()?)));
    let vlan = vlan.or_else(|| info.bytes(IFLA_VF_VLAN))?;
    Some(Vlan {
        id: word(&vlan, 1)? as u16,
        qos: word(&vlan, 2)? as u8,
        // Drivers that support 802.1Q only set it to 0 (mlx5_eswitch_get_vport_config).
        protocol: protocol.filter(|protocol| *protocol != 0).unwrap_or(VLAN_8021Q),
    })
}

/// The body of RTM_SETLINK for one setting of one VF.
#[must_use]
pub fn set(ifindex: u32, vf: u32, setting: &VfSetting) -> Vec<u8> {
    let words = |values: &[u32]| -> Vec<u8> {
        let all = std::iter::once(&vf).chain(values);
        all.flat_map(|value| value.to_ne_bytes()).collect()
    };
    let guid = |guid: &MacAddress| {
        let octets: [u8; 8] = guid.0.as_slice().try_into().unwrap_or_default();
        let value = u64::from_be_bytes(octets).to_ne_bytes();
        [words(&[0]), value.to_vec()].concat()
    };
    let info = Attributes::default();
    let info = match setting {
        VfSetting::Mac(mac) => {
            let mut bytes = words(&[0; 8]);
            let length = mac.0.len().min(32);
            bytes[4..4 + length].copy_from_slice(&mac.0[..length]);
            info.with(IFLA_VF_MAC, bytes)
        }
        // Kernels and drivers without other protocols accept this attribute only.
        VfSetting::Vlan(vlan) if vlan.protocol == VLAN_8021Q => {
            info.with(IFLA_VF_VLAN, words(&[vlan.id.into(), vlan.qos.into()]))
        }
        VfSetting::Vlan(vlan) => {
            let mut bytes = words(&[vlan.id.into(), vlan.qos.into(), 0]);
            bytes[12..14].copy_from_slice(&vlan.protocol.to_be_bytes());
            let list = Attributes::default().with(IFLA_VF_VLAN_INFO, bytes);
            info.with_nested(IFLA_VF_VLAN_LIST, &list)
        }
        VfSetting::Rate(rate) => info.with(IFLA_VF_RATE, words(&[rate.min, rate.max])),
        VfSetting::SpoofCheck(on) => {
            info.with(IFLA_VF_SPOOFCHK, words(&[u32::from(*on)]))
        }
        VfSetting::Trust(on) => info.with(IFLA_VF_TRUST, words(&[u32::from(*on)])),
        VfSetting::LinkState(state) => {
            let value = match state {
                LinkState::Auto => 0,
                LinkState::Enable => 1,
                LinkState::Disable => 2,
            };
            info.with(IFLA_VF_LINK_STATE, words(&[value]))
        }
        VfSetting::NodeGuid(value) => info.with(IFLA_VF_IB_NODE_GUID, guid(value)),
        VfSetting::PortGuid(value) => info.with(IFLA_VF_IB_PORT_GUID, guid(value)),
    };
    let list = Attributes::default().with_nested(IFLA_VF_INFO, &info);
    link::message(ifindex, &Attributes::default().with_nested(IFLA_VFINFO_LIST, &list))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The list entry that a kernel would answer with, from requests.
    fn entry(settings: &[VfSetting], vf: u32) -> Attributes<'static> {
        let mut info = Attributes::default();
        for setting in settings {
            let body = set(7, vf, setting);
            let attributes = Attributes::parse(&body[link::HEADER..]).unwrap();
            let list = attributes.nested(IFLA_VFINFO_LIST).unwrap();
            for (kind, bytes) in list.nested(IFLA_VF_INFO).unwrap().iter() {
                info = info.with(kind, bytes);
            }
        }
        info
    }

    fn message(entries: &[Attributes], counted: u32) -> Vec<u8> {
        let list = entries
            .iter()
            .fold(Attributes::default(), |list, one| list.with_nested(IFLA_VF_INFO, one));
        let attributes = Attributes::default()
            .with(IFLA_NUM_VF, counted.to_ne_bytes())
            .with_nested(IFLA_VFINFO_LIST, &list);
        link::message(7, &attributes)
    }

    fn all(vf: u32) -> Vec<VfSetting> {
        let vlan = |protocol| Vlan { id: 100 + vf as u16, qos: 3, protocol };
        vec![
            VfSetting::Mac(MacAddress(vec![2, 0, 0, 0, 0, vf as u8])),
            VfSetting::Vlan(vlan(if vf == 0 { VLAN_8021Q } else { 0x88a8 })),
            VfSetting::Rate(TxRate { min: 10, max: 1000 }),
            VfSetting::SpoofCheck(true),
            VfSetting::Trust(false),
            VfSetting::LinkState(LinkState::Disable),
            VfSetting::NodeGuid(MacAddress(vec![1, 2, 3, 4, 5, 6, 7, 8])),
        ]
    }

    #[test]
    fn what_is_set_is_what_is_read() {
        let bytes = message(&[entry(&all(0), 0), entry(&all(1), 1)], 2);
        let VfList { vfs, complete } = parse(&bytes).unwrap();
        assert!(complete);
        for (vf, settings) in vfs {
            assert_eq!(settings.iter().collect::<Vec<_>>(), all(vf));
        }
    }

    #[test]
    fn what_a_driver_does_not_tell_is_absent() {
        let unknown = [0, u32::MAX].map(u32::to_ne_bytes).concat();
        let info = entry(&all(0)[..1], 0)
            .with(IFLA_VF_SPOOFCHK, unknown.clone())
            .with(IFLA_VF_TRUST, unknown);
        let vfs = parse(&message(&[info], 1)).unwrap().vfs;
        assert_eq!((vfs[0].1.spoof_check, vfs[0].1.trust), (None, None));
    }

    #[test]
    fn a_list_that_was_cut_off_is_not_complete() {
        let entries: Vec<Attributes> = (0..3).map(|vf| entry(&all(vf), vf)).collect();
        assert!(!parse(&message(&entries, 5)).unwrap().complete);
        let bytes = message(&entries, 3);
        let VfList { vfs, complete } = parse(&bytes[..bytes.len() - 40]).unwrap();
        assert!(!complete && vfs.len() < 3);
    }

    #[test]
    fn a_list_whose_length_has_wrapped_is_read_whole() {
        let many = 1000;
        let entries: Vec<Attributes> = (0..many).map(|vf| entry(&all(vf), vf)).collect();
        let behind = Attributes::default().with_text(IFLA_PARENT_DEV_NAME, "netdevsim10");
        let bytes = [message(&entries, many), behind.to_bytes()].concat();
        assert!(bytes.len() > usize::from(u16::MAX));
        let VfList { vfs, complete } = parse(&bytes).unwrap();
        assert!(complete && vfs.len() == many as usize);
        assert_eq!(vfs[999].1.iter().collect::<Vec<_>>(), all(999));
        // So it is in a capture, with what stands behind it.
        let kept = link::as_read(&bytes);
        assert_eq!(parse(&kept), parse(&bytes));
        assert!(kept.ends_with(&behind.to_bytes()));
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse(&bytes);
        }
    }
}
