//! How to compile.

/// What is eliminated from the constraints, as circom's `--O0` and `--O1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Nothing.
    O0,
    /// Signals that equal another signal or a constant.
    O1,
}

/// How to compile.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// What is eliminated from the constraints.
    pub level: Level,
}
