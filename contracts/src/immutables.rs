//! The immutables of the verifier: everything in its runtime code that depends on the key.

use num_bigint::{BigInt, Sign};
use revm::primitives::{Address, U256};
use tensorproof_groth16::VerifyingKey;
use tensorproof_r1cs::{Fr, fr_from_bigint};

use crate::data::{MAX_DATA_CONTRACTS, OWN_POINTS};
use crate::{
    ContractsError, DataContract, PublicSignals, SignalRange, VerifierConfig, abi, data_contracts, key,
};

/// Ranges a verifier can hold.
const MAX_RANGES: usize = 4;

/// The coordinates as `abi` orders them.
const G1: [&str; 2] = ["X", "Y"];
const G2: [&str; 4] = ["X1", "X0", "Y1", "Y0"];

/// A run of immutables with one comment.
pub(crate) struct Group {
    pub(crate) comment: String,
    pub(crate) immutables: Vec<Immutable>,
}

/// One immutable, as the runtime code has it.
pub(crate) struct Immutable {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) word: U256,
}

/// The Solidity type of an immutable, which decides how its value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A field element, a hash, or several numbers.
    Word,
    /// A small number.
    Count,
    /// A function selector.
    Selector,
    /// The hash of a data contract's code.
    Hash,
    /// The address of a data contract.
    Address,
}

/// The most values of a digest, far above what a transaction could pay for.
const MAX_VALUES: usize = 1 << 20;

/// Returns the number of words that a verifier of this key takes: its public signals, or hash and values.
///
/// # Errors
/// When the key is not fit for a contract or has no digest of this kind.
pub(crate) fn inputs(key: &VerifyingKey, config: &VerifierConfig) -> Result<usize, ContractsError> {
    let signals = key::check(key)?;
    match config.public_signals {
        PublicSignals::Plain => Ok(signals),
        PublicSignals::Digest { values: 0, .. } => Err(ContractsError::NoPublicSignals),
        PublicSignals::Digest { values, .. } if values > MAX_VALUES => {
            Err(ContractsError::TooManyPublicSignals { actual: values, limit: MAX_VALUES })
        }
        PublicSignals::Digest { values, .. } if signals != OWN_POINTS => {
            Err(ContractsError::NoDigest { values, actual: signals })
        }
        PublicSignals::Digest { values, .. } => Ok(values + 1),
    }
}

/// Returns all immutables for a key, in the order of the source; `data` are the addresses of its data contracts.
pub(crate) fn immutables(
    key: &VerifyingKey,
    config: &VerifierConfig,
    data: &[Address],
) -> Result<Vec<Group>, ContractsError> {
    let inputs = inputs(key, config)?;
    let (before, domain) = match config.public_signals {
        PublicSignals::Plain => (0, U256::ZERO),
        PublicSignals::Digest { domain, .. } => (1, domain.into()),
    };
    let ranges = check_ranges(&config.ranges, inputs - before)?;
    let mut groups = vec![
        group(
            "The number of public signals, and the selector of snarkjs' verifyProof for it.".into(),
            vec![
                immutable("PUBLIC_SIGNALS", Kind::Count, U256::from(inputs)),
                immutable("VERIFY_PROOF_SELECTOR", Kind::Selector, selector_word(inputs)),
            ],
        ),
        group(
            "What the challenge of the digest is for; zero without a digest.".into(),
            vec![immutable("DOMAIN", Kind::Word, domain)],
        ),
        group(
            "The verifying key. G2 points are negated as the equation wants them, so that no proof needs negating."
                .into(),
            key_immutables(key),
        ),
        group(
            match ranges.len() {
                0 => "The declared ranges of public signals: none.".into(),
                _ => format!(
                    "The declared ranges of public signals: {}.\n    // RANGES has 64 bits for each, 32 of the first \
                     signal, then above them 32 of the one behind the last.",
                    ranges.iter().map(|range| describe(range, before)).collect::<Vec<_>>().join("; ")
                ),
            },
            range_immutables(ranges, before),
        ),
    ];
    groups.push(group(
        "The data contracts, and the keccak256 of the code of each; zero for those that this key does not need.".into(),
        data_immutables(&data_contracts(key)?, data),
    ));
    Ok(groups)
}

fn group(comment: String, immutables: Vec<Immutable>) -> Group {
    Group { comment, immutables }
}

fn immutable(name: &str, kind: Kind, word: U256) -> Immutable {
    Immutable { name: name.into(), kind, word }
}

fn selector_word(signals: usize) -> U256 {
    U256::from(u32::from_be_bytes(abi::verify_proof_selector(signals)))
}

fn key_immutables(key: &VerifyingKey) -> Vec<Immutable> {
    let mut immutables = Vec::new();
    let mut push = |name: &str, coordinates: &[&str], words: &[U256]| {
        for (coordinate, word) in coordinates.iter().zip(words) {
            immutables.push(immutable(&format!("{name}_{coordinate}"), Kind::Word, *word));
        }
    };
    push("ALPHA", &G1, &abi::g1_words(&key.alpha_g1));
    push("MINUS_BETA", &G2, &abi::g2_words(&-key.beta_g2));
    push("MINUS_GAMMA", &G2, &abi::g2_words(&-key.gamma_g2));
    push("MINUS_DELTA", &G2, &abi::g2_words(&-key.delta_g2));
    for index in 0..=OWN_POINTS {
        let words = key.gamma_abc_g1.get(index).map_or([U256::ZERO; 2], abi::g1_words);
        push(&format!("GAMMA_ABC_{index}"), &G1, &words);
    }
    immutables
}

/// Returns the immutables of the ranges; `before` signals come before the values that they count.
fn range_immutables(ranges: &[SignalRange], before: usize) -> Vec<Immutable> {
    let ends = ranges.iter().rev().fold(U256::ZERO, |ends, range| {
        let first = range.first + before;
        ends << 64 | U256::from(first + range.count) << 32 | U256::from(first)
    });
    let mut immutables = vec![immutable("RANGES", Kind::Word, ends)];
    for index in 0..MAX_RANGES {
        let (low, span) = match ranges.get(index) {
            Some(range) => (
                abi::word(&fr_from_bigint::<Fr>(&range.lo)),
                abi::word(&fr_from_bigint::<Fr>(&(&range.hi - &range.lo))),
            ),
            None => (U256::ZERO, U256::ZERO),
        };
        immutables.push(immutable(&format!("RANGE_{index}_LOW"), Kind::Word, low));
        immutables.push(immutable(&format!("RANGE_{index}_SPAN"), Kind::Word, span));
    }
    immutables
}

fn describe(range: &SignalRange, before: usize) -> String {
    let SignalRange { first, count, lo, hi } = range;
    let first = first + before;
    format!("{first} to {} in [{lo}, {hi}]", first + count - 1)
}

fn data_immutables(contracts: &[DataContract], addresses: &[Address]) -> Vec<Immutable> {
    let address =
        |index: usize| addresses.get(index).map_or(U256::ZERO, |address| address.into_word().into());
    let hash = |index: usize| contracts.get(index).map_or(U256::ZERO, |contract| contract.code_hash().into());
    (0..MAX_DATA_CONTRACTS)
        .flat_map(|index| {
            [
                immutable(&format!("DATA_{index}"), Kind::Address, address(index)),
                immutable(&format!("DATA_{index}_HASH"), Kind::Hash, hash(index)),
            ]
        })
        .collect()
}

fn check_ranges(ranges: &[SignalRange], signals: usize) -> Result<&[SignalRange], ContractsError> {
    if ranges.len() > MAX_RANGES {
        return Err(ContractsError::TooManyRanges { actual: ranges.len(), limit: MAX_RANGES });
    }
    for range in ranges {
        if let Some(reason) = range_problem(range, signals) {
            let SignalRange { first, count, lo, hi } = range.clone();
            return Err(ContractsError::BadRange { first, count, lo, hi, reason });
        }
    }
    Ok(ranges)
}

fn range_problem(range: &SignalRange, signals: usize) -> Option<&'static str> {
    let order = order();
    let end = range.first.checked_add(range.count);
    if range.count == 0 {
        Some("it has no signals")
    } else if end.is_none_or(|end| end > signals) {
        Some("the key has fewer public signals")
    } else if range.lo > range.hi {
        Some("it has no values")
    } else if range.hi >= order || -&range.lo >= order || &range.hi - &range.lo >= order {
        Some("the scalar field is smaller")
    } else {
        None
    }
}

fn order() -> BigInt {
    use ark_ff::{BigInteger as _, PrimeField as _};
    BigInt::from_bytes_be(Sign::Plus, &tensorproof_r1cs::Fr::MODULUS.to_bytes_be())
}
