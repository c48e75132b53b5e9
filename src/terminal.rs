//! What a person sees while the command works: stages with a spinner, then a tick and the time they took.

use std::io::{IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use console::style;
use indicatif::{ProgressBar, ProgressStyle};

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
        self.say(&format!("{mark} {name} {}  {}", outcome(&value), style(seconds(took)).dim().for_stderr()));
        Ok((value, took))
    }

    /// Prints a line of talk.
    pub fn say(self, line: &str) {
        if !self.quiet {
            error_line(line);
        }
    }

    /// Prints a line that a person should not overlook.
    pub fn warn(self, line: &str) {
        self.say(&format!("{} {line}", style("warning:").yellow().bold().for_stderr()));
    }

    /// Asks a question, also when quiet, and returns the answer without the white space around it.
    ///
    /// # Errors
    /// When standard input cannot be read.
    pub fn ask(self, question: &str) -> std::io::Result<String> {
        let mut stderr = std::io::stderr().lock();
        // With standard error gone there is nobody left to ask, and the answer is not yes.
        let _ = write!(stderr, "{question}").and_then(|()| stderr.flush());
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
pub fn print_error(message: &str, hint: Option<&str>) {
    error_line(&format!("{} {message}", style("error:").red().bold().for_stderr()));
    if let Some(hint) = hint {
        error_line(&format!("{} {hint}", style("hint:").cyan().bold().for_stderr()));
    }
}

/// Prints a result on standard output.
///
/// # Errors
/// When standard output is closed or full.
pub fn print_result(text: &str) -> std::io::Result<()> {
    writeln!(std::io::stdout().lock(), "{text}")
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
    fn groups_thousands() {
        let rows = [("0", "0"), ("999", "999"), ("1000", "1,000"), ("-1234567", "-1,234,567")];
        for (number, expected) in rows {
            assert_eq!(grouped(number), expected);
        }
    }
}
