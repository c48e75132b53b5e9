//! What a bounty tells.

use revm::primitives::{Address, B256, U256, keccak256};

use super::terms::{ModelTerms, TERMS};
use super::words::Words;
use crate::chain::Log;

/// An event of a bounty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The host opened the bounty.
    Opened(Box<ModelTerms>),
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
    /// The host cancelled the bounty.
    Cancelled,
    /// A hunter took its stake back, with its share of a forfeited reward.
    Refunded {
        /// Who.
        hunter: Address,
        /// Wei.
        amount: U256,
    },
    /// The host took the reward or the stakes of hunters that did not deliver.
    Reclaimed {
        /// Wei.
        amount: U256,
    },
}

/// The signature of the event by which the factory announces a bounty: bounty, host and architecture are indexed.
pub(super) const ANNOUNCED: &str = "ModelBountyOpened(address,address,bytes32)";

impl Event {
    /// Reads a log; nothing if it is of no event of a bounty.
    pub fn read(log: &Log) -> Option<Self> {
        let signature = *log.topics.first()?;
        let mut words = Words::new(&log.data);
        let hunter = || indexed(log, 1);
        let is = |event: &str| keccak256(event) == signature;
        if is(&format!("Opened({TERMS})")) {
            return ModelTerms::read(&mut words).map(|terms| Self::Opened(Box::new(terms)));
        }
        if is("Committed(address,uint256,uint256)") {
            let (order, parameters_hash) = (words.word()?, words.word()?);
            return Some(Self::Committed { hunter: hunter()?, order, parameters_hash });
        }
        if is("Revealed(uint256,bytes32[],uint256[])") {
            let salt = words.word()?;
            let digests = words.list()?.into_iter().map(B256::from).collect();
            return Some(Self::Revealed { salt, digests, labels: words.list()? });
        }
        if is("Proved(address,uint256)") {
            return Some(Self::Proved { hunter: hunter()?, correct: words.word()? });
        }
        if is("Delivered(address,uint256[])") {
            return Some(Self::Delivered { hunter: hunter()?, ciphertext: words.list()? });
        }
        if is("Refunded(address,uint256)") {
            return Some(Self::Refunded { hunter: hunter()?, amount: words.word()? });
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
    /// The bounty.
    pub bounty: Address,
    /// Who opened it.
    pub host: Address,
    /// Hash of the accuracy circuit's sources.
    pub architecture: B256,
    /// The block in which it was opened.
    pub block: u64,
}

impl Announced {
    /// Reads a log of the factory; nothing if it is of another event.
    pub fn read(log: &Log) -> Option<Self> {
        (*log.topics.first()? == keccak256(ANNOUNCED)).then_some(())?;
        let architecture = *log.topics.get(3)?;
        Some(Self { bounty: indexed(log, 1)?, host: indexed(log, 2)?, architecture, block: log.block })
    }
}

fn indexed(log: &Log, place: usize) -> Option<Address> {
    let topic = log.topics.get(place)?;
    topic.starts_with(&[0; 12]).then(|| Address::from_word(*topic))
}
