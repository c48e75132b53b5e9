//! What a person sees while the command works: stages with a spinner, then a tick and the time they took. `--quiet` hides that, and
//! never a warning.
//!
//! # Security
//! Text comes from models, circuits, keys and endpoints: it could move the cursor, hide what was said, or say what we do not. All
//! that is printed goes through [`visible`], but for colours, which are put around it here.

use std::io::{IsTerminal as _, Write as _};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use console::style;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

use crate::error::Error;

/// Talks on standard error; results go to standard output.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    quiet: bool,
    /// What was warned of, once for the process, for results that machines read.
    warned: &'static Mutex<Vec<String>>,
}

impl Terminal {
    /// Returns a terminal that says nothing but warnings when `quiet`.
    pub fn new(quiet: bool) -> Self {
        Self { quiet, warned: Box::leak(Box::default()) }
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

    /// Prints warnings of the compiler, which have lines and colours, also when quiet.
    pub fn warn_rendered(self, diagnostics: &str) {
        error_line(&rendered(diagnostics));
    }

    fn print(self, line: &str) {
        if !self.quiet {
            error_line(line);
        }
    }

    /// Prints a line that a person should not overlook, also when quiet.
    pub fn warn(self, line: &str) {
        error_line(&format!("{} {}", style("warning:").yellow().bold().for_stderr(), visible(line)));
        if let Ok(mut warned) = self.warned.lock() {
            warned.push(line.to_owned());
        }
    }

    /// Returns what was warned of until now.
    pub fn warned(self) -> Vec<String> {
        self.warned.lock().map(|warned| warned.clone()).unwrap_or_default()
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
    writeln!(std::io::stdout().lock(), "{}", visible_json(json))
}

/// Returns JSON in which a terminal finds nothing to do but to show it.
fn visible_json(json: &Value) -> String {
    // JSON has the characters that it does not escape itself in strings alone, where these stand for them.
    let mut shown = String::new();
    for character in format!("{json:#}").chars() {
        if character == '\n' || !is_hidden(character) {
            shown.push(character);
        } else {
            shown.extend(character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    shown
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
/// the end of a line or paragraph, a change of the direction of text, a space that is no ` `, what has no width, what changes the
/// look of a character before it, and what no standard gives a meaning: two names that look the same are the same.
fn is_hidden(character: char) -> bool {
    // The standard library calls these not printable: controls, formats, separators, what is private or not assigned.
    let is_printable =
        character == ' ' || matches!(character.escape_debug().next(), Some(first) if first == character);
    let is_escaped_for_syntax = matches!(character, '\'' | '"' | '\\');
    (!is_printable && !is_escaped_for_syntax)
        || matches!(
            character,
            // Fillers that letters are made of, and selectors of variants.
            '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{2800}' | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{e0000}'..='\u{e0fff}'
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
    #![allow(clippy::unwrap_used)]

    use serde_json::json;

    use super::*;

    #[test]
    fn shows_what_a_terminal_would_act_upon() {
        let rows = [
            ("conv_1: 3 x 3, ü 漢 🦀", "conv_1: 3 x 3, ü 漢 🦀"),
            ("\x1b[2J\x1b]0;title\x07", "\\u{1b}[2J\\u{1b}]0;title\\u{7}"),
            ("a\r\n\t\0\x7f", "a\\r\\n\\t\\u{0}\\u{7f}"),
            ("\u{9b}31m\u{85}\u{2028}\u{2029}", "\\u{9b}31m\\u{85}\\u{2028}\\u{2029}"),
            ("\u{202e}gnp.exe\u{2066}\u{feff}", "\\u{202e}gnp.exe\\u{2066}\\u{feff}"),
            ("w\u{200b}\u{200c}\u{200d}\u{2060}\u{ad}", "w\\u{200b}\\u{200c}\\u{200d}\\u{2060}\\u{ad}"),
            ("a\u{a0}b\u{3000}\u{2003}\u{2800}", "a\\u{a0}b\\u{3000}\\u{2003}\\u{2800}"),
            (
                "x\u{fe0f}\u{e0041}\u{3164}\u{e000}\u{10ffff}",
                "x\\u{fe0f}\\u{e0041}\\u{3164}\\u{e000}\\u{10ffff}",
            ),
            (r#"it's "a\b""#, r#"it's "a\b""#),
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

    /// What stands for a hidden character in JSON is read as that character.
    #[test]
    fn json_has_no_hidden_characters() {
        let value = json!({ "a\u{202e}\u{e0041}": ["\u{200b}\u{7f}", "ü 🦀", "x\ny\\"] });
        let text = visible_json(&value);
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        assert!(text.contains(r#""a\u202e\udb40\udc41": ["#) && text.contains(r#""\u200b\u007f""#), "{text}");
        assert!(text.chars().all(|character| character == '\n' || !is_hidden(character)));
    }

    #[test]
    fn groups_thousands() {
        let rows = [("0", "0"), ("999", "999"), ("1000", "1,000"), ("-1234567", "-1,234,567")];
        for (number, expected) in rows {
            assert_eq!(grouped(number), expected);
        }
    }
}
