// SPDX-License-Identifier: MIT OR Apache-2.0
//! What stands in the way of a change, or goes with it: each by a code that does not
//! change, with what it was seen by and what to do.

mod vfs;

use crate::{
    driver::{Decides, Profile, profile},
    model::{EswitchMode, Flavour, PortType, State, Survey},
};

use super::{Action, Finding, Request, Severity, Step, steps::VfChange};

/// The codes of findings that a user can accept.
pub const CODES: [&str; 15] = [
    "bond-member",
    "default-route",
    "eswitch-broken",
    "firmware-decides",
    "ipsec",
    "mode-unsupported",
    "netns-diverged",
    "pf-down",
    "rate-nodes",
    "sf-lost",
    "tc-rules-offloaded",
    "traps-active",
    "vf-in-use",
    "vf-settings-cut-off",
    "vfs-required",
];

/// Everything found; the refusals first.
pub(super) fn findings(
    survey: &Survey,
    request: &Request,
    steps: &[Step],
    stash: Option<&State>,
) -> Vec<Finding> {
    let profile = profile(survey.state.driver.as_deref());
    let driver = survey.state.driver.as_deref().unwrap_or("its driver");
    let vfs = VfChange::new(survey, request);
    let changes_mode =
        steps.iter().any(|step| matches!(step.action, Action::SetMode { .. }));
    let look = Look { survey, request, profile, driver, vfs, changes_mode };
    let mut found: Vec<Finding> = [
        look.eswitch_broken(),
        look.mode_unsupported(),
        look.firmware_decides(),
        look.vf_held(),
        look.vf_in_use(),
        look.vfs_required(),
        look.pf_down(),
        look.settings_cut_off(),
        look.rules(),
        look.rate_nodes(),
        look.ipsec(),
        look.traps(),
        look.bond(),
        look.netns(),
        look.default_route(),
        look.representors_in_use(),
        look.vfs_must_be_zero(),
        look.not_expressible(stash),
    ]
    .into_iter()
    .flatten()
    .collect();
    found.extend(look.losses());
    found.sort_by_key(|finding| finding.severity != Severity::Refuse);
    found
}

struct Look<'a> {
    survey: &'a Survey,
    request: &'a Request,
    profile: Profile,
    driver: &'a str,
    vfs: VfChange,
    changes_mode: bool,
}

fn refuse(
    code: &'static str,
    message: impl Into<String>,
    evidence: Vec<String>,
    remedy: impl Into<String>,
) -> Finding {
    Finding {
        code,
        severity: Severity::Refuse,
        message: message.into(),
        evidence,
        remedy: remedy.into(),
        can_be_forced: true,
    }
}

fn warn(
    code: &'static str,
    message: impl Into<String>,
    evidence: Vec<String>,
    remedy: impl Into<String>,
) -> Finding {
    let severity = Severity::Warn;
    Finding { severity, ..refuse(code, message, evidence, remedy) }
}

impl Look<'_> {
    fn to_switchdev(&self) -> bool {
        self.request.mode.has_representors()
    }

    fn numvfs(&self) -> String {
        let path = self.survey.state.device.sysfs_path();
        path.map_or_else(
            || "sriov_numvfs".into(),
            |path| format!("/sys/{path}/sriov_numvfs"),
        )
    }

    /// A further change of such a device can crash the kernel.
    fn eswitch_broken(&self) -> Option<Finding> {
        let damage = &self.survey.damage;
        let gone = damage.iter().any(|damage| damage.uplink_gone);
        if damage.is_empty() || !gone && !self.changes_mode {
            return None;
        }
        let evidence = damage.iter().map(|damage| damage.evidence.clone()).collect();
        let device = &self.survey.state.device;
        let mut finding = refuse(
            "eswitch-broken",
            "an earlier change failed and left the eswitch broken",
            evidence,
            format!("rebuild it: \"swdevctl recover --rebuild {device}\""),
        );
        finding.can_be_forced = !gone;
        Some(finding)
    }

    fn mode_unsupported(&self) -> Option<Finding> {
        if self.request.mode != EswitchMode::SwitchdevInactive {
            return None;
        }
        let (major, minor) = self.survey.kernel;
        let here = format!("{} on Linux {major}.{minor}", self.driver);
        let message = match self.profile.inactive_since {
            Some(since) if self.survey.kernel >= since => return None,
            Some((major, minor)) => {
                format!("switchdev_inactive needs Linux {major}.{minor}")
            }
            None => {
                format!("switchdev_inactive needs another driver than {}", self.driver)
            }
        };
        Some(refuse("mode-unsupported", message, vec![here], "set switchdev instead"))
    }

    /// nfp: flower's representor of the PF has no parent device, abm's has.
    fn firmware_decides(&self) -> Option<Finding> {
        let fixed = self.profile.decides == Decides::Firmware
            && self.changes_mode
            && self.survey.state.mode.has_representors()
            && !self.survey.representors.iter().any(|index| {
                let link = self.survey.links.iter().find(|link| link.ifindex == *index);
                link.is_some_and(|link| {
                    link.parent.is_some()
                        && link
                            .phys_port_name
                            .as_deref()
                            .is_some_and(|n| n.starts_with("pf"))
                })
            });
        fixed.then(|| {
            refuse(
                "firmware-decides",
                "the firmware that is loaded decides the mode of this card",
                vec![format!("{} in mode {}", self.driver, self.survey.state.mode)],
                "load other firmware: with abm the mode can be set",
            )
        })
    }

    fn rules(&self) -> Option<Finding> {
        let rules = &self.survey.rules;
        (!rules.is_empty()).then(|| {
            let evidence = rules
                .iter()
                .map(|rule| format!("{}: {} {}", rule.netdev, rule.count, rule.kind))
                .collect();
            refuse(
                "tc-rules-offloaded",
                "TC rules are offloaded to its eswitch, which the change would lose or the \
                 kernel refuses",
                evidence,
                "delete the ingress qdiscs of these netdevs, or stop Open vSwitch",
            )
        })
    }

    fn rate_nodes(&self) -> Option<Finding> {
        let nodes = self.survey.rates.iter().filter_map(|rate| rate.kind.node());
        let nodes: Vec<String> = nodes.map(str::to_owned).collect();
        (self.changes_mode && !nodes.is_empty()).then(|| {
            let device = &self.survey.state.device;
            refuse(
                "rate-nodes",
                "it has rate nodes, with which the kernel changes no mode",
                nodes,
                format!("delete them: \"devlink port function rate del {device}/NODE\""),
            )
        })
    }

    fn ipsec(&self) -> Option<Finding> {
        let survey = self.survey;
        let own = |index: &u32| {
            survey.uplinks.contains(index) || survey.representors.contains(index)
        };
        let offloaded: Vec<String> = survey
            .ipsec
            .iter()
            .filter(|(index, _)| own(index))
            .map(|(index, what)| format!("{}: {what}", survey.name_of(*index)))
            .collect();
        if offloaded.is_empty() || !self.changes_mode {
            return None;
        }
        let message = "IPsec states or policies are offloaded to it";
        let remedy = "delete them: \"ip xfrm state\" and \"ip xfrm policy\" list them";
        Some(if self.profile.refuses.contains(&"ipsec") {
            refuse("ipsec", message, offloaded, remedy)
        } else {
            warn("ipsec", message, offloaded, remedy)
        })
    }

    fn traps(&self) -> Option<Finding> {
        let traps = &self.survey.traps;
        let refused = self.profile.refuses.contains(&"traps-active")
            && self.changes_mode
            && self.to_switchdev();
        (refused && !traps.is_empty()).then(|| {
            refuse(
                "traps-active",
                "devlink traps are active",
                traps.clone(),
                format!(
                    "devlink trap set {} trap NAME action drop",
                    self.survey.state.device
                ),
            )
        })
    }

    fn bond(&self) -> Option<Finding> {
        let survey = self.survey;
        let bonds: Vec<String> = survey
            .uplinks
            .iter()
            .filter_map(|index| {
                let link = survey.links.iter().find(|link| link.ifindex == *index)?;
                let bond =
                    survey.links.iter().find(|bond| Some(bond.ifindex) == link.master)?;
                (bond.kind.as_deref() == Some("bond"))
                    .then(|| format!("{} in {}", link.name, bond.name))
            })
            .collect();
        (self.changes_mode && !bonds.is_empty()).then(|| {
            refuse(
                "bond-member",
                "its uplink is in a bond, whose offload a change of one port ends",
                bonds,
                "take it out of the bond, switch all ports of the card, then put it back",
            )
        })
    }

    fn netns(&self) -> Option<Finding> {
        let survey = self.survey;
        let elsewhere = survey.device.ports.iter().find(|port| {
            port.flavour == Some(Flavour::Physical)
                && port.kind == Some(PortType::Ethernet)
                && port.netdev_ifindex.is_none()
                && !survey
                    .links
                    .iter()
                    .any(|l| l.devlink_port.as_ref() == Some(&port.handle))
        })?;
        (self.changes_mode && survey.uplinks.is_empty() && self.to_switchdev()).then(
            || {
                refuse(
                    "netns-diverged",
                    "its uplink is in another network namespace than the device",
                    vec![format!(
                        "port {} has a netdev, and it is not here",
                        elsewhere.handle
                    )],
                    "move the netdev back first",
                )
            },
        )
    }

    fn default_route(&self) -> Option<Finding> {
        let survey = self.survey;
        let evidence: Vec<String> = survey
            .uplinks
            .iter()
            .flat_map(|uplink| survey.above(*uplink))
            .filter(|index| survey.default_routes.contains(index))
            .map(|index| format!("default route over {}", survey.name_of(index)))
            .collect();
        (self.changes_mode && !evidence.is_empty()).then(|| {
            refuse(
                "default-route",
                "this machine may be reached through this NIC, and its link stops for the \
                 change",
                evidence,
                "have another way in, then use --force default-route",
            )
        })
    }

    /// Representors that go, and what they are in now.
    fn representors_in_use(&self) -> Option<Finding> {
        let survey = self.survey;
        let goes = !self.to_switchdev() || self.vfs.remove;
        let links = survey.links.iter();
        let used: Vec<String> = links
            .filter(|link| goes && survey.representors.contains(&link.ifindex))
            .filter_map(|link| {
                let master = survey.name_of(link.master?);
                Some(format!("{} in {master}", link.name))
            })
            .collect();
        (!used.is_empty()).then(|| {
            warn(
                "representors-in-use",
                "representors that go are in a bridge, a bond or Open vSwitch",
                used,
                "they are put back when they come again, if that is still there",
            )
        })
    }

    fn losses(&self) -> Vec<Finding> {
        let sfs = self.survey.device.ports.iter();
        let sfs: Vec<String> = sfs
            .filter(|port| port.flavour == Some(Flavour::PciSf))
            .map(|port| port.handle.to_string())
            .collect();
        let losses = self.profile.losses.iter();
        let losses =
            losses.filter(|loss| loss.to == self.request.mode && self.changes_mode);
        losses
            .filter_map(|loss| match loss.code {
                "sf-lost" if sfs.is_empty() => None,
                "sf-lost" => Some(refuse(loss.code, loss.what, sfs.clone(), loss.remedy)),
                code => {
                    Some(warn(code, loss.what, vec![self.driver.to_owned()], loss.remedy))
                }
            })
            .collect()
    }
}
