// SPDX-License-Identifier: MIT OR Apache-2.0
//! `swdevctl mode set`.

use super::{Context, Output, Planned, plans};
use crate::{
    error::{Failure, Kind},
    model::Handle,
    plan::{Binding, Request, Settings},
    render::{Devices, Document},
    survey::select,
    sys::{Live, Machine},
    transaction::batch::Goal,
};

/// Arguments of `mode set`.
#[derive(Debug, clap::Args)]
pub(super) struct SetArgs {
    /// The mode: legacy, switchdev or switchdev_inactive.
    #[arg(value_name = "MODE", value_parser = ["legacy", "switchdev", "switchdev_inactive"])]
    mode: String,
    /// Devices to change [default: the only one with an eswitch]
    #[arg(value_name = "DEVICE")]
    devices: Vec<String>,
    /// Change all devices with an eswitch.
    #[arg(long, conflicts_with = "devices")]
    all: bool,
    /// Number of VFs after the change [default: unchanged]
    #[arg(long, value_name = "N")]
    vfs: Option<u16>,
    /// Set the inline mode too: how much of a packet's headers a VF copies into its send
    /// descriptors.
    #[arg(long, value_name = "INLINE", value_parser = ["link", "network", "transport"])]
    inline_mode: Option<String>,
    /// Set the encap mode too: whether tunnel encapsulation is offloaded.
    #[arg(long, value_name = "ENCAP", value_parser = ["none", "basic"])]
    encap_mode: Option<String>,
    /// Unbind VFs from their drivers while the mode is set, and bind them again.
    #[arg(long)]
    unbind_vfs: bool,
    #[command(flatten)]
    change: Planned,
}

impl SetArgs {
    fn handles(&self, machine: &dyn Machine) -> Result<Vec<Handle>, Failure> {
        let handles = if self.all {
            select::with_eswitch(machine)?
        } else {
            select::devices_or_only(machine, &self.devices)?
        };
        if handles.is_empty() { Err(select::none()) } else { Ok(handles) }
    }

    fn request(&self) -> Result<Request, Failure> {
        let mode = self.mode.parse();
        let mode = mode.map_err(|error| Failure::new(Kind::Usage, format!("{error}")))?;
        let force = self.change.force.clone();
        let settings = Settings {
            inline_mode: self.inline_mode.as_deref().and_then(|mode| mode.parse().ok()),
            encap_mode: self.encap_mode.as_deref().and_then(|mode| mode.parse().ok()),
            ..Settings::default()
        };
        let vfs = self.vfs.map(u32::from);
        let binding = if self.unbind_vfs { Binding::Unbound } else { Binding::Kept };
        Ok(Request { vfs, force, settings, binding, ..Request::of_mode(mode) })
    }

    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        match self.change.dry_run {
            true => self.plan(context),
            false => self.set(context.live()?, context.output),
        }
    }

    /// Prints the plan of each device.
    fn plan(&self, context: &Context) -> Result<(), Failure> {
        let request = self.request()?;
        let handles = self.handles(context.machine)?;
        plans::show(context, &handles, Goal::Requested(&request))
    }

    fn set(&self, live: &Live, output: Output) -> Result<(), Failure> {
        let request = self.request()?;
        let handles = self.handles(live)?;
        let goal = Goal::Requested(&request);
        let (devices, failures) = self.change.make(live, output, &handles, goal);
        if !devices.is_empty() {
            output.report(&Document::new("swdevctl/mode-set/v1", Devices { devices }));
        }
        output.failures(failures)
    }
}
