// SPDX-License-Identifier: MIT OR Apache-2.0
//! The manual says what is so: each verb has a page with its options and no others; findings,
//! exit codes and keys of the inventory are there; pages that are named exist.

use std::{collections::BTreeSet, fs};

use clap::Command;
use regex_lite::Regex;
use serde_json::Value;
use swdevctl::{commands::Cli, error::Kind};

type Words = BTreeSet<String>;

fn words<'a>(list: impl IntoIterator<Item = &'a str>) -> Words {
    list.into_iter().map(str::to_owned).collect()
}

pub(super) fn read(page: &str) -> String {
    fs::read_to_string(format!("man/{page}")).unwrap_or_else(|_| panic!("man/{page}"))
}

/// Names of all pages, such as `swdevctl-mode.8`.
pub(super) fn pages() -> Words {
    let entries = fs::read_dir("man").unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// The lines of a section, without its heading.
pub(super) fn section<'a>(page: &'a str, title: &str) -> &'a str {
    let (_, after) = page.split_once(&format!("\n.SH {title}\n")).unwrap_or_default();
    after.split("\n.SH ").next().unwrap()
}

/// A line without requests, fonts, quotes and escapes of roff.
pub(super) fn plain(line: &str) -> String {
    let line = match line.strip_prefix('.') {
        Some(request) => request.split_once(' ').map_or("", |(_, text)| text),
        None => line,
    };
    let text = line.replace("\\-", "-").replace("\\e", "\\");
    Regex::new(r#"\\f[BIR]|""#).unwrap().replace_all(&text, "").into_owned()
}

/// The tags of the paragraphs of a text.
fn tags(text: &str) -> Vec<String> {
    let mut lines = text.lines();
    let mut found = Vec::new();
    while lines.any(|line| line == ".TP") {
        found.extend(lines.next().map(plain));
    }
    found
}

fn long_options(text: &str) -> Words {
    let option = Regex::new("--[a-z][a-z-]*").unwrap();
    option.find_iter(text).map(|found| found.as_str().to_owned()).collect()
}

/// The command's own long options.
fn defined(command: &Command) -> Words {
    let options = command.get_arguments().filter(|option| !option.is_hide_set());
    options.filter_map(|option| Some(format!("--{}", option.get_long()?))).collect()
}

fn verbs(command: &Command) -> impl Iterator<Item = &Command> {
    command.get_subcommands().filter(|verb| !verb.is_hide_set())
}

/// A verb's commands as they are typed: `apply`, or `mode show` and `mode set`.
fn commands(verb: &Command) -> Vec<(String, &Command)> {
    let name = verb.get_name();
    let below: Vec<_> = verbs(verb)
        .map(|below| (format!("{name} {}", below.get_name()), below))
        .collect();
    if below.is_empty() { vec![(name.to_owned(), verb)] } else { below }
}

/// The parts of a section by the commands that they are for: all of a verb's commands before
/// the first heading, then those that the heading names.
fn parts<'a>(section: &'a str, all: &Words) -> Vec<(Words, &'a str)> {
    let mut parts = section.split(".SS ");
    let first = (all.clone(), parts.next().unwrap_or_default());
    let named = parts.map(|part| {
        let (heading, text) = part.split_once('\n').unwrap();
        (words(heading.split(", ")), text)
    });
    std::iter::once(first).chain(named).collect()
}

#[test]
fn each_verb_has_a_page_with_its_synopsis() {
    let heading = Regex::new("(?m)^\\.S[YS] \"?(?:swdevctl )?([a-z ]+)\"?$").unwrap();
    let headings = |text: &str| -> Words {
        heading.captures_iter(text).map(|heading| heading[1].to_owned()).collect()
    };
    let definition = Cli::definition();
    for verb in verbs(&definition) {
        let page = read(&format!("swdevctl-{}.8", verb.get_name()));
        let synopsis = section(&page, "SYNOPSIS");
        let known: Words = commands(verb).into_iter().map(|(name, _)| name).collect();
        assert_eq!(headings(synopsis), known);
        assert!(known.len() == 1 || headings(section(&page, "DESCRIPTION")) == known);
        for (name, command) in commands(verb) {
            let forms = synopsis.split_inclusive(".YS\n");
            let forms = forms.filter(|form| headings(form).contains(&name));
            let text: Vec<_> = forms.flat_map(str::lines).map(plain).collect();
            let text = text.join("\n");
            assert_eq!(long_options(&text), defined(command), "synopsis of {name}");
            let positionals = command.get_positionals();
            let values = positionals.flat_map(|value| value.get_value_names().unwrap());
            for value in values.flat_map(|value| value.split('|')) {
                assert!(text.contains(value), "{value} in the synopsis of {name}");
            }
        }
    }
}

#[test]
fn each_verb_has_its_options_and_no_others() {
    let definition = Cli::definition();
    let findings = read("swdevctl-findings.7");
    for verb in verbs(&definition) {
        let page = read(&format!("swdevctl-{}.8", verb.get_name()));
        let all = commands(verb).into_iter().map(|(name, _)| name).collect();
        let parts = parts(section(&page, "OPTIONS"), &all);
        for (name, command) in commands(verb) {
            let mine = parts.iter().filter(|(names, _)| names.contains(&name));
            let tags: Vec<_> = mine.flat_map(|(_, text)| tags(text)).collect();
            assert_eq!(long_options(&tags.join("\n")), defined(command), "{name}");
            let text = plain(&(page.clone() + &findings));
            let valued = command.get_arguments();
            let valued = valued.filter(|argument| argument.get_action().takes_values());
            for argument in valued {
                for value in argument.get_possible_values() {
                    assert!(text.contains(value.get_name()), "{name}: {value:?}");
                }
                let Some(long) = argument.get_long() else { continue };
                let tag = tags
                    .iter()
                    .find(|tag| long_options(tag).contains(&format!("--{long}")));
                let tag = tag.unwrap().replace(' ', "");
                for value in argument.get_value_names().unwrap_or_default() {
                    assert!(tag.contains(value.as_str()), "{name}: {value} of {tag}");
                }
            }
        }
        for (names, text) in parts {
            assert!(names.is_subset(&all), "{names:?}");
            assert!(!text.is_empty() || names == all, "{names:?}");
        }
    }
}

#[test]
fn the_overview_lists_all_verbs_and_the_options_of_all() {
    let definition = Cli::definition();
    let page = read("swdevctl.8");
    let listed = tags(section(&page, "COMMANDS"));
    let known: Words = verbs(&definition)
        .map(|verb| format!("swdevctl-{} (8)", verb.get_name()))
        .collect();
    let missing: Vec<_> = known.iter().filter(|page| !listed.contains(page)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    let mut options = defined(&definition);
    assert!(options.contains("--json"));
    options.extend(words(["--help", "--version"]));
    let tags = tags(section(&page, "OPTIONS"));
    assert_eq!(long_options(&tags.join("\n")), options);
}

#[test]
fn every_page_that_is_named_exists_and_every_page_is_named() {
    let reference = Regex::new(r"(swdevctl[a-z.-]*) ?\(([0-9])\)").unwrap();
    let mut named = words(["swdevctl.8"]);
    let documents =
        ["README.md", "docs/architecture.md", "CHANGELOG.md"].map(str::to_owned);
    for file in pages().iter().map(|page| format!("man/{page}")).chain(documents) {
        let text = fs::read_to_string(&file).unwrap();
        for line in text.lines() {
            for found in reference.captures_iter(&plain(line)) {
                let page = format!("{}.{}", &found[1], &found[2]);
                assert!(pages().contains(&page), "{file}: {page}");
                if file == "man/swdevctl.8" {
                    named.insert(page);
                }
            }
        }
    }
    assert_eq!(named, pages(), "in swdevctl(8)");
}

#[test]
fn every_finding_is_in_the_manual() {
    let page = read("swdevctl-findings.7");
    let listed = tags(section(&page, "FINDINGS")).join(" ");
    let listed = words(listed.split([' ', ',', '*']));
    for code in swdevctl::plan::CODES {
        assert!(listed.contains(code), "{code}");
    }
}

#[test]
fn every_exit_code_is_in_the_manual() {
    let page = read("swdevctl.8");
    let kinds = [
        Kind::Failed,
        Kind::Usage,
        Kind::Refused,
        Kind::NotUndone,
        Kind::NotFound,
        Kind::Incomplete,
        Kind::NotPermitted,
        Kind::Drift,
    ];
    let codes: Words = kinds.map(|kind| kind.exit_code().to_string()).into();
    let listed: Words = tags(section(&page, "EXIT STATUS")).into_iter().collect();
    assert_eq!(listed, &codes | &words(["0"]));
    for kind in kinds {
        assert!(section(&page, "ERRORS").contains(kind.code()), "{}", kind.code());
    }
}

#[test]
fn every_schema_is_in_the_manual() {
    let pages: Vec<_> = pages().iter().map(|page| plain(&read(page))).collect();
    let name = Regex::new("\"(swdevctl/[a-z-]+/v[0-9]+)\"").unwrap();
    let mut files = Vec::new();
    super::imports::sources(std::path::Path::new("src"), &mut files);
    let mut names = Words::new();
    for (_, text) in files.iter().filter(|(file, _)| !file.contains("tests")) {
        let text = text.split("#[cfg(test)]").next().unwrap();
        names.extend(name.captures_iter(text).map(|name| name[1].to_owned()));
    }
    assert!(names.len() > 25, "{names:?}");
    for name in names {
        assert!(pages.iter().any(|page| page.contains(&name)), "{name}");
    }
}

/// Keys of objects in a JSON Schema, with dots between them.
fn keys(schema: &Value, path: &str, found: &mut Words) {
    for (key, value) in schema["properties"].as_object().into_iter().flatten() {
        let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        keys(value, &path, found);
        keys(&value["items"], &path, found);
        found.insert(path);
    }
}

#[test]
fn every_key_of_the_inventory_is_in_the_manual() {
    let schema = fs::read_to_string("docs/inventory-v1.schema.json").unwrap();
    let mut known = Words::new();
    keys(&serde_json::from_str(&schema).unwrap(), "", &mut known);
    // A device's keys stand as --fields takes them; one netdev has the keys of another.
    let field = |key: &String| key.strip_prefix("devices.").unwrap_or(key).to_owned();
    let same = |key: &String| key.starts_with("unassociated.netdev.");
    let known: Words = known.iter().filter(|key| !same(key)).map(field).collect();
    let page = read("swdevctl-inventory.7");
    let titles = Regex::new("(?m)^\\.SH (KEYS OF .*)$").unwrap();
    let titles = titles.captures_iter(&page).map(|title| title[1].to_owned());
    let tags = titles.flat_map(|title| tags(section(&page, &title)));
    let listed: Words =
        tags.map(|tag| tag.split(' ').next().unwrap().to_owned()).collect();
    assert_eq!(listed, known);
    assert!(listed.len() > 80);
}
