//! The limits that the contracts set to terms, so that each call can be made in its time and by one transaction.
//!
//! The reasons are told at the head of `ModelBounty.sol`; a test compares the numbers with those of the compiled contracts.

/// The shortest time of a phase and of a turn, in seconds.
pub const MIN_DURATION: u64 = 30 * 60;

/// The longest time from the opening to the last deadline, in seconds.
pub const MAX_DURATION: u64 = 365 * 24 * 60 * 60;

/// The shortest time of a turn that is not the first, in seconds: others choose when it begins.
pub const MIN_LATER_TURN: u64 = 24 * 60 * 60;

/// The longest time of a turn in terms, in seconds.
pub const MAX_TURN: u64 = 30 * 24 * 60 * 60;

/// The most elements of a ciphertext.
pub const MAX_CIPHERTEXT: u32 = 4000;

/// The most samples of a test set.
pub const MAX_SAMPLES: u32 = 2000;

/// The most elements of the outputs that a bounty for computing pays for.
pub const MAX_OUTPUTS: u32 = 4000;
