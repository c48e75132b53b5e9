//! What the host of a bounty asks for.

use revm::primitives::{Address, B256, U256, keccak256};

use super::limits::MIN_LATER_TURN;
use super::words::{Words, address_word};

/// The types of [`ModelTerms`] in signatures.
pub(super) const TERMS: &str = "(address,uint256,uint256,uint32,uint32,uint32,uint64,uint64,uint64,uint64,bytes32,\
                                bytes32,uint256,uint256[2],(address,bytes32),(address,bytes32),(address,bytes32))";

/// The types of [`ComputeTerms`] in signatures.
pub(super) const COMPUTE_TERMS: &str =
    "(address,uint256,uint64,uint32,bytes32,bytes32,uint256,bytes32,(address,bytes32))";

/// What the host of a bounty for a model asks for, fixed on opening.
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
    /// Seconds in a turn; see [`ModelTerms::turn_of`].
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

/// What the host of a bounty for computing asks for, fixed on opening.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComputeTerms {
    /// Who opens the bounty and wants the outputs.
    pub host: Address,
    /// Wei for whoever proves the outputs first.
    pub reward: U256,
    /// Unix time at which the host may take the reward back.
    pub end: u64,
    /// Field elements of the outputs, those of all samples.
    pub outputs: u32,
    /// Hash of the circuit's sources, which hold the model.
    pub architecture: B256,
    /// Hash of the transcript of the key's ceremony.
    pub setup: B256,
    /// Poseidon hash of the data and its salt.
    pub data_hash: U256,
    /// SHA-256 of the data's file.
    pub data_digest: B256,
    /// The verifier of the outputs.
    pub inference: Statement,
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

    fn words(&self) -> [U256; 2] {
        [address_word(self.verifier), self.code_hash.into()]
    }

    fn read(words: &mut Words<'_>) -> Option<Self> {
        Some(Self { verifier: words.address()?, code_hash: words.hash()? })
    }
}

impl ModelTerms {
    /// Returns the seconds that a turn takes at the least: the first one, or another.
    pub fn turn_of(&self, is_first: bool) -> u64 {
        if is_first { self.turn } else { self.turn.max(MIN_LATER_TURN) }
    }

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
        words.extend(self.statements.iter().flat_map(Statement::words));
        words
    }

    pub(super) fn read(words: &mut Words<'_>) -> Option<Self> {
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
            statements: [Statement::read(words)?, Statement::read(words)?, Statement::read(words)?],
        })
    }
}

impl ComputeTerms {
    pub(super) fn words(&self) -> Vec<U256> {
        let mut words = vec![
            address_word(self.host),
            self.reward,
            U256::from(self.end),
            U256::from(self.outputs),
            self.architecture.into(),
            self.setup.into(),
            self.data_hash,
            self.data_digest.into(),
        ];
        words.extend(self.inference.words());
        words
    }

    pub(super) fn read(words: &mut Words<'_>) -> Option<Self> {
        Some(Self {
            host: words.address()?,
            reward: words.word()?,
            end: words.small()?,
            outputs: words.small()?,
            architecture: words.hash()?,
            setup: words.hash()?,
            data_hash: words.word()?,
            data_digest: words.hash()?,
            inference: Statement::read(words)?,
        })
    }
}
