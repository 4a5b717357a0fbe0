// SPDX-License-Identifier: MIT OR Apache-2.0
//! Changing network interfaces, through `rtnetlink`.

use rtnetlink::{Error, LinkUnspec, new_connection};
use tokio::runtime::Builder;

use super::NetlinkError;
use crate::{model::IfName, wire::extack::Ack};

/// Renames an interface, addressed by its index. EBUSY on 6.1 while it is up,
/// EEXIST where the name or an altname is taken, ENODEV where it has vanished.
pub fn rename(ifindex: u32, name: &IfName) -> Result<(), NetlinkError> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let _entered = runtime.enter();
    let (connection, links, _) = new_connection()?;
    runtime.spawn(connection);
    let message = LinkUnspec::new_with_index(ifindex).name(name.as_str()).build();
    let renamed = runtime.block_on(links.link().change(message).execute());
    renamed.map_err(|error| match error {
        Error::NetlinkError(answer) => {
            let errno = answer.raw_code().saturating_abs();
            NetlinkError::Refused(Ack { errno, message: None })
        }
        other => NetlinkError::Socket(std::io::Error::other(other)),
    })
}
