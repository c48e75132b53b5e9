//! What can go wrong between a verifying key and a verified proof.

use num_bigint::BigInt;

/// The errors of this crate.
#[derive(Debug, thiserror::Error)]
pub enum ContractsError {
    /// The circuit has no public signals, so a proof would say nothing about any particular computation.
    #[error("the verifying key has no public signals, expected at least one")]
    NoPublicSignals,
    /// No transaction could pay for the verification.
    #[error(
        "{actual} public signals, expected at most {limit}: a transaction is limited to 16777216 gas; a circuit with \
         `--public-signals digest` takes more"
    )]
    TooManyPublicSignals {
        /// Public signals of the key, or values of its digest.
        actual: usize,
        /// The most that a contract is made for.
        limit: usize,
    },
    /// The circuit has no digest, though its public signals are to be one.
    #[error("a digest of {values} values needs a verifying key with 3 public signals, found {actual}")]
    NoDigest {
        /// Values of the digest.
        values: usize,
        /// Public signals of the key.
        actual: usize,
    },
    /// A proof has a point that the compressed form has no encoding for.
    #[error("the proof has the point at infinity, which has no compressed form")]
    NotCompressible,
    /// gamma and delta are equal or opposite: the second phase of the setup never took place.
    #[error(
        "the verifying key is forgeable: `delta` equals `gamma` up to sign, so its setup had no contribution to phase 2"
    )]
    NoPhaseTwo,
    /// A secret of the first phase is one or minus one.
    #[error(
        "the verifying key is forgeable: `{point}` is the group's generator up to sign, so its setup had no contribution to phase 1"
    )]
    NoPhaseOne {
        /// The name of the point.
        point: &'static str,
    },
    /// A point of the key is the point at infinity. For `gamma_abc[i]` with i > 0 the proofs would not bind signal i - 1, and for
    /// `gamma_abc[0]` zeros would have a proof without a witness.
    #[error("the verifying key is unsound: `{point}` is the point at infinity")]
    PointAtInfinity {
        /// The name of the point.
        point: String,
    },
    /// A point of the key is off the curve or outside the subgroup.
    #[error("the verifying key is not valid: `{point}` is not in the group")]
    PointNotInGroup {
        /// The name of the point.
        point: String,
    },
    /// Our verifier does not take the key.
    #[error(transparent)]
    UnsafeKey(#[from] tensorproof_groth16::UnsafeKey),
    /// The contract cannot have this name.
    #[error("the contract name `{name}` is not usable: {reason}")]
    ContractName {
        /// The name.
        name: String,
        /// Why not.
        reason: &'static str,
    },
    /// More ranges than the contract can hold.
    #[error("{actual} ranges of public signals, expected at most {limit}")]
    TooManyRanges {
        /// The number of ranges.
        actual: usize,
        /// The largest number.
        limit: usize,
    },
    /// A range that names signals the key does not have, or that is empty or wraps around the field.
    #[error("the range [{lo}, {hi}] of {count} public signals from {first}: {reason}")]
    BadRange {
        /// The first signal.
        first: usize,
        /// The number of signals.
        count: usize,
        /// The least value.
        lo: BigInt,
        /// The largest value.
        hi: BigInt,
        /// Why not.
        reason: &'static str,
    },
    /// The number of addresses differs from the number of data contracts.
    #[error("{actual} addresses of data contracts, expected {expected}")]
    DataContracts {
        /// Data contracts of the key.
        expected: usize,
        /// Addresses given.
        actual: usize,
    },
    /// The number of public signals differs from the key's.
    #[error("{actual} public signals, expected {expected}")]
    PublicSignals {
        /// Public signals of the key.
        expected: usize,
        /// Public signals given.
        actual: usize,
    },
    /// The chain is out of reach, or does not hold what it should.
    #[error(transparent)]
    Chain(#[from] crate::chain::ChainError),
    /// A bounty refused a call.
    #[error(transparent)]
    Bounty(#[from] crate::bounty::BountyError),
    /// The contract refused the proof.
    #[error("the verifier contract refused the proof: {reason}")]
    Refused {
        /// The contract's own error.
        reason: String,
    },
    /// A transaction would be over the protocol's limit.
    #[error("{transaction} takes {gas} gas, over the {cap} that a transaction may use (EIP-7825)")]
    GasCap {
        /// Which transaction.
        transaction: &'static str,
        /// Gas it takes.
        gas: u64,
        /// The limit.
        cap: u64,
    },
    /// The embedded EVM could not run a transaction of ours.
    #[error("embedded EVM: {transaction} failed: {reason}")]
    Evm {
        /// Which transaction.
        transaction: &'static str,
        /// What the EVM says.
        reason: String,
    },
}
