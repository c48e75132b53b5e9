//! What the host of a bounty asks for, and the phases that it goes through.

use std::fmt;

use revm::primitives::{Address, B256, U256, keccak256};

use super::words::{Words, address_word};

/// The types of [`ModelTerms`] in signatures.
pub(super) const TERMS: &str = "(address,uint256,uint256,uint32,uint32,uint32,uint64,uint64,uint64,uint64,bytes32,\
                                bytes32,uint256,uint256[2],(address,bytes32),(address,bytes32),(address,bytes32))";

/// What the host asks for, fixed on opening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelTerms {
    /// Who opens the bounty, reveals the test set and can read the winner's parameters.
    pub host: Address,
    /// Wei for the winner.
    pub reward: U256,
    /// Wei that each hunter deposits with its commitment.
    pub stake: U256,
    /// Right answers that a model needs at least.
    pub threshold: u32,
    /// Samples in the test set.
    pub samples: u32,
    /// Field elements in a ciphertext, with tag and sender.
    pub ciphertext_length: u32,
    /// Unix time at which commitments end and the reveal begins.
    pub commit_end: u64,
    /// Unix time at which the reveal ends.
    pub reveal_end: u64,
    /// Unix time at which proofs of accuracy end and the turns of claiming begin.
    pub proof_end: u64,
    /// Seconds in a turn.
    pub turn: u64,
    /// Hash of the accuracy circuit's sources.
    pub architecture: B256,
    /// Hash of the transcripts of the three keys' ceremonies.
    pub setup: B256,
    /// Salted root over images and labels.
    pub test_set_root: U256,
    /// The host's public key on Baby Jubjub, x and y.
    pub key: [U256; 2],
    /// The verifiers: of the test set, of the accuracy, of the delivery.
    pub statements: [Statement; 3],
}

/// A circuit whose proofs count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The contract that verifies its proofs.
    pub verifier: Address,
    /// keccak256 of that contract's code.
    pub code_hash: B256,
}

impl Statement {
    /// Returns what the proofs of `sender` are bound to: keccak256(abi.encode(chain, bounty, code hash, sender)).
    pub fn domain(&self, chain: u64, bounty: Address, sender: Address) -> B256 {
        let words = [U256::from(chain).into(), bounty.into_word(), self.code_hash, sender.into_word()];
        keccak256(words.concat())
    }
}

impl ModelTerms {
    pub(super) fn words(&self) -> Vec<U256> {
        let mut words = vec![
            address_word(self.host),
            self.reward,
            self.stake,
            U256::from(self.threshold),
            U256::from(self.samples),
            U256::from(self.ciphertext_length),
            U256::from(self.commit_end),
            U256::from(self.reveal_end),
            U256::from(self.proof_end),
            U256::from(self.turn),
            self.architecture.into(),
            self.setup.into(),
            self.test_set_root,
        ];
        words.extend(self.key);
        for statement in &self.statements {
            words.extend([address_word(statement.verifier), statement.code_hash.into()]);
        }
        words
    }

    pub(super) fn read(words: &mut Words<'_>) -> Option<Self> {
        let statement =
            |words: &mut Words<'_>| Some(Statement { verifier: words.address()?, code_hash: words.hash()? });
        Some(Self {
            host: words.address()?,
            reward: words.word()?,
            stake: words.word()?,
            threshold: words.small()?,
            samples: words.small()?,
            ciphertext_length: words.small()?,
            commit_end: words.small()?,
            reveal_end: words.small()?,
            proof_end: words.small()?,
            turn: words.small()?,
            architecture: words.hash()?,
            setup: words.hash()?,
            test_set_root: words.word()?,
            key: [words.word()?, words.word()?],
            statements: [statement(words)?, statement(words)?, statement(words)?],
        })
    }
}

/// The phases, in the order of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The factory has not opened the bounty.
    Unopened,
    /// Hunters commit to parameters.
    Committing,
    /// The host reveals the test set.
    Revealing,
    /// Hunters prove their accuracy.
    Proving,
    /// Hunters deliver, in their turns.
    Claiming,
    /// The winner delivered and was paid.
    Delivered,
    /// Nobody delivered.
    Undelivered,
    /// The host revealed nothing.
    Forfeited,
    /// The host took the reward back before anyone committed.
    Cancelled,
}

/// The phases by their number in the contract.
const PHASES: [Phase; 9] = [
    Phase::Unopened,
    Phase::Committing,
    Phase::Revealing,
    Phase::Proving,
    Phase::Claiming,
    Phase::Delivered,
    Phase::Undelivered,
    Phase::Forfeited,
    Phase::Cancelled,
];

impl Phase {
    pub(super) fn read(words: &mut Words<'_>) -> Option<Self> {
        PHASES.get(words.small::<usize>()?).copied()
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The names are those of the contract.
        fmt::Debug::fmt(self, formatter)
    }
}
