//! What a bounty for a model says when it is asked.

use revm::primitives::{Address, U256};

use super::event::Event;
use super::phase::{BountyKind, Phase};
use super::terms::ModelTerms;
use super::words::{Words, address_word, ask};
use crate::chain::{ChainError, Log, Rpc};

/// A bounty for a model on a chain.
pub struct ModelBounty<'r> {
    rpc: &'r Rpc,
    /// Its address.
    pub address: Address,
}

/// A hunter, all zero before it commits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunter {
    /// Salted Poseidon hash of its parameters.
    pub parameters_hash: U256,
    /// The hunter ranked next behind.
    pub next: Address,
    /// Commitments before its own.
    pub order: u32,
    /// Right answers that it proved, zero before.
    pub correct: u32,
    /// Whether its stake was paid out.
    pub refunded: bool,
}

impl Hunter {
    /// Returns whether it ranks before a hunter with so many right answers and so many commitments before its own.
    pub fn ranks_before(&self, correct: u32, order: u32) -> bool {
        self.correct > correct || (self.correct == correct && self.order < order)
    }
}

/// The turn of a hunter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Who may deliver.
    pub hunter: Address,
    /// Which half of it this is, 1 or 2; 0 while the first turn has not begun, as nobody has called `advance`.
    pub half: u8,
    /// The time from which anybody may end the half, in seconds of Unix time; 0 for half 0.
    pub end: u64,
}

impl<'r> ModelBounty<'r> {
    /// Names a bounty without asking anything.
    pub fn new(rpc: &'r Rpc, address: Address) -> Self {
        Self { rpc, address }
    }

    fn ask<T>(
        &self,
        signature: &str,
        arguments: &[U256],
        read: impl FnOnce(&mut Words<'_>) -> Option<T>,
    ) -> Result<T, ChainError> {
        ask(self.rpc, self.address, signature, arguments, read)
    }
}

#[expect(clippy::missing_errors_doc, reason = "all fail when the endpoint does not answer as a bounty does")]
#[expect(clippy::redundant_closure_for_method_calls, reason = "a method of `Words` knows one lifetime only")]
impl ModelBounty<'_> {
    /// Returns the phase at the time of the newest block.
    pub fn phase(&self) -> Result<Phase, ChainError> {
        self.ask("phase()", &[], |words| Phase::read(words, BountyKind::Model))
    }

    /// Returns what the host asked for.
    pub fn terms(&self) -> Result<ModelTerms, ChainError> {
        self.ask("terms()", &[], ModelTerms::read)
    }

    /// Returns the number of commitments.
    pub fn committed(&self) -> Result<u32, ChainError> {
        self.ask("committed()", &[], |words| words.small())
    }

    /// Returns the number of hunters that proved the threshold and did not resign.
    pub fn proved(&self) -> Result<u32, ChainError> {
        self.ask("proved()", &[], |words| words.small())
    }

    /// Returns who delivered.
    pub fn winner(&self) -> Result<Option<Address>, ChainError> {
        let winner = self.ask("winner()", &[], |words| words.address())?;
        Ok((winner != Address::ZERO).then_some(winner))
    }

    /// Returns what `refund` pays to a hunter now.
    pub fn refundable(&self, account: Address) -> Result<U256, ChainError> {
        self.ask("refundable(address)", &[address_word(account)], |words| words.word())
    }

    /// Returns what `reclaim` pays to the host now.
    pub fn reclaimable(&self) -> Result<U256, ChainError> {
        self.ask("reclaimable()", &[], |words| words.word())
    }

    /// Returns whose turn it is to deliver, in phase Claiming.
    pub fn turn(&self) -> Result<Turn, ChainError> {
        self.ask("turn()", &[], |words| {
            Some(Turn { hunter: words.address()?, half: words.small()?, end: words.small()? })
        })
    }

    /// Returns whose turn it would be if a half turn that is over was ended now, in phase Claiming; nobody's after the last.
    pub fn turn_after_advance(&self) -> Result<Address, ChainError> {
        self.ask("advance(uint256)", &[U256::from(1)], |words| words.address())
    }

    /// Returns what is known of an account.
    pub fn hunter(&self, account: Address) -> Result<Hunter, ChainError> {
        self.ask("hunters(address)", &[address_word(account)], |words| {
            Some(Hunter {
                parameters_hash: words.word()?,
                next: words.address()?,
                order: words.small()?,
                correct: words.small()?,
                refunded: words.flag()?,
            })
        })
    }

    /// Returns whether a hunter's turn is still to come, so that it may resign, in phase Claiming.
    pub fn may_resign(&self, account: Address) -> Result<bool, ChainError> {
        let hunter = self.hunter(account)?;
        if hunter.correct == 0 {
            return Ok(false);
        }
        Ok(self.hunter(self.turn()?.hunter)?.ranks_before(hunter.correct, hunter.order))
    }

    /// Returns the hunters that proved the threshold and did not resign, the best one first.
    pub fn ranking(&self) -> Result<Vec<(Address, Hunter)>, ChainError> {
        let mut next = self.hunter(Address::ZERO)?.next;
        let mut ranking = Vec::new();
        // One that proves in the meantime only makes the list longer.
        for _ in 0..self.proved()? {
            if next == Address::ZERO {
                break;
            }
            let hunter = self.hunter(next)?;
            let address = std::mem::replace(&mut next, hunter.next);
            ranking.push((address, hunter));
        }
        Ok(ranking)
    }

    /// Returns what the bounty told from a block on, the first event first.
    pub fn events(&self, from: u64) -> Result<Vec<(Event, Log)>, ChainError> {
        Event::all(self.rpc, self.address, from)
    }
}
