// SPDX-License-Identifier: MIT OR Apache-2.0
//! The kernel's side of these messages, for simulated machines in tests.

use super::*;
use crate::model::VfField;

/// IFLA_NUM_VF and IFLA_VFINFO_LIST of VFs with these settings, by VF number.
pub(crate) fn answer(vfs: &[VfSettings]) -> Attributes<'static> {
    let mut list = Attributes::default();
    for (number, settings) in (0..).zip(vfs) {
        let mut info = Attributes::default();
        for setting in settings.iter() {
            let body = set(0, number, &setting);
            let request = Attributes::parse(&body[link::HEADER..]).unwrap();
            let list = request.nested(IFLA_VFINFO_LIST).unwrap();
            for (kind, bytes) in list.nested(IFLA_VF_INFO).unwrap().iter() {
                info = info.with(kind, bytes);
            }
        }
        list = list.with_nested(IFLA_VF_INFO, &info);
    }
    let count = u32::try_from(vfs.len()).unwrap();
    Attributes::default()
        .with(IFLA_NUM_VF, count.to_ne_bytes())
        .with_nested(IFLA_VFINFO_LIST, &list)
}

/// The VF and its setting that a request changes.
pub(crate) fn change(attributes: &Attributes) -> Option<(u32, VfSetting)> {
    let list = attributes.nested(IFLA_VFINFO_LIST)?;
    let info = list.nested(IFLA_VF_INFO)?;
    let (kind, first) = info.iter().next()?;
    let nested = || Attributes::parse(first).ok()?.bytes(IFLA_VF_VLAN_INFO);
    let first = if kind == IFLA_VF_VLAN_LIST { nested()? } else { first.to_vec() };
    let vf = word(&first, 0)?;
    // An entry without an address says of no VF.
    let zero = [vf, 0, 0, 0, 0, 0, 0, 0, 0].map(u32::to_ne_bytes).concat();
    let (_, settings) = vf_settings(&info.clone().with(IFLA_VF_MAC, zero))?;
    let mac = info.bytes(IFLA_VF_MAC).is_some();
    let settings = settings.only(|field| mac || field != VfField::Mac);
    let setting = settings.iter().next()?;
    Some((vf, setting))
}
