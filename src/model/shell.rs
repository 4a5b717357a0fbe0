// SPDX-License-Identifier: MIT OR Apache-2.0
//! Words of commands that are shown to be typed.

/// A text as one word of a shell's command line: names of interfaces and devices come
/// from whoever made them, and may hold anything.
#[must_use]
pub fn shell_word(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_.:/@%+-".contains(c);
    if !text.is_empty() && text.chars().all(plain) && !text.starts_with('-') {
        return text.to_owned();
    }
    if text.chars().all(|c| ('\u{20}'..'\u{7f}').contains(&c)) {
        return format!("'{}'", text.replace('\'', "'\\''"));
    }
    // Unprintable characters are written as escapes of the shell.
    let escaped = text.bytes().map(|byte| match byte {
        b'\'' | b'\\' => format!("\\{}", char::from(byte)),
        b' '..=b'~' => char::from(byte).to_string(),
        byte => format!("\\x{byte:02x}"),
    });
    format!("$'{}'", escaped.collect::<String>())
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_shell_reads_back_what_was_quoted() {
        for text in [
            "enp1s0np0",
            "x;reboot",
            "a b",
            "it's",
            "$(id)",
            "`id`",
            "",
            "-x",
            "\\",
            "a\nb",
            "\u{1b}[31m'\\",
            "\u{202e}x",
            "é",
        ] {
            let word = shell_word(text);
            assert!(word.chars().all(|c| (' '..='~').contains(&c)), "{word}");
            let script = format!("printf %s {word}");
            let output = Command::new("bash").args(["-c", &script]).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), text, "{word}");
        }
        assert_eq!(shell_word("enp1s0np0"), "enp1s0np0");
    }
}
