//! The transactions of hosts and hunters.

use revm::primitives::{Address, B256, U256};
use tensorproof_groth16::Proof;
use tensorproof_r1cs::Fr;

use super::phase::Phase;
use super::terms::{COMPUTE_TERMS, ComputeTerms, ModelTerms, TERMS};
use super::words::{address_word, call};
use crate::abi::{proof_words, word};
use crate::chain::Message;

/// A proof of a statement, as calls take it.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// Poseidon of the statement's values, the proof's first public signal.
    pub hash: Fr,
    /// The proof.
    pub proof: Proof,
}

/// A call of a bounty.
#[derive(Clone, Debug)]
pub enum Call {
    /// Commits the sender to parameters, with the stake.
    Commit {
        /// Salted Poseidon hash of the parameters.
        parameters_hash: Fr,
        /// The stake of the terms, in wei.
        stake: U256,
    },
    /// Takes the reward back before anyone committed, by the host.
    Cancel {
        /// Whom to pay.
        to: Address,
    },
    /// Reveals the test set, by the host.
    Reveal {
        /// The salt of the root.
        salt: Fr,
        /// The SHA-256 of each sample's bytes.
        digests: Vec<B256>,
        /// The label of each sample.
        labels: Vec<Fr>,
        /// The proof of the test set.
        evidence: Evidence,
    },
    /// Proves how many answers of the committed parameters are right.
    Submit {
        /// Right answers.
        correct: u32,
        /// The hunter ranked just before the sender, or zero.
        hint: Address,
        /// The proof of the accuracy.
        evidence: Evidence,
    },
    /// Delivers the parameters, by the hunter whose turn it is.
    Claim {
        /// The parameters, encrypted to the host's key, with tag and sender.
        ciphertext: Vec<Fr>,
        /// The proof of the delivery.
        evidence: Evidence,
        /// Whom to pay.
        to: Address,
    },
    /// Begins the first turn, or ends the half turn whose time is over, by anyone.
    Advance,
    /// Gives up a hunter's turn before it begins, and takes its stake back.
    Resign {
        /// Whom to pay.
        to: Address,
    },
    /// Takes a hunter's stake back.
    Refund {
        /// Whom to pay.
        to: Address,
    },
    /// Takes the reward or forfeited stakes, by the host.
    Reclaim {
        /// Whom to pay.
        to: Address,
    },
    /// Brings the outputs of a bounty for computing.
    Solve {
        /// The outputs of all samples.
        outputs: Vec<Fr>,
        /// The proof of the outputs.
        evidence: Evidence,
        /// Whom to pay.
        to: Address,
    },
    /// Takes the reward of a bounty for computing that expired, by the host.
    ReclaimExpired {
        /// Whom to pay.
        to: Address,
    },
}

impl Call {
    /// Returns the phase that the call belongs to; none if it belongs to several.
    pub fn phase(&self) -> Option<Phase> {
        match self {
            Self::Commit { .. } | Self::Cancel { .. } => Some(Phase::Committing),
            Self::Reveal { .. } => Some(Phase::Revealing),
            Self::Submit { .. } => Some(Phase::Proving),
            Self::Claim { .. } | Self::Advance | Self::Resign { .. } => Some(Phase::Claiming),
            Self::Refund { .. } | Self::Reclaim { .. } => None,
            Self::Solve { .. } => Some(Phase::Open),
            Self::ReclaimExpired { .. } => Some(Phase::Expired),
        }
    }

    /// Returns the gas that the call takes by our own measure, rounded up, but for what a receiver of a payment does with it.
    ///
    /// Chains count differently, so that it is no limit: an estimate of many times more is not to be believed.
    pub fn gas(&self) -> u64 {
        // Four thirds of what the contracts' snapshot has; for lists, of the least price of call data (EIP-7623).
        let list =
            |base: u64, length: usize, each: u64| base.saturating_add(each.saturating_mul(length as u64));
        match self {
            Self::Commit { .. } | Self::Resign { .. } => 110_000,
            Self::Cancel { .. } | Self::Advance | Self::Refund { .. } => 80_000,
            Self::Reclaim { .. } | Self::ReclaimExpired { .. } => 70_000,
            Self::Reveal { digests, .. } => list(340_000, digests.len(), 3_600),
            // A hundred hunters to pass over, behind a hint that others came after.
            Self::Submit { .. } => 800_000,
            Self::Claim { ciphertext: items, .. } | Self::Solve { outputs: items, .. } => {
                list(380_000, items.len(), 1_700)
            }
        }
    }

    /// Returns the message that makes the call.
    pub fn message(&self, bounty: Address) -> Message {
        let value = match self {
            Self::Commit { stake, .. } => *stake,
            _ => U256::ZERO,
        };
        Message { to: bounty, value, data: self.data() }
    }

    fn data(&self) -> Vec<u8> {
        let fields = |values: &[Fr]| values.iter().map(word).collect::<Vec<_>>();
        let pay = |signature: &str, to: &Address| call(signature, &[Some(address_word(*to))], &[]);
        match self {
            Self::Commit { parameters_hash, .. } => {
                call("commit(uint256)", &[Some(word(parameters_hash))], &[])
            }
            Self::Cancel { to } => pay("cancel(address)", to),
            Self::Advance => call("advance(uint256)", &[Some(U256::from(1))], &[]),
            Self::Resign { to } => pay("resign(address)", to),
            Self::Refund { to } => pay("refund(address)", to),
            Self::Reclaim { to } | Self::ReclaimExpired { to } => pay("reclaim(address)", to),
            Self::Reveal { salt, digests, labels, evidence } => {
                let heads = [vec![Some(word(salt)), None, None], evidence.words()].concat();
                let digests: Vec<U256> = digests.iter().map(|digest| (*digest).into()).collect();
                let signature = format!("reveal(uint256,bytes32[],uint256[],uint256,{PROOF})");
                call(&signature, &heads, &[&digests, &fields(labels)])
            }
            Self::Submit { correct, hint, evidence } => {
                let heads = vec![Some(U256::from(*correct)), Some(address_word(*hint))];
                let signature = format!("submit(uint32,address,uint256,{PROOF})");
                call(&signature, &[heads, evidence.words()].concat(), &[])
            }
            Self::Claim { ciphertext: list, evidence, to } | Self::Solve { outputs: list, evidence, to } => {
                let name = if matches!(self, Self::Claim { .. }) { "claim" } else { "solve" };
                let heads = [vec![None], evidence.words(), vec![Some(address_word(*to))]].concat();
                let signature = format!("{name}(uint256[],uint256,{PROOF},address)");
                call(&signature, &heads, &[&fields(list)])
            }
        }
    }
}

/// The types of a proof in signatures.
const PROOF: &str = "(uint256[2],uint256[2][2],uint256[2])";

impl Evidence {
    fn words(&self) -> Vec<Option<U256>> {
        std::iter::once(word(&self.hash)).chain(proof_words(&self.proof)).map(Some).collect()
    }
}

/// Gas that the opening of a bounty takes by our own measure, rounded up; see [`Call::gas`].
pub const OPENING_GAS: u64 = 590_000;

/// Returns the call of the factory that opens a bounty for computing, with the reward.
pub fn open_compute(factory: Address, terms: &ComputeTerms) -> Message {
    let heads: Vec<_> = terms.words().into_iter().map(Some).collect();
    let data = call(&format!("openComputeBounty({COMPUTE_TERMS})"), &heads, &[]);
    Message { to: factory, value: terms.reward, data }
}

/// Returns the call of the factory that opens a bounty for a model, with the reward.
pub fn open(factory: Address, terms: &ModelTerms) -> Message {
    let heads: Vec<_> = terms.words().into_iter().map(Some).collect();
    let data = call(&format!("openModelBounty({TERMS})"), &heads, &[]);
    Message { to: factory, value: terms.reward, data }
}
