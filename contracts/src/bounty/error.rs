//! Why a bounty refuses a call.

use revm::primitives::{Address, B256, U256, hex};

use super::limits::{MAX_CIPHERTEXT, MAX_OUTPUTS, MAX_SAMPLES, MAX_TURN, MIN_DURATION};
use super::phase::{BountyKind, Phase};
use super::words::Words;
use crate::abi::selector;
use crate::chain::ChainError;
use crate::{ContractsError, evm};

/// The errors that the contracts declare; addresses and numbers are theirs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the fields are what the messages say they are")]
pub enum BountyError {
    /// Phases are a matter of the time of the block.
    #[error("the bounty is in phase {actual}{}", expected.map(|phase| format!(", this call belongs to {phase}")).unwrap_or_default())]
    WrongPhase { actual: Phase, expected: Option<Phase> },
    /// Only the factory opens bounties.
    #[error("{sender} is not the factory")]
    NotFactory { sender: Address },
    /// Only the host may do this.
    #[error("{sender} is not the host of the bounty")]
    NotHost { sender: Address },
    /// The value sent is not the one that the terms name.
    #[error("the call pays {actual} wei, expected {expected}")]
    WrongValue { expected: U256, actual: U256 },
    /// The contract does not say which of its conditions does not hold.
    #[error(
        "the terms are not possible: expected phases of {MIN_DURATION} s and more, a year in all, turns of {MIN_DURATION} s to {MAX_TURN} s, \
         from 1 to {MAX_SAMPLES} samples, a \
         threshold from 1 to their number, and ciphertexts of 1 to {MAX_CIPHERTEXT} elements; of a bounty for computing an end \
         in {MIN_DURATION} s to a year, and 1 to {MAX_OUTPUTS} outputs"
    )]
    InvalidTerms,
    /// Zero stands for no commitment.
    #[error("the hash of the parameters is zero, which stands for no commitment")]
    EmptyCommitment,
    /// An account commits once.
    #[error("{hunter} has committed already")]
    AlreadyCommitted { hunter: Address },
    /// Only hunters may do this.
    #[error("{hunter} has not committed to parameters")]
    NotCommitted { hunter: Address },
    /// A hunter proves its accuracy once.
    #[error("{hunter} has proved its accuracy already")]
    AlreadyProved { hunter: Address },
    /// The host is bound to its bounty.
    #[error("{hunters} hunters have committed: the host is bound to the bounty")]
    HasHunters { hunters: U256 },
    /// A list has not the length that the terms name.
    #[error("a list has {actual} items, the terms name {expected}")]
    WrongLength { expected: U256, actual: U256 },
    /// Too few right answers, or more than there are samples.
    #[error("{actual} right answers, expected at least {threshold} of {samples}")]
    WrongCount { threshold: U256, samples: U256, actual: U256 },
    /// The hint is no hunter ranked before the sender.
    #[error("{hint} is not ranked before the sender")]
    WrongHint { hint: Address },
    /// It is the turn of another hunter.
    #[error("it is the turn of {candidate}")]
    NotYourTurn { candidate: Address },
    /// A hunter gives up its turn before it begins.
    #[error("{hunter} has no turn to come: it proved nothing, or its turn has begun")]
    NoTurnToCome { hunter: Address },
    /// There is nothing to pay to the sender, now or any more.
    #[error("nothing is due to {account}")]
    NothingDue { account: Address },
    /// The verifier is not the one that the host approved.
    #[error("the code of the verifier {verifier} has the hash {actual}, the terms name {expected}")]
    WrongVerifierCode { verifier: Address, expected: B256, actual: B256 },
    /// A value is not below the prime.
    #[error("{value} is not below the order of the scalar field")]
    NotInField { value: U256 },
    /// The approved verifier does not accept the proof.
    #[error("the verifier refuses the proof")]
    InvalidProof,
    /// The encryption circuit would refuse the key.
    #[error("({x}, {y}) is not a public key on Baby Jubjub")]
    InvalidKey { x: U256, y: U256 },
    /// The receiver of a payment did not take it.
    #[error("the receiver of the payment does not take it")]
    FailedCall,
    /// The bounty has less than it owes.
    #[error("{balance} wei are there, {needed} are needed")]
    InsufficientBalance { balance: U256, needed: U256 },
    /// A payment called the bounty back.
    #[error("the receiver of the payment called the bounty back")]
    ReentrancyGuardReentrantCall,
}

type Read = fn(&mut Words<'_>) -> Option<BountyError>;

/// The error of a call that belongs to another phase, whose number each kind of bounty has its own meaning for.
pub(super) const WRONG_PHASE: &str = "WrongPhase(uint8)";

/// Signatures of the contracts' other errors, and how their arguments are read.
pub(super) const ERRORS: [(&str, Read); 22] = {
    use BountyError as E;
    [
        ("NotFactory(address)", |w| Some(E::NotFactory { sender: w.address()? })),
        ("NotHost(address)", |w| Some(E::NotHost { sender: w.address()? })),
        ("WrongValue(uint256,uint256)", |w| Some(E::WrongValue { expected: w.word()?, actual: w.word()? })),
        ("InvalidTerms()", |_| Some(E::InvalidTerms)),
        ("EmptyCommitment()", |_| Some(E::EmptyCommitment)),
        ("AlreadyCommitted(address)", |w| Some(E::AlreadyCommitted { hunter: w.address()? })),
        ("NotCommitted(address)", |w| Some(E::NotCommitted { hunter: w.address()? })),
        ("AlreadyProved(address)", |w| Some(E::AlreadyProved { hunter: w.address()? })),
        ("HasHunters(uint256)", |w| Some(E::HasHunters { hunters: w.word()? })),
        ("WrongLength(uint256,uint256)", |w| Some(E::WrongLength { expected: w.word()?, actual: w.word()? })),
        ("WrongCount(uint256,uint256,uint256)", |w| {
            Some(E::WrongCount { threshold: w.word()?, samples: w.word()?, actual: w.word()? })
        }),
        ("WrongHint(address)", |w| Some(E::WrongHint { hint: w.address()? })),
        ("NotYourTurn(address)", |w| Some(E::NotYourTurn { candidate: w.address()? })),
        ("NoTurnToCome(address)", |w| Some(E::NoTurnToCome { hunter: w.address()? })),
        ("NothingDue(address)", |w| Some(E::NothingDue { account: w.address()? })),
        ("WrongVerifierCode(address,bytes32,bytes32)", |w| {
            Some(E::WrongVerifierCode { verifier: w.address()?, expected: w.hash()?, actual: w.hash()? })
        }),
        ("NotInField(uint256)", |w| Some(E::NotInField { value: w.word()? })),
        ("InvalidProof()", |_| Some(E::InvalidProof)),
        ("InvalidKey(uint256,uint256)", |w| Some(E::InvalidKey { x: w.word()?, y: w.word()? })),
        ("FailedCall()", |_| Some(E::FailedCall)),
        ("InsufficientBalance(uint256,uint256)", |w| {
            Some(E::InsufficientBalance { balance: w.word()?, needed: w.word()? })
        }),
        ("ReentrancyGuardReentrantCall()", |_| Some(E::ReentrancyGuardReentrantCall)),
    ]
};

impl BountyError {
    /// Reads what a call reverted with; `expected` is the phase that the call belongs to.
    pub fn read(data: &[u8], expected: Option<Phase>) -> Option<Self> {
        if let Some(arguments) = data.strip_prefix(&selector(WRONG_PHASE)) {
            let kind = expected.map_or(BountyKind::Model, Phase::kind);
            return Some(Self::WrongPhase {
                actual: Phase::read(&mut Words::new(arguments), kind)?,
                expected,
            });
        }
        ERRORS
            .iter()
            .find_map(|(signature, read)| read(&mut Words::new(data.strip_prefix(&selector(signature))?)))
    }
}

/// Returns why a call was refused, in the words of the contract if an endpoint passed them on.
pub fn refusal(error: ChainError, expected: Option<Phase>) -> ContractsError {
    let ChainError::Refused { data: Some(text), .. } = &error else {
        return error.into();
    };
    let data = hex::decode(text).unwrap_or_default();
    match BountyError::read(&data, expected) {
        Some(reason) => reason.into(),
        None if data.is_empty() => error.into(),
        None => ContractsError::Refused { reason: evm::describe_revert(text) },
    }
}
