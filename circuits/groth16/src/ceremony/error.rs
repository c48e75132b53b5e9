//! Why a step of a ceremony is refused.

use std::io;

use tensorproof_r1cs::format::FormatError;

/// Why a step of a ceremony was not done, or a file of one is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum CeremonyError {
    /// A file could not be read or written.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A file is damaged.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// A section does not follow from the others.
    #[error("{section}: {reason}")]
    Section {
        /// Name of the section.
        section: &'static str,
        /// What does not hold.
        reason: &'static str,
    },
    /// A contribution does not follow from the one before.
    #[error("contributions: contribution {number}{}: {reason}", name.as_ref().map(|name| format!(" (`{name}`)")).unwrap_or_default())]
    Contribution {
        /// Its place in the chain, counted from 1.
        number: usize,
        /// Its maker, as the file says.
        name: Option<String>,
        /// What does not hold.
        reason: &'static str,
    },
    /// Beacons that take too long to follow.
    #[error("contributions: beacons of {hashes} hashes, expected at most 2^{most}")]
    Beacons {
        /// Those of all contributions.
        hashes: u128,
        /// As a power of two.
        most: u8,
    },
    /// Nobody has contributed, so that the secrets are known to everyone.
    #[error("contributions: there is none, so that everyone knows the secrets")]
    NoContribution,
    /// The powers lack the sections of phase 2.
    #[error("the powers of tau are not prepared for phase 2: section {section} is missing")]
    NotPrepared {
        /// Name of the section.
        section: &'static str,
    },
    /// The circuit has more rows than there are powers.
    #[error(
        "the powers of tau reach 2^{power} rows, expected at least 2^{expected}, as the circuit has {rows}"
    )]
    TooFewPowers {
        /// Power of the file.
        power: u32,
        /// Power that the circuit needs.
        expected: u32,
        /// Constraints and public signals.
        rows: usize,
    },
    /// Truncated powers can be used, but nobody can contribute to them.
    #[error("the powers of tau were truncated from 2^{ceremony} to 2^{power}: nobody can contribute to them")]
    Truncated {
        /// Power of the file.
        power: u32,
        /// Power of the ceremony.
        ceremony: u32,
    },
    /// An argument is out of range.
    #[error("{what} is {found}, expected {expected}")]
    Argument {
        /// What was given.
        what: &'static str,
        /// Its value.
        found: String,
        /// What can be given.
        expected: &'static str,
    },
}

pub(crate) type Result<T> = std::result::Result<T, CeremonyError>;

pub(crate) fn section(section: &'static str, reason: &'static str) -> CeremonyError {
    CeremonyError::Section { section, reason }
}

pub(crate) fn argument(
    what: &'static str,
    found: impl std::fmt::Display,
    expected: &'static str,
) -> CeremonyError {
    CeremonyError::Argument { what, found: found.to_string(), expected }
}
