// SPDX-License-Identifier: MIT OR Apache-2.0
//! One version in all files that name it.

use std::fs;

#[test]
fn packages_and_pages_have_the_version_of_the_program() {
    let version = env!("CARGO_PKG_VERSION");
    let changelog = fs::read_to_string("packaging/debian/changelog").unwrap();
    assert!(changelog.starts_with(&format!("swdevctl ({version}-")), "{changelog}");
    let spec = fs::read_to_string("packaging/rpm/swdevctl.spec").unwrap();
    let of_spec = spec.lines().find_map(|line| line.strip_prefix("Version:"));
    assert_eq!(of_spec.map(str::trim), Some(version));
    let newest = spec.split("%changelog\n").nth(1).and_then(|text| text.lines().next());
    assert!(newest.unwrap().ends_with(&format!(" - {version}-1")), "{newest:?}");
    let mut pages = 0;
    for entry in fs::read_dir("man").unwrap() {
        let path = entry.unwrap().path();
        let page = fs::read_to_string(&path).unwrap();
        let title = page.lines().find(|line| line.starts_with(".TH ")).unwrap();
        assert!(title.contains(&format!("\"swdevctl {version}\"")), "{path:?}: {title}");
        pages += 1;
    }
    assert!(pages > 3, "{pages}");
}
