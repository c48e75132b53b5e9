//! What a deployment creates, and where.

use revm::primitives::{Address, B256, address, hex, keccak256};
use tensorproof_groth16::VerifyingKey;

use super::{ChainError, Message, Rpc};
use crate::evm::Evm;
use crate::{ContractsError, VerifierConfig, creation_code, data_contracts, runtime};

/// The deterministic deployment proxy: what is sent to it is a salt and creation code, which it runs by CREATE2. It is
/// on all chains of note, on development chains from the start.
///
/// Source: <https://github.com/Arachnid/deterministic-deployment-proxy>.
pub const PROXY: Address = address!("4e59b44847b379578588920cA78FbF26c0B4956C");

/// The proxy's code.
pub(crate) const PROXY_CODE: [u8; 69] = hex!(
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
);

/// A contract to create.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// What it is.
    pub name: String,
    /// Where it will be.
    pub address: Address,
    /// The code that will be there.
    pub code: Vec<u8>,
    /// What the proxy is sent: the salt and the creation code.
    pub calldata: Vec<u8>,
}

impl Step {
    /// Returns the gas that the creation takes on the embedded machine.
    ///
    /// # Errors
    /// When the machine does not run it.
    pub fn gas(&self) -> Result<u64, ContractsError> {
        Ok(Evm::with_proxy().call(PROXY, &self.calldata)?.gas_used)
    }

    /// Returns the call of the proxy.
    pub fn message(&self) -> Message {
        Message::new(PROXY, self.calldata.clone())
    }
}

/// Returns the contracts of a key in the order of their creation, the verifier last.
///
/// # Errors
/// When the key or the configuration is not fit for a contract, see [`crate::verifier`].
pub fn steps(key: &VerifyingKey, config: &VerifierConfig, salt: B256) -> Result<Vec<Step>, ContractsError> {
    let mut steps: Vec<_> = data_contracts(key)?
        .into_iter()
        .enumerate()
        .map(|(index, contract)| {
            let creation = contract.initcode();
            step(format!("data contract {index}"), salt, contract.code, &creation)
        })
        .collect();
    let addresses: Vec<_> = steps.iter().map(|step| step.address).collect();
    let code = runtime::runtime_code(key, config, &addresses)?;
    steps.push(step(config.contract.clone(), salt, code, &creation_code(key, config, &addresses)?));
    Ok(steps)
}

/// Returns the creation of a contract by the proxy.
pub(super) fn step(name: String, salt: B256, code: Vec<u8>, creation: &[u8]) -> Step {
    Step {
        name,
        address: PROXY.create2(salt, keccak256(creation)),
        code,
        calldata: [&salt[..], creation].concat(),
    }
}

/// Checks that the proxy is on a chain.
///
/// # Errors
/// When it is not, or the endpoint does not answer.
pub fn check_proxy(rpc: &Rpc, chain: u64) -> Result<(), ChainError> {
    if rpc.code(PROXY)? == PROXY_CODE { Ok(()) } else { Err(ChainError::NoProxy { address: PROXY, chain }) }
}

/// Returns whether a step is done: its code is at its address.
///
/// # Errors
/// When there is other code, or the endpoint does not answer.
pub fn read_code(rpc: &Rpc, step: &Step) -> Result<bool, ChainError> {
    let code = rpc.code(step.address)?;
    if code.is_empty() || code == step.code {
        return Ok(!code.is_empty());
    }
    let reason = format!("{} bytes with hash {}", code.len(), keccak256(&code));
    Err(ChainError::OtherCode { address: step.address, what: format!("the {}", step.name), reason })
}

/// Checks that the verifier of a key is at an address, with its data contracts.
///
/// # Errors
/// When the code there differs in anything from what the key and the configuration make of ours.
pub fn expected_code(
    rpc: &Rpc,
    address: Address,
    key: &VerifyingKey,
    config: &VerifierConfig,
) -> Result<(), crate::ContractsError> {
    let data = data_contracts(key)?;
    let code = rpc.code(address)?;
    let other = |address, what: &str, reason: &str| {
        Err(ChainError::OtherCode { address, what: what.into(), reason: reason.into() }.into())
    };
    let verifier = "the verifier of this key";
    if code.is_empty() {
        return other(address, verifier, "there is none");
    }
    let Some(addresses) = runtime::read_addresses(&code, data.len()) else {
        return other(address, verifier, "it has another length");
    };
    if code != runtime::runtime_code(key, config, &addresses)? {
        let differences = runtime::differences(&code, key, config, &addresses)?;
        return other(address, verifier, &differences);
    }
    for (contract, address) in data.iter().zip(addresses) {
        if rpc.code(address)? != contract.code {
            return other(address, "a data contract of this key", "other points");
        }
    }
    Ok(())
}
