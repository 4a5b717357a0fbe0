// SPDX-License-Identifier: MIT OR Apache-2.0
//! Failures of commands, and the exit codes.
//!
//! A failure names the device, what was tried, what the kernel answered, what
//! state things are in now and what to do next; each part where it applies.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::model::errno;

/// Why a command ended other than well. Each kind is one exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It failed, and everything is as it was before.
    Failed,
    /// The command line asks for nothing that can be done; nothing was.
    Usage,
    /// A check before the change found that the kernel would refuse it.
    Refused,
    /// It failed and could not be undone fully.
    NotUndone,
    /// No such device, port or netdev.
    NotFound,
    /// The mode is set, but representors are missing or not named yet.
    Incomplete,
    /// The caller lacks a privilege.
    NotPermitted,
    /// Something is not as declared.
    Drift,
}

impl Kind {
    /// The process's exit code.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Refused => 3,
            Self::NotUndone => 4,
            Self::NotFound => 5,
            Self::Incomplete => 6,
            Self::NotPermitted => 7,
            Self::Drift => 8,
        }
    }

    /// How much it weighs where several devices end in different ways: a machine that
    /// needs help first, then one that was touched at all.
    #[must_use]
    pub fn gravity(self) -> usize {
        const GRAVEST_FIRST: [u8; 8] = [4, 1, 6, 8, 7, 5, 3, 2];
        let place = GRAVEST_FIRST.iter().position(|code| *code == self.exit_code());
        GRAVEST_FIRST.len() - place.unwrap_or(0)
    }

    /// The stable word for it in JSON.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Usage => "usage",
            Self::Refused => "refused",
            Self::NotUndone => "not-undone",
            Self::NotFound => "not-found",
            Self::Incomplete => "incomplete",
            Self::NotPermitted => "not-permitted",
            Self::Drift => "drift",
        }
    }
}

/// A failed command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What kind of failure.
    pub kind: Kind,
    /// What was tried on what, and why it failed.
    pub message: String,
    /// The device that it is about.
    pub device: Option<String>,
    /// The kernel's error number.
    pub errno: Option<i32>,
    /// The kernel's own message.
    pub kernel_message: Option<String>,
    /// The state that things are in now.
    pub state: Option<String>,
    /// What to do next.
    pub hint: Option<String>,
}

impl Failure {
    /// A failure of which only kind and message are known yet.
    #[must_use]
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            device: None,
            errno: None,
            kernel_message: None,
            state: None,
            hint: None,
        }
    }

    /// Adds the device.
    #[must_use]
    pub fn on(mut self, device: &(impl ToString + ?Sized)) -> Self {
        self.device = Some(device.to_string());
        self
    }

    /// Adds what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds the state that things are in now.
    #[must_use]
    pub fn state(mut self, state: impl Into<String>) -> Self {
        self.state = Some(state.into());
        self
    }

    /// The failure as text for people, several lines.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut text = format!("error: {}\n", printable(&self.message));
        let mut line = |label: &str, value: &Option<String>| {
            if let Some(value) = value {
                let _ = writeln!(text, "  {label}: {}", printable(value));
            }
        };
        line("kernel", &self.kernel_answer());
        line("state", &self.state);
        line("hint", &self.hint);
        text
    }

    fn kernel_answer(&self) -> Option<String> {
        let errno = self.errno.map(errno_name);
        match (errno, &self.kernel_message) {
            (Some(errno), Some(message)) => Some(format!("\"{message}\" ({errno})")),
            (Some(errno), None) => Some(errno),
            (None, message) => message.clone(),
        }
    }

    /// The failure as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({"error": {
            "code": self.kind.code(),
            "message": self.message,
            "device": self.device,
            "errno": self.errno,
            "kernel_message": self.kernel_message,
            "state": self.state,
            "hint": self.hint,
        }})
    }
}

/// Whether a character could steer a terminal, break a line or turn text around.
pub(crate) fn is_unprintable(c: char) -> bool {
    const TURNS: [std::ops::RangeInclusive<char>; 5] = [
        '\u{61c}'..='\u{61c}',
        '\u{200e}'..='\u{200f}',
        '\u{2028}'..='\u{2029}',
        '\u{202a}'..='\u{202e}',
        '\u{2066}'..='\u{2069}',
    ];
    c.is_control() || TURNS.iter().any(|turns| turns.contains(&c))
}

/// Text with everything escaped that could steer a terminal or span lines:
/// names and messages come from devices and drivers. Lines of our own making
/// are kept.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if is_unprintable(c) && c != '\n' {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

/// As [`printable`], and on one line.
#[must_use]
pub fn one_line(text: &str) -> String {
    printable(text).replace('\n', "\\n")
}

/// `EBUSY: Device or resource busy`, for a positive errno.
#[must_use]
pub fn errno_name(errno: i32) -> String {
    // Internal to the kernel, so the C library has no text for it.
    if errno == errno::ENOTSUPP {
        return format!("ENOTSUPP ({errno}): operation is not supported");
    }
    match errno::name(errno) {
        Some(name) => format!("{name}: {}", message_of(errno)),
        None => format!("errno {errno}: {}", message_of(errno)),
    }
}

/// What went wrong with a file: as [`errno_name`], where the kernel has refused it.
#[must_use]
pub fn io_text(error: &std::io::Error) -> String {
    error.raw_os_error().map_or_else(|| error.to_string(), errno_name)
}

/// The C library's text for an error number.
fn message_of(errno: i32) -> String {
    let text = std::io::Error::from_raw_os_error(errno).to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_a_terminal_is_left_in_text() {
        let hostile = "a\u{1b}[2J\u{9b}31m\u{202e}\u{61c}\u{2028}\u{7f}b\nc";
        let text = printable(hostile);
        assert!(text.chars().all(|c| c == '\n' || ('\u{20}'..'\u{7f}').contains(&c)));
    }

    #[test]
    fn a_refusal_of_a_file_has_its_name() {
        let refused = std::io::Error::from_raw_os_error(errno::ENOENT);
        assert_eq!(io_text(&refused), "ENOENT: No such file or directory");
        assert_eq!(io_text(&std::io::Error::other("it has no end")), "it has no end");
    }

    #[test]
    fn the_gravest_outcome_is_the_one_that_needs_help() {
        let mut kinds = [
            Kind::Usage,
            Kind::NotUndone,
            Kind::Refused,
            Kind::Failed,
            Kind::NotFound,
            Kind::NotPermitted,
            Kind::Incomplete,
        ];
        kinds.sort_by_key(|kind| std::cmp::Reverse(kind.gravity()));
        assert_eq!(kinds.map(Kind::exit_code), [4, 1, 6, 7, 5, 3, 2]);
    }

    #[test]
    fn a_failure_says_all_its_parts_and_nothing_that_steers_a_terminal() {
        let mut failure = Failure::new(Kind::Failed, "cannot set x\x1b[2J")
            .on("pci/0000:03:00.0")
            .state("still legacy")
            .hint("do y");
        failure.errno = Some(16);
        failure.kernel_message = Some("busy".into());
        assert_eq!(
            failure.to_text(),
            "error: cannot set x\\u{1b}[2J\n  kernel: \"busy\" (EBUSY: Device or resource \
             busy)\n  state: still legacy\n  hint: do y\n"
        );
        let json = failure.to_json();
        assert_eq!(json["error"]["errno"], 16);
        assert_eq!(json["error"]["code"], "failed");
    }
}
