//! The kinds of bounties, and the phases that they go through.

use std::fmt;

use super::words::Words;

/// What a bounty pays for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BountyKind {
    /// A private model, of proven accuracy.
    Model,
    /// The outputs of a public model.
    Compute,
}

impl fmt::Display for BountyKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Model => "model",
            Self::Compute => "compute",
        })
    }
}

/// The phases of both kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The factory has not opened the bounty.
    Unopened,
    /// Hunters commit to parameters.
    Committing,
    /// The host reveals the test set.
    Revealing,
    /// Hunters prove their accuracy.
    Proving,
    /// Hunters deliver, in their turns.
    Claiming,
    /// The winner delivered and was paid.
    Delivered,
    /// Nobody delivered.
    Undelivered,
    /// The host revealed nothing.
    Forfeited,
    /// The host took the reward back before anyone committed.
    Cancelled,
    /// Anyone may bring the outputs.
    Open,
    /// Somebody brought the outputs and was paid.
    Solved,
    /// Nobody brought the outputs in time.
    Expired,
}

/// The phases of bounties for models by their number in the contract.
const MODEL: [Phase; 9] = [
    Phase::Unopened,
    Phase::Committing,
    Phase::Revealing,
    Phase::Proving,
    Phase::Claiming,
    Phase::Delivered,
    Phase::Undelivered,
    Phase::Forfeited,
    Phase::Cancelled,
];

/// The phases of bounties for computing by their number in the contract.
const COMPUTE: [Phase; 4] = [Phase::Unopened, Phase::Open, Phase::Solved, Phase::Expired];

impl Phase {
    /// Returns the kind of bounty that has the phase; models' if both have it.
    pub(super) fn kind(self) -> BountyKind {
        if MODEL.contains(&self) { BountyKind::Model } else { BountyKind::Compute }
    }

    pub(super) fn read(words: &mut Words<'_>, kind: BountyKind) -> Option<Self> {
        let phases = match kind {
            BountyKind::Model => MODEL.as_slice(),
            BountyKind::Compute => &COMPUTE,
        };
        phases.get(words.small::<usize>()?).copied()
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The names are those of the contracts.
        formatter.pad(&format!("{self:?}"))
    }
}
