// SPDX-License-Identifier: MIT OR Apache-2.0
//! Pictures of machines: those in `docs/pictures` are what the program draws, each SVG is
//! well-formed, and each tree fits its terminal.

use std::{collections::HashSet, env, fs, process::Command};

use swdevctl::{
    model::Inventory,
    render::{Form, Text as _, TextStyle, Topology},
};

use super::machines;

/// The machines of the pictures, by name; each is drawn in brief, and the first also with
/// each function by itself.
fn pictures() -> Vec<(&'static str, Inventory, bool)> {
    vec![
        ("vfs-8", machines::eight_vfs(), false),
        ("vfs-127", machines::many_vfs(), false),
        ("vfs-127-expanded", machines::many_vfs(), true),
        ("sfs-32", machines::many_sfs(), true),
        ("dpu", machines::dpu(), false),
        ("broken", machines::broken(), false),
    ]
}

/// Pictures of captures, by the program itself.
const CAPTURES: [(&str, &str); 2] = [("cards", "6.12/faces"), ("bond", "6.12/bond")];

fn draw(inventory: &Inventory, form: Form, expand: bool) -> String {
    Topology::new(inventory, form, expand).to_text()
}

fn replayed(capture: &str, format: &str) -> String {
    let path = format!("tests/fixtures/capture/{capture}.capture.json");
    let arguments = ["topology", "--format", format, "--replay", &path];
    let mut swdevctl = Command::new(env!("CARGO_BIN_EXE_swdevctl"));
    let output = swdevctl.args(arguments).env("LC_ALL", "C.UTF-8").output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

/// With SWDEVCTL_WRITE_PICTURES in the environment, the files are written anew.
#[test]
fn the_pictures_of_the_documents_are_what_is_drawn() {
    let made = pictures();
    let drawn = made
        .iter()
        .map(|(name, inventory, expand)| (*name, draw(inventory, Form::Svg, *expand)));
    let captured =
        CAPTURES.iter().map(|(name, capture)| (*name, replayed(capture, "svg")));
    for (name, picture) in drawn.chain(captured) {
        let path = format!("docs/pictures/{name}.svg");
        if env::var_os("SWDEVCTL_WRITE_PICTURES").is_some() {
            fs::write(&path, &picture).unwrap();
        }
        let file = fs::read_to_string(&path).unwrap_or_default();
        assert!(file == picture, "{path} is not what is drawn: make pictures");
    }
}

/// What is not well-formed in XML, by its tags and entities; and all values of `id`.
pub(super) fn elements(svg: &str) -> Result<Vec<String>, String> {
    let (mut open, mut ids) = (Vec::new(), Vec::new());
    for (at, part) in svg.split('<').enumerate() {
        let (tag, text) = match part.split_once('>') {
            Some(both) if at > 0 => both,
            _ if at == 0 => ("", part),
            _ => return Err(format!("a tag without an end: {part}")),
        };
        let known = ["amp;", "lt;", "gt;", "quot;", "#39;"];
        for entity in part.split('&').skip(1) {
            if !known.iter().any(|known| entity.starts_with(known)) {
                return Err(format!("an entity: {entity}"));
            }
        }
        let allowed = |c: char| c == '\n' || (!c.is_control() && c != '\u{ffff}');
        if text.contains('>') && open.last() != Some(&"style")
            || !part.chars().all(allowed)
        {
            return Err(format!("a text: {text}"));
        }
        match tag.strip_prefix('/') {
            Some(name) if open.pop() == Some(name) => {}
            Some(name) => return Err(format!("the end of {name}")),
            None if at > 0 => {
                let name = tag.split([' ', '/']).next().unwrap();
                if tag.matches('"').count() % 2 != 0 {
                    return Err(format!("quotes: {tag}"));
                }
                ids.extend(
                    tag.split(" id=\"")
                        .nth(1)
                        .map(|id| id.split('"').next().unwrap().to_owned()),
                );
                if !tag.ends_with('/') {
                    open.push(name);
                }
            }
            None => {}
        }
    }
    if open.is_empty() { Ok(ids) } else { Err(format!("not ended: {open:?}")) }
}

#[test]
fn each_svg_is_well_formed_also_with_hostile_names() {
    let mut all: Vec<Inventory> =
        pictures().into_iter().map(|(_, machine, _)| machine).collect();
    all.push(machines::hostile());
    all.push(machines::machine(Vec::new()));
    for (inventory, expand) in all.iter().flat_map(|each| [(each, false), (each, true)]) {
        let svg = draw(inventory, Form::Svg, expand);
        let ids = elements(&svg).unwrap();
        let plain = |id: &String| {
            id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        assert!(ids.iter().all(plain), "{ids:?}");
        assert_eq!(ids.iter().collect::<HashSet<_>>().len(), ids.len(), "{ids:?}");
        for outside in ["<script", "href", "url(", "@import", "<image"] {
            let inner = svg.replace("&lt;script", "");
            assert!(!inner.contains(outside), "{outside}");
        }
    }
}

#[test]
fn identifiers_stay_when_other_functions_come_and_go() {
    let ids = |machine: &Inventory| elements(&draw(machine, Form::Svg, true)).unwrap();
    let (few, many) = (ids(&machines::eight_vfs()), ids(&machines::many_vfs()));
    for id in ["pci-0000-41-00-0", "pci-0000-41-00-0-vf-7", "pci-0000-41-00-0-uplink-0"] {
        assert!(few.iter().any(|of| of == id) && many.iter().any(|of| of == id), "{id}");
    }
    let dpu = ids(&machines::dpu());
    assert!(dpu.iter().any(|id| id == "pci-0000-41-00-0-c1-pf-0-vf-3"), "{dpu:?}");
}

#[test]
fn each_tree_fits_80_columns_and_an_ascii_terminal() {
    let mut all: Vec<Inventory> =
        pictures().into_iter().map(|(_, machine, _)| machine).collect();
    all.push(machines::hostile());
    for (inventory, expand) in all.iter().flat_map(|each| [(each, false), (each, true)]) {
        let tree = draw(inventory, Form::Text { unicode: true }, expand);
        let is_hostile =
            inventory.devices.len() == 2 && inventory.devices[0].bond.is_some();
        for line in tree.lines() {
            assert!(is_hostile || line.chars().count() <= 80, "{line}");
        }
        assert!(tree.chars().all(|c| c == '\n' || !c.is_control()));
        let ascii = draw(inventory, Form::Text { unicode: false }, expand);
        assert!(ascii.is_ascii() && ascii.lines().count() == tree.lines().count());
    }
}

#[test]
fn equal_neighbours_are_one_row_and_what_is_wrong_is_never_hidden() {
    let mut machine = machines::many_vfs();
    let text = |machine: &Inventory| draw(machine, Form::Text { unicode: false }, false);
    let brief = text(&machine);
    assert!(brief.lines().count() < 8, "{brief}");
    assert!(brief.contains("VF 4-99") && brief.contains("enp65s0f0r4..99"), "{brief}");
    assert!(brief.contains("0000:41:00.6..0c.5"), "{brief}");
    let ports = &mut machine.devices[0].ports;
    ports[60].netdev = None;
    ports[80].netdev.as_mut().unwrap().policy_name = Some("right".into());
    ports[120].netdev.as_mut().unwrap().name = "eth0".into();
    let brief = text(&machine);
    for row in [
        "VF 4-58",
        "VF 59 ",
        "VF 60-78",
        "VF 79 ",
        "VF 80-99",
        "VF 100-118",
        "VF 119 ",
        "VF 120-126",
        "representor has no netdev",
        "should be right",
        "eth0",
    ] {
        assert!(brief.contains(row), "{row}\n{brief}");
    }
    let mut bridged = machines::many_vfs();
    bridged.devices[0].ports[50].function.as_mut().unwrap().driver = None;
    assert!(text(&bridged).contains("VF 49 "));
}

#[test]
fn red_is_for_what_is_wrong_alone() {
    let (fine, broken) = (machines::eight_vfs(), machines::broken());
    let look = TextStyle { color: true, width: Some(80) };
    let styled = |machine: &Inventory| {
        Topology::new(machine, Form::Text { unicode: true }, false).to_styled(look)
    };
    for form in [Form::Svg, Form::Dot, Form::Mermaid] {
        let marks = |machine: &Inventory| {
            let picture = draw(machine, form, false);
            let body = picture.split("</style>").last().unwrap();
            let marks = ["class=\"wrong", " broken\"", "color=red", "]:::wrong"];
            marks.iter().map(|mark| body.matches(mark).count()).sum::<usize>()
        };
        assert_eq!(marks(&fine), 0, "{form:?}");
        assert!(marks(&broken) > 4, "{form:?}");
    }
    assert!(!styled(&fine).contains("31m") && styled(&broken).contains("31m"));
    for wrong in [
        "should be enp65s0f0r0",
        "no representor",
        "representor has no netdev",
        "declared 8 VFs",
        "declared mode switchdev",
        "no carrier",
        "no device has",
    ] {
        let picture = draw(&broken, Form::Svg, false);
        assert!(picture.contains(wrong), "{wrong}");
    }
}

#[test]
fn graphviz_and_mermaid_are_given_no_more_than_text() {
    let hostile = machines::hostile();
    let dot = draw(&hostile, Form::Dot, false);
    for line in dot.lines() {
        // Quotes inside of a string are escaped.
        let quotes = line.replace("\\\\", "").replace("\\\"", "");
        assert_eq!(quotes.matches('"').count() % 2, 0, "{line}");
    }
    let mermaid = draw(&hostile, Form::Mermaid, false);
    let allowed = |line: &str| !line.contains("script>") && !line.contains('`');
    assert!(mermaid.lines().all(allowed), "{mermaid}");
    for line in mermaid.lines().filter(|line| line.contains('"')) {
        let inside = line.split('"').skip(1).step_by(2);
        let plain =
            |text: &str| !text.replace("<br>", "").contains(['<', '>', '[', ']', '{']);
        assert!(inside.into_iter().all(plain), "{line}");
    }
}

#[test]
fn a_capture_can_be_drawn_in_each_form() {
    for (_, capture) in CAPTURES {
        assert!(replayed(capture, "text").starts_with("pci/0000:0"));
        assert!(replayed(capture, "dot").starts_with("digraph"));
        assert!(replayed(capture, "mermaid").starts_with("flowchart LR\n  subgraph"));
    }
}
