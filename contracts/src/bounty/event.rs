//! What a bounty tells.

use revm::primitives::{Address, B256, U256, keccak256};

use super::phase::BountyKind;
use super::terms::{COMPUTE_TERMS, ComputeTerms, ModelTerms, TERMS};
use super::words::Words;
use crate::chain::{ChainError, Log, Rpc};

/// An event of a bounty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The host opened a bounty for a model.
    Opened(Box<ModelTerms>),
    /// The host opened a bounty for computing.
    OpenedCompute(Box<ComputeTerms>),
    /// A hunter committed to parameters.
    Committed {
        /// Who.
        hunter: Address,
        /// Commitments before its own.
        order: U256,
        /// Salted Poseidon hash of its parameters.
        parameters_hash: U256,
    },
    /// The host revealed the test set.
    Revealed {
        /// The salt of the root.
        salt: U256,
        /// The SHA-256 of each sample's bytes.
        digests: Vec<B256>,
        /// The label of each sample.
        labels: Vec<U256>,
    },
    /// A hunter proved its accuracy.
    Proved {
        /// Who.
        hunter: Address,
        /// Right answers.
        correct: U256,
    },
    /// The winner delivered its parameters, and was paid.
    Delivered {
        /// Who.
        hunter: Address,
        /// The parameters, encrypted to the host's key, with tag and sender.
        ciphertext: Vec<U256>,
    },
    /// A hunter gave up its turn before it began.
    Resigned {
        /// Who.
        hunter: Address,
    },
    /// The host cancelled the bounty.
    Cancelled,
    /// A hunter took its stake back, with its share of a forfeited reward.
    Refunded {
        /// Who.
        hunter: Address,
        /// Wei.
        amount: U256,
    },
    /// A solver brought the outputs of a bounty for computing, and was paid.
    Solved {
        /// Who.
        solver: Address,
        /// The outputs of all samples.
        outputs: Vec<U256>,
    },
    /// The host took the reward or the stakes of hunters that did not deliver.
    Reclaimed {
        /// Wei.
        amount: U256,
    },
}

/// The signatures of the events by which the factory announces bounties: bounty, host and architecture are indexed.
pub(super) const ANNOUNCED: [(&str, BountyKind); 2] = [
    ("ModelBountyOpened(address,address,bytes32)", BountyKind::Model),
    ("ComputeBountyOpened(address,address,bytes32)", BountyKind::Compute),
];

impl Event {
    /// Returns what a bounty told from a block on, the first event first.
    pub(super) fn all(rpc: &Rpc, bounty: Address, from: u64) -> Result<Vec<(Self, Log)>, ChainError> {
        let logs = rpc.logs(bounty, &[], from)?;
        Ok(logs.into_iter().filter_map(|log| Some((Self::read(&log)?, log))).collect())
    }

    /// Reads a log; nothing if it is of no event of a bounty.
    pub fn read(log: &Log) -> Option<Self> {
        let signature = *log.topics.first()?;
        let mut words = Words::new(&log.data);
        let account = || indexed(log, 1);
        let is = |event: &str| keccak256(event) == signature;
        if is(&format!("Opened({TERMS})")) {
            return ModelTerms::read(&mut words).map(|terms| Self::Opened(Box::new(terms)));
        }
        if is(&format!("Opened({COMPUTE_TERMS})")) {
            return ComputeTerms::read(&mut words).map(|terms| Self::OpenedCompute(Box::new(terms)));
        }
        if is("Solved(address,uint256[])") {
            return Some(Self::Solved { solver: account()?, outputs: words.list()? });
        }
        if is("Committed(address,uint256,uint256)") {
            let (order, parameters_hash) = (words.word()?, words.word()?);
            return Some(Self::Committed { hunter: account()?, order, parameters_hash });
        }
        if is("Revealed(uint256,bytes32[],uint256[])") {
            let salt = words.word()?;
            let digests = words.list()?.into_iter().map(B256::from).collect();
            return Some(Self::Revealed { salt, digests, labels: words.list()? });
        }
        if is("Proved(address,uint256)") {
            return Some(Self::Proved { hunter: account()?, correct: words.word()? });
        }
        if is("Delivered(address,uint256[])") {
            return Some(Self::Delivered { hunter: account()?, ciphertext: words.list()? });
        }
        if is("Resigned(address)") {
            return Some(Self::Resigned { hunter: account()? });
        }
        if is("Refunded(address,uint256)") {
            return Some(Self::Refunded { hunter: account()?, amount: words.word()? });
        }
        if is("Reclaimed(uint256)") {
            return Some(Self::Reclaimed { amount: words.word()? });
        }
        is("Cancelled()").then_some(Self::Cancelled)
    }
}

/// A bounty that the factory announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Announced {
    /// What it pays for.
    pub kind: BountyKind,
    /// The bounty.
    pub bounty: Address,
    /// Who opened it.
    pub host: Address,
    /// Hash of the sources of the circuit of the accuracy, or of the outputs.
    pub architecture: B256,
    /// The block in which it was opened.
    pub block: u64,
}

impl Announced {
    /// Reads a log of the factory; nothing if it is of another event.
    pub fn read(log: &Log) -> Option<Self> {
        let topic = log.topics.first()?;
        let (_, kind) = ANNOUNCED.into_iter().find(|(event, _)| keccak256(event) == *topic)?;
        let architecture = *log.topics.get(3)?;
        Some(Self { kind, bounty: indexed(log, 1)?, host: indexed(log, 2)?, architecture, block: log.block })
    }
}

fn indexed(log: &Log, place: usize) -> Option<Address> {
    let topic = log.topics.get(place)?;
    topic.starts_with(&[0; 12]).then(|| Address::from_word(*topic))
}
