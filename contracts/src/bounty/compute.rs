//! What a bounty for computing says when it is asked.

use revm::primitives::{Address, U256};

use super::event::Event;
use super::phase::{BountyKind, Phase};
use super::terms::ComputeTerms;
use super::words::ask;
use crate::chain::{ChainError, Log, Rpc};

/// A bounty for computing on a chain.
pub struct ComputeBounty<'r> {
    rpc: &'r Rpc,
    /// Its address.
    pub address: Address,
}

#[expect(clippy::missing_errors_doc, reason = "all fail when the endpoint does not answer as a bounty does")]
#[expect(clippy::redundant_closure_for_method_calls, reason = "a method of `Words` knows one lifetime only")]
impl<'r> ComputeBounty<'r> {
    /// Names a bounty without asking anything.
    pub fn new(rpc: &'r Rpc, address: Address) -> Self {
        Self { rpc, address }
    }

    /// Returns the phase at the time of the newest block.
    pub fn phase(&self) -> Result<Phase, ChainError> {
        ask(self.rpc, self.address, "phase()", &[], |words| Phase::read(words, BountyKind::Compute))
    }

    /// Returns what the host asked for.
    pub fn terms(&self) -> Result<ComputeTerms, ChainError> {
        ask(self.rpc, self.address, "terms()", &[], ComputeTerms::read)
    }

    /// Returns who brought the outputs.
    pub fn solver(&self) -> Result<Option<Address>, ChainError> {
        let solver = ask(self.rpc, self.address, "solver()", &[], |words| words.address())?;
        Ok((solver != Address::ZERO).then_some(solver))
    }

    /// Returns what `reclaim` pays to the host now.
    pub fn reclaimable(&self) -> Result<U256, ChainError> {
        if self.phase()? != Phase::Expired || self.reclaimed()? {
            return Ok(U256::ZERO);
        }
        Ok(self.terms()?.reward)
    }

    /// Returns whether the host took the reward back.
    pub fn reclaimed(&self) -> Result<bool, ChainError> {
        ask(self.rpc, self.address, "reclaimed()", &[], |words| words.flag())
    }

    /// Returns what the bounty told from a block on, the first event first.
    pub fn events(&self, from: u64) -> Result<Vec<(Event, Log)>, ChainError> {
        Event::all(self.rpc, self.address, from)
    }
}
