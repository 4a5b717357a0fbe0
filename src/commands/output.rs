// SPDX-License-Identifier: MIT OR Apache-2.0
//! Where things are printed, and in which form.

use std::{
    io::{self, BufWriter, IsTerminal as _, Write},
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
};

use anstyle::{AnsiColor, Style};
use serde_json::json;

use super::{Cli, Color};
use crate::{
    error::{Failure, Kind, printable},
    model::Handle,
    plan::{Finding, Report},
    render::{self, Text, TextStyle, json},
    transaction::{Event, Terms, batch::Batch},
};

/// The output format that the user chose.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    json: bool,
    color: anstream::ColorChoice,
}

impl Output {
    /// From the command line; also sets how much is logged.
    #[must_use]
    pub fn new(cli: &Cli) -> Self {
        let color = match cli.color {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::Always,
            Color::Never => anstream::ColorChoice::Never,
        };
        log::set_max_level(match cli.verbose {
            0 => log::LevelFilter::Warn,
            1 => log::LevelFilter::Debug,
            _ => log::LevelFilter::Trace,
        });
        // Fails only where a logger is set already.
        let _ = log::set_logger(&StderrLogger);
        Self { json: cli.json, color }
    }

    /// Prints the result, as JSON or as text.
    pub fn result(self, value: &impl Text) -> Result<(), Failure> {
        if !self.json {
            return self.text(&value.to_styled(self.text_style()));
        }
        let mut stdout = BufWriter::with_capacity(PIECE, io::stdout().lock());
        written(json::write(&mut stdout, value).and_then(|()| stdout.flush()))
    }

    /// How text looks on standard output.
    fn text_style(self) -> TextStyle {
        let stdout = io::stdout();
        let color = match self.color {
            anstream::ColorChoice::Auto => anstream::AutoStream::choice(&stdout),
            choice => choice,
        };
        let color = !matches!(color, anstream::ColorChoice::Never);
        let width = stdout.is_terminal().then(|| columns(std::env::var("COLUMNS").ok()));
        TextStyle { width, color }
    }

    /// Prints the result of a change; on standard error where standard output cannot be
    /// written, which does not make the change a failure.
    pub fn report(self, value: &impl Text) {
        if let Err(failure) = self.result(value) {
            let text = if self.json { json::line(value) } else { value.to_text() };
            self.stderr(&format!("warning: {}: {text}", failure.message), None);
        }
    }

    /// Prints text on standard output. A reader that has gone away is no error.
    pub fn text(self, text: &str) -> Result<(), Failure> {
        let mut stdout = io::stdout();
        written(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()))
    }

    /// Shows the progress of a change: on a terminal as one line that is updated, in a log
    /// as one line per step, and with `--json` as one document per line.
    pub fn progress(self, event: &Event) {
        if self.json {
            let line = json!({
                "event": "step",
                "device": event.device,
                "step": event.action.word(),
                "number": event.number,
                "of": event.of,
                "undoing": event.undoing,
                "done": event.done,
            });
            self.stderr(&json::line(&line), None);
            return;
        }
        if event.done {
            return;
        }
        let undoing = if event.undoing { "undoing: " } else { "" };
        let Event { device, number, of, .. } = event;
        let what = render::action(event.action);
        let line = printable(&format!("{device}: {undoing}{number}/{of} {what}"));
        if io::stderr().is_terminal() && !is_dumb() {
            // From the first column, and the rest of the old line away. A line that
            // was broken could not be.
            let width = width_of(io::stderr()).filter(|width| *width > 1);
            let width = width.map_or(79, |width| width - 1);
            let line: String = line.chars().take(width).collect();
            LINE_SHOWN.store(true, Ordering::Relaxed);
            let _ = write!(io::stderr(), "\r\x1b[K{line}");
        } else {
            let _ = writeln!(io::stderr(), "{line}");
        }
    }

    /// Removes the progress line.
    pub fn progress_ends(self) {
        if !self.json {
            clear_line();
        }
    }

    /// Prints a note for the user.
    pub fn note(self, text: &str) {
        if !self.json {
            self.stderr(&format!("{}\n", printable(text)), None);
        }
    }

    /// Prints what the command waits for.
    pub fn waiting(self, text: &str) {
        if self.json {
            let line = json!({ "event": "waiting", "message": text });
            self.stderr(&json::line(&line), None);
        } else {
            self.note(text);
        }
    }

    /// Prints a warning; with `--json` the document has it.
    pub fn warning(self, text: &str) {
        if !self.json {
            let style = AnsiColor::Yellow.on_default();
            self.stderr(&format!("warning: {}\n", printable(text)), Some(style));
        }
    }

    /// Prints a warning about a change, also with `--json`: the change may fail and have no
    /// document.
    pub fn warning_of(self, device: &Handle, code: &str, text: &str) {
        if self.json {
            let line = json!({
                "event": "warning", "device": device, "code": code, "message": text,
            });
            self.stderr(&json::line(&line), None);
        } else {
            self.warning(&format!("{device}: {text}"));
        }
    }

    /// Makes the changes of a batch, and tells what goes with them and what was seen.
    pub(super) fn changes(
        self,
        batch: Batch,
        terms: &Terms,
    ) -> (Vec<Report>, Vec<Failure>) {
        batch.reports().for_each(|report| self.findings(report));
        let (devices, failures) = batch.run(terms);
        self.progress_ends();
        devices.iter().for_each(|report| self.outcome(report));
        (devices, failures)
    }

    /// Prints the findings of a change before it begins.
    fn findings(self, report: &Report) {
        for Finding { code, message, evidence, .. } in &report.findings {
            let text = format!("{message} ({})", evidence.join(", "));
            self.warning_of(&report.handle, code, &text);
        }
    }

    /// Prints notes about a change.
    fn outcome(self, report: &Report) {
        if let Some(message) = &report.kernel_message {
            self.note(&format!("{}: the kernel says: {message}", report.handle));
        }
        for note in &report.notes {
            self.warning_of(&report.handle, "not-restored", note);
        }
    }

    /// Prints a failure and returns its exit code.
    #[must_use]
    pub fn failure(self, failure: &Failure) -> ExitCode {
        if self.json {
            self.stderr(&json::line(&failure.to_json()), None);
        } else {
            let style = AnsiColor::Red.on_default().bold();
            self.stderr(&failure.to_text(), Some(style));
        }
        ExitCode::from(failure.kind.exit_code())
    }

    /// Prints all failures but the gravest, which is returned and decides the exit code.
    pub fn failures(self, mut failures: Vec<Failure>) -> Result<(), Failure> {
        failures.sort_by_key(|failure| failure.kind.gravity());
        let Some(gravest) = failures.pop() else { return Ok(()) };
        for other in failures {
            let _ = self.failure(&other);
        }
        Err(gravest)
    }

    /// Prints help and version on standard output, and errors of the command line as
    /// failures of kind usage.
    #[must_use]
    pub fn usage(error: &clap::Error) -> ExitCode {
        if !error.use_stderr() {
            return match error.print() {
                // A reader that has gone away is no error.
                Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                    ExitCode::FAILURE
                }
                _ => ExitCode::SUCCESS,
            };
        }
        if std::env::args_os().any(|argument| argument == "--json") {
            let text = error.to_string();
            let message = text.lines().next().unwrap_or_default();
            let message = message.strip_prefix("error: ").unwrap_or(message);
            let failure = Failure::new(Kind::Usage, message);
            let _ = write!(io::stderr(), "{}", json::line(&failure.to_json()));
        } else {
            let _ = error.print();
        }
        ExitCode::from(Kind::Usage.exit_code())
    }

    /// Writes to standard error, the first word in colour.
    fn stderr(self, text: &str, style: Option<Style>) {
        self.progress_ends();
        let mut stream = anstream::AutoStream::new(io::stderr(), self.color);
        let style = style.unwrap_or_default();
        let (word, rest) = text.split_at(text.find(' ').unwrap_or(0));
        let _ = write!(stream, "{style}{word}{style:#}{rest}");
    }
}

/// Whether a terminal shows a line of progress.
static LINE_SHOWN: AtomicBool = AtomicBool::new(false);

/// The width of a terminal, where it tells.
fn width_of(terminal: impl std::os::fd::AsFd) -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(terminal).ok()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

/// The width of the terminal that standard output is: what the user says in COLUMNS, or
/// else what it tells.
fn columns(said: Option<String>) -> usize {
    const USUAL: usize = 80;
    let said = said.and_then(|text| text.parse().ok()).filter(|columns| *columns > 0);
    said.or_else(|| width_of(io::stdout())).unwrap_or(USUAL)
}

/// Whether the terminal cannot move its cursor.
fn is_dumb() -> bool {
    std::env::var_os("TERM").is_none_or(|term| term == "dumb")
}

/// Removes the progress line from the terminal.
fn clear_line() {
    if LINE_SHOWN.swap(false, Ordering::Relaxed) {
        let _ = write!(io::stderr(), "\r\x1b[K");
    }
}

/// How much JSON is written at once, in bytes.
const PIECE: usize = 1 << 16;

/// A reader of standard output that has gone away is no error.
fn written(result: io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(Kind::Failed, format!("standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Log lines on standard error.
struct StderrLogger;

impl log::Log for StderrLogger {
    fn enabled(&self, metadata: &log::Metadata) -> bool {
        let target = metadata.target();
        target.starts_with("swdevctl") || metadata.level() <= log::Level::Warn
    }

    fn log(&self, record: &log::Record) {
        if self.enabled(record.metadata()) {
            let level = record.level().as_str().to_lowercase();
            clear_line();
            let text = printable(&record.args().to_string());
            // Nobody may read it any more, which must not end a change.
            let _ = writeln!(io::stderr(), "{level}: {text}");
        }
    }

    fn flush(&self) {}
}
