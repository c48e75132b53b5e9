//! The contract that opens bounties: its code, and the place that it has on all chains.

use std::sync::LazyLock;

use revm::primitives::{Address, B256, hex, keccak256};
use serde_json::Value;

use super::event::Announced;
use super::phase::BountyKind;
use super::words::{Words, address_word, call};
use crate::ContractsError;
use crate::chain::{ChainError, PROXY, Receipt, Rpc, Step};
use crate::evm::Evm;

/// The interfaces of the contracts and the code that creates the factory, which solc made.
pub(super) static BOUNTIES: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../solidity/Bounties.json"))
        .expect("`Bounties.json` is what the tests of this crate generate")
});

/// The factory.
#[derive(Clone, Debug)]
pub struct Factory {
    /// What creates it.
    pub step: Step,
    /// The contract that bounties for models are clones of, which the factory creates.
    pub implementation: (Address, Vec<u8>),
    /// The contract that bounties for computing are clones of, which the factory creates.
    pub compute: (Address, Vec<u8>),
}

/// What the code of a minimal clone has before the address of the contract that it is a clone of.
///
/// Source: ERC-1167.
const CLONE: [u8; 10] = hex!("363d3d373d3d3d363d73");

impl Factory {
    /// Returns the factory that is made by the deterministic deployment proxy.
    ///
    /// # Errors
    /// When the embedded machine does not run its code.
    pub fn new() -> Result<Self, ContractsError> {
        let creation = BOUNTIES["BountyFactory"]["bytecode"].as_str().unwrap_or_default();
        let creation = hex::decode(creation).unwrap_or_default();
        let address = PROXY.create2(B256::ZERO, keccak256(&creation));
        let calldata = [B256::ZERO.to_vec(), creation].concat();
        let mut evm = Evm::with_proxy();
        let outcome = evm.call(PROXY, &calldata)?;
        // The first contract that a contract creates has the number one.
        let mut created =
            |number| Ok::<_, ContractsError>((address.create(number), evm.code(address.create(number))?));
        let (implementation, compute) = (created(1)?, created(2)?);
        let code = evm.code(address)?;
        if [&code, &implementation.1, &compute.1].iter().any(|code| code.is_empty()) {
            let transaction = "the creation of the factory";
            return Err(ContractsError::Evm { transaction, reason: outcome.describe() });
        }
        let step = Step { name: "BountyFactory".into(), address, code, calldata };
        Ok(Self { step, implementation, compute })
    }

    /// Returns whether the factory opened a bounty.
    ///
    /// # Errors
    /// When the endpoint does not answer, or there is no factory.
    pub fn is_bounty(&self, rpc: &Rpc, bounty: Address) -> Result<bool, ChainError> {
        let data = call("isBounty(address)", &[Some(address_word(bounty))], &[]);
        let answer = rpc.call(self.step.address, &data)?;
        Words::new(&answer).flag().ok_or_else(|| rpc.malformed("eth_call", "a flag"))
    }

    /// Returns what a bounty pays for, by the contract that it is a clone of; nothing for one that the factory did not open.
    ///
    /// # Errors
    /// When the endpoint does not answer, or there is no factory.
    pub fn kind(&self, rpc: &Rpc, bounty: Address) -> Result<Option<BountyKind>, ChainError> {
        if !self.is_bounty(rpc, bounty)? {
            return Ok(None);
        }
        let code = rpc.code(bounty)?;
        let original = code.strip_prefix(&CLONE).and_then(|rest| rest.get(..20)).map(Address::from_slice);
        if original == Some(self.implementation.0) {
            Ok(Some(BountyKind::Model))
        } else if original == Some(self.compute.0) {
            Ok(Some(BountyKind::Compute))
        } else {
            Err(rpc.malformed("eth_getCode", "the code of a clone"))
        }
    }

    /// Returns the bounty that a transaction opened.
    pub fn opened_by(&self, receipt: &Receipt) -> Option<Announced> {
        let mut logs = receipt.logs().into_iter().filter(|log| log.address == self.step.address);
        logs.find_map(|log| Announced::read(&log))
    }

    /// Returns the bounties that were opened from a block on, the first one first.
    ///
    /// # Errors
    /// When the endpoint does not answer.
    pub fn announced(&self, rpc: &Rpc, from: u64) -> Result<Vec<Announced>, ChainError> {
        let logs = rpc.logs(self.step.address, &[], from)?;
        Ok(logs.iter().filter_map(Announced::read).collect())
    }
}
