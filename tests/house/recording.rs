// SPDX-License-Identifier: MIT OR Apache-2.0
//! The recording of the main job in README.md: what the terminal shows, line after line. The
//! scenario `readme` runs the same commands in the lab and compares what they print.

use std::{env, fmt::Write as _, fs};

use super::pictures;

const COLUMN: f64 = 8.0;
const LINE: usize = 18;
/// Seconds from a command to its output, and from the output to the next command.
const PAUSES: (f64, f64) = (1.5, 4.0);

/// The first block of code below "The main job".
fn main_job(readme: &str) -> Vec<&str> {
    let section = readme.split("\n## The main job\n").nth(1).unwrap();
    section.split("```\n").nth(1).unwrap().lines().collect()
}

/// Each line with the second in which it appears.
fn timed(lines: &[&'static str]) -> Vec<(f64, &'static str)> {
    let mut second = 0.0;
    let mut timed = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let is_command = line.starts_with("# ");
        if is_command && at > 0 {
            second += PAUSES.1;
        }
        timed.push((second, *line));
        if is_command {
            second += PAUSES.0;
        }
    }
    timed
}

/// An SVG that hides each line until its second; without animation all lines are there.
fn svg(lines: &[(f64, &str)]) -> String {
    let longest = lines.iter().map(|(_, line)| line.chars().count()).max().unwrap();
    let (width, height) = (longest as f64 * COLUMN + 32.0, lines.len() * LINE + 32);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" xml:space=\"preserve\">\n\
         <title>The main job: mode set, inventory, rep</title>\n<style>\n\
         text {{ font: 13px ui-monospace, Menlo, Consolas, monospace; white-space: pre; fill: #d8dee9 }}\n\
         .command {{ fill: #a3be8c; font-weight: bold }}\n\
         @keyframes wait {{ from, to {{ visibility: hidden }} }}\n\
         @media (prefers-reduced-motion: no-preference) {{ text {{ animation: wait 0s }} }}\n\
         </style>\n<rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"#22272e\"/>\n"
    );
    for (at, (second, line)) in lines.iter().enumerate() {
        let y = 28 + at * LINE;
        let class = if line.starts_with("# ") { " class=\"command\"" } else { "" };
        let text = line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        writeln!(
            svg,
            "<text x=\"16\" y=\"{y}\"{class} style=\"animation-duration: {second}s\">{text}</text>"
        )
        .unwrap();
    }
    svg + "</svg>\n"
}

#[test]
fn the_recording_is_the_main_job_of_the_readme() {
    let readme: &'static str = fs::read_to_string("README.md").unwrap().leak();
    let lines = main_job(readme);
    let commands = lines.iter().filter(|line| line.starts_with("# swdevctl")).count();
    assert_eq!(commands, 3, "{lines:?}");
    let picture = svg(&timed(&lines));
    pictures::elements(&picture).unwrap();
    let path = "docs/pictures/main-job.svg";
    if env::var_os("SWDEVCTL_WRITE_PICTURES").is_some() {
        fs::write(path, &picture).unwrap();
    }
    let file = fs::read_to_string(path).unwrap_or_default();
    assert!(file == picture, "{path} is not what is drawn: make pictures");
    assert!(readme.contains(path), "README.md does not show the recording");
}
