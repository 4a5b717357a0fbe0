// SPDX-License-Identifier: MIT OR Apache-2.0
//! Compares changes of links with `rtnetlink`, in a network namespace: `rtnetlink` reads our
//! changes, and we read the changes of `rtnetlink`.

use std::{env, process::Command};

use futures_util::TryStreamExt as _;
use rtnetlink::{
    Handle, LinkBridge, LinkUnspec, LinkVeth,
    packet_route::link::{LinkAttribute, LinkFlags, LinkMessage, Prop},
};
use swdevctl::{
    model::{Link, LinkType},
    sys::{Live, links},
};

const INSIDE: &str = "SWDEVCTL_TEST_NAMESPACE";
const NAME: &str = "house::second_opinion::changes_of_links_are_read_the_same";
/// Altnames can be longer than names (IFNAMSIZ).
const ALTNAME: &str = "an-alternative-name-longer-than-a-name";

/// Runs the calling test in a network namespace; false if no namespace can be made.
fn in_a_namespace() -> bool {
    // The second is for users that are not root and can make user namespaces.
    for flags in ["-n", "-rn"] {
        let possible = Command::new("unshare").args([flags, "true"]).output();
        if possible.is_ok_and(|output| output.status.success()) {
            let test = Command::new("unshare")
                .arg(flags)
                .arg(env::current_exe().unwrap())
                .args([NAME, "--exact", "--nocapture"])
                .env(INSIDE, "1")
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&test.stderr).into_owned();
            assert!(test.status.success(), "{said}");
            assert!(String::from_utf8_lossy(&test.stdout).contains("1 passed"));
            said.lines().for_each(super::note);
            return true;
        }
    }
    false
}

#[test]
fn changes_of_links_are_read_the_same() {
    if env::var_os(INSIDE).is_some() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build();
        runtime.unwrap().block_on(compare());
    } else if !in_a_namespace() {
        super::skipped("changes of links: no network namespace can be made here");
    }
}

async fn compare() {
    let (connection, theirs, _) = rtnetlink::new_connection().unwrap();
    tokio::spawn(connection);
    let veth = theirs.link().add(LinkVeth::new("first", "peer").build()).execute();
    if veth.await.is_err() {
        return super::skipped("changes of links: this kernel has no veth");
    }
    let ours = Live::new();
    let first = links::by_name(&ours, "first").unwrap().unwrap();
    same(&ours, &theirs, first.ifindex).await;
    we_change(&ours, &theirs, first.ifindex).await;
    they_change(&ours, &theirs, first.ifindex).await;
}

async fn we_change(ours: &Live, theirs: &Handle, index: u32) {
    links::rename(ours, index, &"renamed".parse().unwrap()).unwrap();
    links::add_altname(ours, index, &ALTNAME.parse().unwrap()).unwrap();
    links::set_mtu(ours, index, 1400).unwrap();
    links::set_up(ours, index, true).unwrap();
    let link = same(ours, theirs, index).await;
    assert_eq!((link.name.as_str(), link.mtu, link.up), ("renamed", Some(1400), true));
    assert_eq!(link.altnames, [ALTNAME]);
    assert_eq!(links::by_name(ours, ALTNAME).unwrap(), Some(link));
    links::rename_at_any_state(ours, index, &"again".parse().unwrap()).unwrap();
    let link = same(ours, theirs, index).await;
    assert_eq!((link.name.as_str(), link.up), ("again", true));
    links::remove_altname(ours, index, &ALTNAME.parse().unwrap()).unwrap();
    assert!(same(ours, theirs, index).await.altnames.is_empty());
    // What the kernel refuses is an error with its number, and changes nothing.
    let taken = links::rename(ours, index, &"peer".parse().unwrap()).unwrap_err();
    assert_eq!(taken.errno(), Some(17), "{taken}");
    let gone = links::set_mtu(ours, 9999, 1400).unwrap_err();
    assert!(gone.is_gone(), "{gone}");
    assert_eq!(same(ours, theirs, index).await.name, "again");
    if theirs.link().add(LinkBridge::new("bridge").build()).execute().await.is_ok() {
        let bridge = links::by_name(ours, "bridge").unwrap().unwrap();
        links::set_master(ours, index, Some(bridge.ifindex)).unwrap();
        assert_eq!(same(ours, theirs, index).await.master, Some(bridge.ifindex));
        links::set_master(ours, index, None).unwrap();
        assert_eq!(same(ours, theirs, index).await.master, None);
        assert_eq!(
            same(ours, theirs, bridge.ifindex).await.kind.as_deref(),
            Some("bridge")
        );
    } else {
        super::skipped("a link's master: this kernel has no bridge");
    }
}

async fn they_change(ours: &Live, theirs: &Handle, index: u32) {
    let change = LinkUnspec::new_with_index(index).down().mtu(1300).name("theirs");
    theirs.link().set(change.build()).execute().await.unwrap();
    let names = ["one-altname", "another-altname"];
    theirs.link().property_add(index).alt_ifname(&names).execute().await.unwrap();
    let link = same(ours, theirs, index).await;
    assert_eq!((link.name.as_str(), link.mtu, link.up), ("theirs", Some(1300), false));
    assert_eq!(link.altnames, names);
    theirs.link().property_del(index).alt_ifname(&names[..1]).execute().await.unwrap();
    assert_eq!(same(ours, theirs, index).await.altnames, names[1..]);
    theirs.link().del(index).execute().await.unwrap();
    assert_eq!(links::by_index(ours, index).unwrap(), None);
}

/// The link as we read it; `rtnetlink` reads the same.
async fn same(ours: &Live, theirs: &Handle, index: u32) -> Link {
    let link = links::by_index(ours, index).unwrap().unwrap();
    let mut answers = theirs.link().get().match_index(index).execute();
    let message = answers.try_next().await.unwrap().unwrap();
    assert_eq!(link, read(&message));
    // A dump has the same link.
    assert!(links::all(ours).unwrap().contains(&link));
    link
}

/// A message of `rtnetlink` as our link.
fn read(message: &LinkMessage) -> Link {
    let flags = message.header.flags;
    let up = flags.contains(LinkFlags::Up);
    let mut link = Link {
        ifindex: message.header.index,
        link_type: LinkType(message.header.link_layer_type.into()),
        up,
        carrier: up.then(|| flags.contains(LinkFlags::LowerUp)),
        ..Link::default()
    };
    for attribute in &message.attributes {
        match attribute {
            LinkAttribute::IfName(name) => link.name.clone_from(name),
            LinkAttribute::Mtu(mtu) => link.mtu = Some(*mtu),
            LinkAttribute::Address(mac) => {
                link.mac = Some(swdevctl::model::MacAddress(mac.clone()));
            }
            LinkAttribute::Controller(master) => link.master = Some(*master),
            LinkAttribute::Link(lower) => link.lower = Some(*lower),
            LinkAttribute::OperState(state) => {
                link.operstate = Some(format!("{state:?}").to_lowercase());
            }
            LinkAttribute::PropList(list) => {
                let names = list.iter().filter_map(|property| match property {
                    Prop::AltIfName(name) => Some(name.clone()),
                    _ => None,
                });
                link.altnames = names.collect();
            }
            LinkAttribute::LinkInfo(info) => {
                use rtnetlink::packet_route::link::LinkInfo;
                link.kind = info.iter().find_map(|info| match info {
                    LinkInfo::Kind(kind) => Some(kind.to_string()),
                    _ => None,
                });
            }
            _ => {}
        }
    }
    link
}
