//! The immutables of the verifier: everything in its runtime code that depends on the key.

use num_bigint::{BigInt, Sign};
use revm::primitives::{Address, U256};
use tensorproof_groth16::VerifyingKey;
use tensorproof_r1cs::{Fr, fr_from_bigint};

use crate::data::MAX_DATA_CONTRACTS;
use crate::{ContractsError, SignalRange, VerifierConfig, abi, key};

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

/// One immutable. The word is as the runtime code has it: `bytes4` is at its upper end.
pub(crate) struct Immutable {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) word: U256,
}

/// The Solidity type of an immutable, which decides how its value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A field element.
    Element,
    /// A small number.
    Count,
    /// A function selector.
    Selector,
    /// The address of a data contract.
    Address,
}

/// Returns all immutables for a key, in the order of the source; `data` are the addresses of its data contracts.
pub(crate) fn immutables(
    key: &VerifyingKey,
    config: &VerifierConfig,
    data: &[Address],
) -> Result<Vec<Group>, ContractsError> {
    let signals = key::check(key)?;
    let ranges = check_ranges(&config.ranges, signals)?;
    let mut groups = vec![
        group(
            "The number of public signals, and the selector of snarkjs' verifyProof for it.".into(),
            vec![
                immutable("PUBLIC_SIGNALS", Kind::Count, U256::from(signals)),
                immutable("VERIFY_PROOF_SELECTOR", Kind::Selector, selector_word(signals)),
            ],
        ),
        group(
            "The verifying key. G2 points are negated as the equation wants them, so that no proof needs negating."
                .into(),
            key_immutables(key),
        ),
        group(
            match ranges.len() {
                0 => "The declared ranges of public signals, FIRST up to, not including, END: none.".into(),
                _ => format!(
                    "The declared ranges of public signals, FIRST up to, not including, END: {}.",
                    ranges.iter().map(describe).collect::<Vec<_>>().join("; ")
                ),
            },
            range_immutables(ranges),
        ),
    ];
    let addresses = (0..MAX_DATA_CONTRACTS).map(|index| {
        let address = data.get(index).copied().unwrap_or(Address::ZERO);
        immutable(&format!("DATA_{index}"), Kind::Address, U256::from_be_slice(address.as_slice()))
    });
    groups.push(group("The data contracts.".into(), addresses.collect()));
    Ok(groups)
}

fn group(comment: String, immutables: Vec<Immutable>) -> Group {
    Group { comment, immutables }
}

fn immutable(name: &str, kind: Kind, word: U256) -> Immutable {
    Immutable { name: name.into(), kind, word }
}

fn selector_word(signals: usize) -> U256 {
    U256::from(u32::from_be_bytes(abi::verify_proof_selector(signals))) << 224
}

fn key_immutables(key: &VerifyingKey) -> Vec<Immutable> {
    let mut immutables = Vec::new();
    let mut push = |name: &str, coordinates: &[&str], words: &[U256]| {
        for (coordinate, word) in coordinates.iter().zip(words) {
            immutables.push(immutable(&format!("{name}_{coordinate}"), Kind::Element, *word));
        }
    };
    push("ALPHA", &G1, &abi::g1_words(&key.alpha_g1));
    push("MINUS_BETA", &G2, &abi::g2_words(&-key.beta_g2));
    push("MINUS_GAMMA", &G2, &abi::g2_words(&-key.gamma_g2));
    push("MINUS_DELTA", &G2, &abi::g2_words(&-key.delta_g2));
    for (index, point) in key.gamma_abc_g1.iter().take(2).enumerate() {
        push(&format!("GAMMA_ABC_{index}"), &G1, &abi::g1_words(point));
    }
    immutables
}

fn range_immutables(ranges: &[SignalRange]) -> Vec<Immutable> {
    let mut immutables = vec![immutable("RANGES", Kind::Count, U256::from(ranges.len()))];
    for index in 0..MAX_RANGES {
        let (first, end, low, span) = match ranges.get(index) {
            Some(range) => (
                U256::from(range.first),
                U256::from(range.first + range.count),
                abi::word(&fr_from_bigint::<Fr>(&range.lo)),
                abi::word(&fr_from_bigint::<Fr>(&(&range.hi - &range.lo))),
            ),
            None => (U256::ZERO, U256::ZERO, U256::ZERO, U256::ZERO),
        };
        immutables.push(immutable(&format!("RANGE_{index}_FIRST"), Kind::Count, first));
        immutables.push(immutable(&format!("RANGE_{index}_END"), Kind::Count, end));
        immutables.push(immutable(&format!("RANGE_{index}_LOW"), Kind::Element, low));
        immutables.push(immutable(&format!("RANGE_{index}_SPAN"), Kind::Element, span));
    }
    immutables
}

fn describe(range: &SignalRange) -> String {
    let SignalRange { first, count, lo, hi } = range;
    format!("{first} to {} in [{lo}, {hi}]", first + count - 1)
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
