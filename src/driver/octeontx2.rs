// SPDX-License-Identifier: MIT OR Apache-2.0
//! Marvell OcteonTX2 and CN10K.
//!
//! The admin function's driver switches a hardware switch on and makes no
//! representors (af/rvu_devlink.c). Those are made by a device of their own, for
//! all PFs and VFs at once; they are devlink ports without a parent device, and
//! count VFs from 1 (nic/rep.c).

use super::{PfNumber, Profile, UNKNOWN, VfNeed};
use crate::model::{Handle, PciAddress};

const AF: &str = "rvu_af";
const NIC: &str = "rvu_nicpf";

/// The admin function.
pub(super) const AF_PROFILE: Profile =
    Profile { driver: AF, represents_vfs: false, vfs: VfNeed::Any, ..UNKNOWN };

/// The device of the representors. It has no VFs itself.
pub(super) const REP_PROFILE: Profile = Profile {
    driver: "rvu_rep",
    first_vf: 1,
    represents_vfs: false,
    represents: &[AF, NIC],
    pf_number: PfNumber::Foreign,
    vfs: VfNeed::Any,
    ..UNKNOWN
};

/// The PF with an RVU number: PFs are on consecutive buses of one PCI domain, the
/// admin function's first (af/rvu_debugfs.c, rvu_dbg_rvu_pf_cgx_map_display).
pub(super) fn pf<'a>(
    rep: &Handle,
    number: u32,
    devices: &[(&'a Handle, Option<&str>)],
) -> Option<&'a Handle> {
    let domain = rep.pci_address()?.domain;
    let bound = |driver: &'static str| {
        let bound = devices.iter().filter(move |(_, of)| *of == Some(driver));
        bound.filter_map(|(device, _)| Some((*device, device.pci_address()?)))
    };
    let (_, af) = bound(AF).find(|(_, address)| address.domain == domain)?;
    let bus = u8::try_from(u32::from(af.bus).checked_add(number)?).ok()?;
    let wanted = PciAddress { bus, slot: 0, function: 0, domain };
    bound(NIC).find(|(_, address)| *address == wanted).map(|(device, _)| device)
}
