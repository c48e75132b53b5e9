//! How to compile.

/// What is eliminated from the constraints, as circom's `--O0`, `--O1` and `--O2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Nothing.
    O0,
    /// Signals that equal another signal or a constant.
    O1,
    /// Also signals that are linear combinations of others.
    O2,
}

/// How to compile.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// What is eliminated from the constraints.
    pub level: Level,
    /// Most statements and expressions that are evaluated: a program that takes more is refused.
    pub steps: u64,
    /// Whether to look for what takes knowledge of the whole circuit: signals without a range, divisors that may be zero.
    pub inspect: bool,
}

impl Default for Options {
    /// `--O1`, and some minutes of work at most.
    fn default() -> Self {
        Self { level: Level::O1, steps: crate::elaborate::MOST_STEPS, inspect: false }
    }
}
