//! The registry: which verifier a publisher names for a model.
//!
//! The contract is `solidity/VerifierRegistry.sol`. It has no owner and no constructor, so that one at an address that follows
//! from its code serves everybody; its runtime code is part of this crate, and tests compile the source and compare.

use std::sync::LazyLock;

use revm::primitives::{Address, B256, hex};
use serde_json::Value;

use super::steps::{Step, step};
use super::{ChainError, Rpc};
use crate::abi::selector;
use crate::data::creation;

/// Gas that a registration takes, rounded up: an endpoint cannot estimate it before the verifier is there.
pub const REGISTRATION_GAS: u64 = 60_000;

/// Returns the creation of a registry, which is there already wherever somebody has made it with the same salt.
pub fn registry(salt: B256) -> Step {
    step("VerifierRegistry".into(), salt, CODE.clone(), &creation(&CODE))
}

/// Checks that the registry is at an address.
///
/// # Errors
/// When there is other code, or the endpoint does not answer.
pub fn check_registry(rpc: &Rpc, address: Address) -> Result<(), ChainError> {
    let code = rpc.code(address)?;
    if code == *CODE {
        return Ok(());
    }
    let reason = if code.is_empty() { "there is none" } else { "it is another contract" };
    Err(ChainError::OtherCode { address, what: "the registry of verifiers".into(), reason: reason.into() })
}

/// Returns the verifier that a publisher has named for a model, if there is one.
///
/// # Errors
/// When the endpoint does not answer, or the answer is not one of the registry.
pub fn registered(
    rpc: &Rpc,
    registry: Address,
    publisher: Address,
    model: B256,
) -> Result<Option<Address>, ChainError> {
    let signature = "verifierOf(address,bytes32)";
    let call = [&selector(signature)[..], &publisher.into_word()[..], &model[..]].concat();
    let unknown = hex::encode_prefixed(selector("NotRegistered(address,bytes32)"));
    match rpc.call(registry, &call) {
        Ok(word) if word.len() == 32 && word[..12] == [0; 12] => Ok(Some(Address::from_slice(&word[12..]))),
        Ok(_) => Err(ChainError::Endpoint {
            method: "eth_call",
            endpoint: rpc.endpoint().into(),
            reason: format!("the answer to `{signature}` is not an address"),
        }),
        Err(ChainError::Refused { data: Some(data), .. }) if data.starts_with(&unknown) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns the call of the registry that names a verifier for a model.
pub fn registration(model: B256, verifier: Address) -> Vec<u8> {
    [&selector("register(bytes32,address)")[..], &model[..], &verifier.into_word()[..]].concat()
}

static CODE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    parse(include_str!("../../solidity/VerifierRegistry.runtime.json"))
        .expect("the file is ours, and tests read it")
});

fn parse(text: &str) -> Option<Vec<u8>> {
    let json: Value = serde_json::from_str(text).ok()?;
    hex::decode(json["runtime"].as_str()?).ok()
}
