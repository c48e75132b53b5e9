//! The runtime code of an exported verifier, without a Solidity compiler.
//!
//! `solidity/Verifier.runtime.json` holds what solc makes of `solidity/Verifier.sol.in`: code in which each immutable
//! is a word of zeros after a PUSH32, and the places of these words by name. Filling them is what the constructor of
//! the exported source does.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use revm::primitives::{Address, U256, hex};
use serde_json::Value;
use tensorproof_groth16::VerifyingKey;

use crate::immutables::immutables;
use crate::{ContractsError, VerifierConfig, data};

/// Returns the runtime code that the exported source has after deployment with its data contracts at `addresses`.
///
/// # Errors
/// When the key or the configuration is not fit for a contract, see [`crate::verifier`], or the number of addresses
/// differs from that of [`crate::data_contracts`].
///
/// # Security
/// The code holds [`crate::DataContract::code_hash`] of each data contract and compares it in every call: with anything
/// else at an address, or nothing, it reverts.
pub fn runtime_code(
    key: &VerifyingKey,
    config: &VerifierConfig,
    addresses: &[Address],
) -> Result<Vec<u8>, ContractsError> {
    let expected = data::data_contracts(key)?.len();
    if addresses.len() != expected {
        return Err(ContractsError::DataContracts { expected, actual: addresses.len() });
    }
    let mut code = TEMPLATE.code.clone();
    let filled = immutables(key, config, addresses)?;
    for immutable in filled.iter().flat_map(|group| &group.immutables) {
        for &place in &TEMPLATE.places[&immutable.name] {
            code[place..place + 32].copy_from_slice(&immutable.word.to_be_bytes::<{ U256::BYTES }>());
        }
    }
    Ok(code)
}

/// Returns the data of a transaction without recipient that deploys [`runtime_code`].
///
/// # Errors
/// As [`runtime_code`].
pub fn creation_code(
    key: &VerifyingKey,
    config: &VerifierConfig,
    addresses: &[Address],
) -> Result<Vec<u8>, ContractsError> {
    Ok(data::creation(&runtime_code(key, config, addresses)?))
}

/// Returns the addresses of data contracts that a verifier's runtime code refers to; `None` if it cannot be one.
pub(crate) fn read_addresses(code: &[u8], count: usize) -> Option<Vec<Address>> {
    if code.len() != TEMPLATE.code.len() {
        return None;
    }
    (0..count)
        .map(|index| {
            let place = *TEMPLATE.places.get(&format!("DATA_{index}"))?.first()?;
            Some(Address::from_slice(code.get(place + 12..place + 32)?))
        })
        .collect()
}

/// Tells in what a runtime code of the right length differs from the one expected.
pub(crate) fn differences(
    code: &[u8],
    key: &VerifyingKey,
    config: &VerifierConfig,
    addresses: &[Address],
) -> Result<String, ContractsError> {
    let expected = runtime_code(key, config, addresses)?;
    let mut shared = code.to_vec();
    let mut names = Vec::new();
    for (name, places) in &TEMPLATE.places {
        for &place in places {
            if shared[place..place + 32] != expected[place..place + 32] {
                names.push(name.as_str());
                shared[place..place + 32].copy_from_slice(&expected[place..place + 32]);
            }
        }
    }
    names.dedup();
    Ok(if shared == expected {
        format!("it is our verifier with other values of {}", names.join(", "))
    } else {
        "it is another contract".into()
    })
}

/// Returns the names of all immutables.
pub(crate) fn immutable_names() -> impl Iterator<Item = &'static str> {
    TEMPLATE.places.keys().map(String::as_str)
}

struct Template {
    code: Vec<u8>,
    places: BTreeMap<String, Vec<usize>>,
}

static TEMPLATE: LazyLock<Template> = LazyLock::new(|| {
    parse(include_str!("../solidity/Verifier.runtime.json")).expect("the file is ours, and tests read it")
});

fn parse(text: &str) -> Option<Template> {
    let json: Value = serde_json::from_str(text).ok()?;
    let code = hex::decode(json["runtime"].as_str()?).ok()?;
    let places = json["immutables"]
        .as_object()?
        .iter()
        .map(|(name, places)| {
            let places = places.as_array()?.iter().map(|place| usize::try_from(place.as_u64()?).ok());
            Some((name.clone(), places.collect::<Option<Vec<_>>>()?))
        })
        .collect::<Option<BTreeMap<_, _>>>()?;
    Some(Template { code, places })
}
