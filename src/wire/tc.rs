// SPDX-License-Identifier: MIT OR Apache-2.0
//! Traffic control, as far as it matters to a mode change: which qdiscs have filters for
//! incoming packets, and which of these filters are in hardware (include/uapi/linux/
//! pkt_cls.h, pkt_sched.h).

use super::attribute::Attributes;

/// RTM_GETQDISC.
pub const GETQDISC: u16 = 38;
/// RTM_GETTFILTER.
pub const GETTFILTER: u16 = 46;

const HEADER: usize = 20; // struct tcmsg
const TCA_KIND: u16 = 1;
const TCA_OPTIONS: u16 = 2;
const TCA_INGRESS_BLOCK: u16 = 13;
const TCA_EGRESS_BLOCK: u16 = 14;
const TCA_DUMP_FLAGS: u16 = 15;
const TCA_DUMP_FLAGS_TERSE: u32 = 1;
const TCA_FLOWER_FLAGS: u16 = 22;
const TCA_MATCHALL_FLAGS: u16 = 3;
const MQPRIO: usize = 84; // struct tc_mqprio_qopt, aligned
const TCA_MQPRIO_MODE: u16 = 1;
const TC_MQPRIO_MODE_CHANNEL: u16 = 1;
const TCA_CLS_FLAGS_IN_HW: u32 = 1 << 2;
/// Stands in place of an interface index for a block that several interfaces share.
const MAGIC_BLOCK: u32 = u32::MAX;

/// A place that filters are attached to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hook {
    /// The incoming packets of an interface.
    Ingress(u32),
    /// The outgoing packets of an interface.
    Egress(u32),
    /// A shared block.
    Block(u32),
}

/// The body of RTM_GETQDISC for a dump of all qdiscs.
#[must_use]
pub fn qdiscs() -> Vec<u8> {
    vec![0; HEADER]
}

/// The body of RTM_GETTFILTER for a dump of the filters of one hook. A terse dump lacks
/// what the filters match on; the kernel then leaves out filters of kinds that have no
/// terse form (`matchall`).
#[must_use]
pub fn filters(hook: Hook, terse: bool) -> Vec<u8> {
    let (ifindex, parent) = match hook {
        Hook::Ingress(ifindex) => (ifindex, 0xffff_fff2_u32),
        Hook::Egress(ifindex) => (ifindex, 0xffff_fff3),
        // In place of the parent, the number of the block.
        Hook::Block(block) => (MAGIC_BLOCK, block),
    };
    let mut body = vec![0; HEADER];
    body[4..8].copy_from_slice(&ifindex.to_ne_bytes());
    body[12..16].copy_from_slice(&parent.to_ne_bytes());
    if terse {
        // A struct nla_bitfield32: value and selector.
        let flags = [TCA_DUMP_FLAGS_TERSE.to_ne_bytes(); 2].concat();
        body.extend(Attributes::default().with(TCA_DUMP_FLAGS, flags).to_bytes());
    }
    body
}

/// The place whose filters a request asks for.
#[must_use]
pub fn requested_hook(body: &[u8]) -> Option<String> {
    let number =
        |at: usize| Some(u32::from_ne_bytes(body.get(at..at + 4)?.try_into().ok()?));
    let (ifindex, parent) = (number(4)?, number(12)?);
    let terse = if body.len() > HEADER { ", terse" } else { "" };
    Some(match ifindex {
        MAGIC_BLOCK => format!("block {parent}{terse}"),
        ifindex => format!("interface {ifindex}, parent {parent:x}{terse}"),
    })
}

/// The interface of a root qdisc `mqprio` in mode `channel`, whose queues are divided
/// into channels (Application Device Queues).
#[must_use]
pub fn channels(payload: &[u8]) -> Option<u32> {
    let (ifindex, attributes) = message(payload)?;
    if attributes.text(TCA_KIND)? != "mqprio" {
        return None;
    }
    let options = attributes.bytes(TCA_OPTIONS)?;
    let mode = Attributes::parse(options.get(MQPRIO..)?).ok()?.u16(TCA_MQPRIO_MODE)?;
    (mode == TC_MQPRIO_MODE_CHANNEL).then_some(ifindex)
}

/// The hooks of a qdisc, each with the interface of the qdisc.
#[must_use]
pub fn hooks(payload: &[u8]) -> Vec<(u32, Hook)> {
    let Some((ifindex, attributes)) = message(payload) else { return Vec::new() };
    let own: &[Hook] = match attributes.text(TCA_KIND).as_deref() {
        Some("ingress") => &[Hook::Ingress(ifindex)],
        Some("clsact") => &[Hook::Ingress(ifindex), Hook::Egress(ifindex)],
        _ => return Vec::new(),
    };
    let blocks = [TCA_INGRESS_BLOCK, TCA_EGRESS_BLOCK];
    let blocks: Vec<Hook> =
        blocks.iter().filter_map(|kind| attributes.u32(*kind).map(Hook::Block)).collect();
    let hooks = if blocks.is_empty() { own } else { &blocks };
    hooks.iter().map(|hook| (ifindex, *hook)).collect()
}

/// The kind of a filter that is in hardware; nothing for any other message.
#[must_use]
pub fn offloaded(payload: &[u8]) -> Option<String> {
    let (_, attributes) = message(payload)?;
    let kind = attributes.text(TCA_KIND)?;
    let flags = match kind.as_str() {
        "flower" => TCA_FLOWER_FLAGS,
        "matchall" => TCA_MATCHALL_FLAGS,
        _ => return None,
    };
    let flags = attributes.nested(TCA_OPTIONS)?.u32(flags)?;
    (flags & TCA_CLS_FLAGS_IN_HW != 0).then_some(kind)
}

fn message(payload: &[u8]) -> Option<(u32, Attributes<'_>)> {
    let ifindex = u32::from_ne_bytes(payload.get(4..8)?.try_into().ok()?);
    Some((ifindex, Attributes::parse(payload.get(HEADER..)?).ok()?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bytes(ifindex: u32, attributes: &Attributes) -> Vec<u8> {
        let mut body = vec![0; HEADER];
        body[4..8].copy_from_slice(&ifindex.to_ne_bytes());
        [body, attributes.to_bytes()].concat()
    }

    #[test]
    fn only_filters_in_hardware_count() {
        let flower = |flags: u32| {
            let options =
                Attributes::default().with(TCA_FLOWER_FLAGS, flags.to_ne_bytes());
            let attributes = Attributes::default()
                .with_text(TCA_KIND, "flower")
                .with_nested(TCA_OPTIONS, &options);
            offloaded(&bytes(7, &attributes))
        };
        assert_eq!(flower(4).as_deref(), Some("flower"));
        assert_eq!(flower(8), None);
        let chain = Attributes::default().with_text(TCA_KIND, "flower");
        assert_eq!(offloaded(&bytes(7, &chain)), None);
    }

    #[test]
    fn a_shared_block_takes_the_place_of_the_hook() {
        let kind = |kind| Attributes::default().with_text(TCA_KIND, kind);
        assert_eq!(hooks(&bytes(7, &kind("ingress"))), [(7, Hook::Ingress(7))]);
        assert_eq!(hooks(&bytes(7, &kind("clsact"))).len(), 2);
        assert_eq!(hooks(&bytes(7, &kind("fq_codel"))), []);
        let shared = kind("ingress").with(TCA_INGRESS_BLOCK, 22_u32.to_ne_bytes());
        assert_eq!(hooks(&bytes(7, &shared)), [(7, Hook::Block(22))]);
    }

    #[test]
    fn queues_in_channels_are_told_from_priorities() {
        let qdisc = |mode: u16| {
            let mode = Attributes::default().with(TCA_MQPRIO_MODE, mode.to_ne_bytes());
            let options = [vec![0; MQPRIO], mode.to_bytes()].concat();
            let kind = Attributes::default().with_text(TCA_KIND, "mqprio");
            channels(&bytes(7, &kind.with(TCA_OPTIONS, options)))
        };
        assert_eq!(qdisc(TC_MQPRIO_MODE_CHANNEL), Some(7));
        assert_eq!(qdisc(0), None);
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = (hooks(&bytes), offloaded(&bytes), channels(&bytes));
        }
    }
}
