// SPDX-License-Identifier: MIT OR Apache-2.0
//! Which fields of an inventory are wanted.

/// The wanted fields of a device in an inventory: dotted keys, as `ports.netdev.name`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Fields {
    /// All but those that cost more than the rest together.
    #[default]
    Usual,
    /// The usual fields of ports, and the processes that use their functions.
    Ports,
    /// All.
    All,
    /// The usual, and these, which cost more.
    Plus(&'static [&'static str]),
    /// These, and all below them.
    These(Vec<String>),
}

impl Fields {
    /// Fields that are read only where they are asked for: they cost a question or a
    /// computation for each netdev, or a search through all processes; and `applied`
    /// changes without an event that a watcher could wait for.
    pub const COSTLY: [&str; 8] = [
        "drift",
        "applied",
        "ports.netdev.speed_mbps",
        "ports.netdev.duplex",
        "ports.netdev.tc_offload",
        "ports.netdev.policy_name",
        "ports.function.policy_name",
        "ports.function.holders",
    ];

    /// Whether a field, or any below it, is wanted.
    #[must_use]
    pub fn want(&self, field: &str) -> bool {
        match self {
            Self::Usual => !Self::COSTLY.contains(&field),
            Self::Ports => {
                field == "ports.function.holders"
                    || is_within(field, "ports") && !Self::COSTLY.contains(&field)
            }
            Self::All => true,
            Self::Plus(more) => Self::Usual.want(field) || more.contains(&field),
            Self::These(chosen) => chosen
                .iter()
                .any(|chosen| is_within(field, chosen) || is_within(chosen, field)),
        }
    }

    /// Whether any of these fields is wanted.
    #[must_use]
    pub fn want_any(&self, fields: &[&str]) -> bool {
        fields.iter().any(|field| self.want(field))
    }

    /// Whether a field is wanted of a device's own netdevs, the uplinks and PFs: such are
    /// few, so that what costs much for all representors costs little for them.
    #[must_use]
    pub fn want_of_uplinks(&self, field: &str) -> bool {
        matches!(self, Self::Usual | Self::Ports | Self::Plus(_)) || self.want(field)
    }
}

/// Whether a field is another one, or below it.
fn is_within(field: &str, outer: &str) -> bool {
    field.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_wanted_with_what_is_above_and_below_it() {
        let chosen = ["handle", "ports.netdev", "ports.vf"].map(str::to_owned);
        let these = Fields::These(chosen.to_vec());
        for field in ["handle", "ports", "ports.netdev", "ports.netdev.mac", "ports.vf"] {
            assert!(these.want(field), "{field}");
        }
        for field in ["handles", "hand", "ports.netdevs", "ports.function.netdev"] {
            assert!(!these.want(field), "{field}");
        }
        assert!(these.want("ports.netdev.tc_offload"));
        assert!(!these.want_of_uplinks("drift"));
        for field in Fields::COSTLY {
            assert!(!Fields::Usual.want(field) && Fields::All.want(field));
        }
        assert!(Fields::Usual.want_of_uplinks("ports.netdev.speed_mbps"));
        let more = Fields::Plus(&["drift"]);
        assert!(more.want("drift") && more.want("ports.netdev.mac"));
        assert!(!more.want("ports.netdev.speed_mbps"));
        assert!(more.want_of_uplinks("ports.netdev.speed_mbps"));
        assert!(Fields::Ports.want("ports.netdev.mac"));
        assert!(!Fields::Ports.want("serial_number") && !Fields::Ports.want("drift"));
    }
}
