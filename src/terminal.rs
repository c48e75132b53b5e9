//! What a person sees while the command works: stages with a spinner, then a tick and the time they took.
//!
//! # Security
//! Text comes from models, circuits, keys and endpoints: it could move the cursor, hide what was said, or say what we do not. All
//! that is printed goes through [`visible`], but for colours, which are put around it here.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use console::style;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

use crate::error::Error;

/// Talks on standard error; results go to standard output.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    quiet: bool,
}

impl Terminal {
    /// Returns a terminal that says nothing when `quiet`.
    pub fn new(quiet: bool) -> Self {
        Self { quiet }
    }

    /// Runs one stage: shows that it is under way, then what came of it and how long it took.
    ///
    /// # Errors
    /// When the work fails, as it says.
    pub fn stage<T, E>(
        self,
        name: &str,
        work: impl FnOnce() -> Result<T, E>,
        outcome: impl FnOnce(&T) -> String,
    ) -> Result<(T, Duration), E> {
        let bar = self.spinner(name);
        let started = Instant::now();
        let result = work();
        let took = started.elapsed();
        if let Some(bar) = bar {
            bar.finish_and_clear();
        }
        let value = result?;
        let (mark, name) = (style("✓").green().for_stderr(), style(format!("{name:<9}")).bold().for_stderr());
        let outcome = visible(&outcome(&value));
        self.print(&format!("{mark} {name} {outcome}  {}", style(seconds(took)).dim().for_stderr()));
        Ok((value, took))
    }

    /// Prints a line of talk.
    pub fn say(self, line: &str) {
        self.print(&visible(line));
    }

    /// Prints diagnostics of the compiler, which have lines and colours.
    pub fn say_rendered(self, diagnostics: &str) {
        self.print(&rendered(diagnostics));
    }

    fn print(self, line: &str) {
        if !self.quiet {
            error_line(line);
        }
    }

    /// Prints a line that a person should not overlook.
    pub fn warn(self, line: &str) {
        self.print(&format!("{} {}", style("warning:").yellow().bold().for_stderr(), visible(line)));
    }

    /// Asks a question, also when quiet, and returns the answer without the white space around it.
    ///
    /// # Errors
    /// When standard input cannot be read.
    pub fn ask(self, question: &str) -> std::io::Result<String> {
        let mut stderr = std::io::stderr().lock();
        // With standard error gone there is nobody left to ask, and the answer is not yes.
        let _ = write!(stderr, "{}", visible(question)).and_then(|()| stderr.flush());
        let mut answer = String::new();
        std::io::stdin().read_line(&mut answer)?;
        Ok(answer.trim().to_owned())
    }

    fn spinner(self, name: &str) -> Option<ProgressBar> {
        if self.quiet || !std::io::stderr().is_terminal() {
            return None;
        }
        let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}").ok()?;
        let bar = ProgressBar::new_spinner().with_style(style).with_message(name.to_owned());
        bar.enable_steady_tick(Duration::from_millis(100));
        Some(bar)
    }
}

/// Prints an error, and what to do about it.
pub fn print_error(error: &Error) {
    let message = match error {
        Error::Compile { .. } => rendered(&error.to_string()),
        _ => visible(&error.to_string()),
    };
    error_line(&format!("{} {message}", style("error:").red().bold().for_stderr()));
    if let Some(hint) = error.hint() {
        error_line(&format!("{} {}", style("hint:").cyan().bold().for_stderr(), visible(&hint)));
    }
}

/// Prints the lines of a result on standard output.
///
/// # Errors
/// When standard output is closed or full.
pub fn print_result(text: &str) -> std::io::Result<()> {
    let lines: Vec<String> = text.split('\n').map(visible).collect();
    writeln!(std::io::stdout().lock(), "{}", lines.join("\n"))
}

/// Prints a result of names and what they stand for on standard output.
///
/// # Errors
/// As [`print_result`].
pub fn print_rows(rows: &[(&str, String)]) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    for (name, value) in rows {
        writeln!(stdout, "{} {}", style(format!("{name:<12}")).bold(), visible(value))?;
    }
    Ok(())
}

/// Prints a result as JSON on standard output.
///
/// # Errors
/// As [`print_result`].
pub fn print_json(json: &Value) -> std::io::Result<()> {
    // JSON has the characters that it does not escape itself in strings alone, where these stand for them.
    let escape = |character: char| match character {
        '\n' => "\n".to_owned(),
        other if is_hidden(other) => format!("\\u{:04x}", u32::from(other)),
        other => other.to_string(),
    };
    let text: String = format!("{json:#}").chars().map(escape).collect();
    writeln!(std::io::stdout().lock(), "{text}")
}

/// Returns a line in which a terminal finds nothing to do but to show it: control characters, and those that change the
/// direction of text or end a line, are written as escapes.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if is_hidden(character) {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// Does what [`visible`] does with diagnostics, whose renderer has made the escapes of sources visible: what is left of them are
/// its lines and its own colours.
fn rendered(diagnostics: &str) -> String {
    let mut shown = String::with_capacity(diagnostics.len());
    let mut parts = diagnostics.split("\x1b[");
    let lines = |text: &str| text.split('\n').map(visible).collect::<Vec<_>>().join("\n");
    shown.extend(parts.next().map(lines));
    for part in parts {
        match part.split_once('m') {
            Some((colour, rest)) if colour.bytes().all(|byte| byte.is_ascii_digit() || byte == b';') => {
                shown.extend(["\x1b[", colour, "m", &lines(rest)]);
            }
            _ => shown.push_str(&lines(&format!("\x1b[{part}"))),
        }
    }
    shown
}

/// Returns whether a character is none to see: a control character (of ASCII, or of those behind it, which terminals know too),
/// the end of a line or paragraph, or a change of the direction of text.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
        )
}

/// Returns a duration as people read it.
pub fn seconds(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds < 1.0 { format!("{:.0} ms", seconds * 1000.0) } else { format!("{seconds:.1} s") }
}

/// Returns an integer with its thousands apart: `1,234,567`.
pub fn grouped(number: impl std::fmt::Display) -> String {
    let digits = number.to_string();
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits.as_str()), |rest| ("-", rest));
    let mut text = String::with_capacity(digits.len() * 4 / 3 + 1);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    format!("{sign}{text}")
}

fn error_line(line: &str) {
    // With standard error gone there is nobody left to tell.
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_a_terminal_would_act_upon() {
        let rows = [
            ("conv_1: 3 x 3, ü 漢 🦀", "conv_1: 3 x 3, ü 漢 🦀"),
            ("\x1b[2J\x1b]0;title\x07", "\\u{1b}[2J\\u{1b}]0;title\\u{7}"),
            ("a\r\n\t\0\x7f", "a\\r\\n\\t\\u{0}\\u{7f}"),
            ("\u{9b}31m\u{85}\u{2028}\u{2029}", "\\u{9b}31m\\u{85}\\u{2028}\\u{2029}"),
            ("\u{202e}gnp.exe\u{2066}\u{feff}", "\\u{202e}gnp.exe\\u{2066}\\u{feff}"),
        ];
        for (text, expected) in rows {
            assert_eq!(visible(text), expected);
        }
    }

    #[test]
    fn diagnostics_keep_lines_and_colours_alone() {
        let rows = [
            ("\x1b[1m\x1b[38;5;9merror\x1b[0m: x\n  |", "\x1b[1m\x1b[38;5;9merror\x1b[0m: x\n  |"),
            ("a\x1b[2Jb\x1b]0;m\r\u{9b}1m", "a\\u{1b}[2Jb\\u{1b}]0;m\\r\\u{9b}1m"),
            ("\x1b[?25lm", "\\u{1b}[?25lm"),
        ];
        for (text, expected) in rows {
            assert_eq!(rendered(text), expected);
        }
    }

    #[test]
    fn groups_thousands() {
        let rows = [("0", "0"), ("999", "999"), ("1000", "1,000"), ("-1234567", "-1,234,567")];
        for (number, expected) in rows {
            assert_eq!(grouped(number), expected);
        }
    }
}
