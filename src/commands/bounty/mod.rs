//! `tensorproof bounty`: the market for private models and for outputs of public ones, from both sides.

mod advance;
mod cancel;
mod check;
mod circuits;
mod claim;
mod commit;
mod compute;
mod create;
mod decrypt;
mod list;
mod market;
mod opening;
mod params;
mod phases;
mod pinned;
mod refund;
mod resign;
mod reveal;
mod send;
mod show;
mod submit;
mod testset;

use tensorproof_contracts::bounty::{
    BountyError, BountyKind, ComputeBounty, Factory, ModelBounty, ModelTerms, Phase, Statement as Verifier,
    element, word,
};
use tensorproof_contracts::chain::{ChainError, Rpc};
use tensorproof_contracts::{Address, ContractsError, U256};
use tensorproof_r1cs::{Fr, fr_to_decimal};

use super::Output;
use crate::baby_jubjub;
use crate::bounty::{Draft, Folder, Kind};
use crate::cli::BountyStep;
use crate::error::{Error, Result};

/// Public values of the delivery before the ciphertext: the hash of the parameters, and the host's key.
const BEFORE_CIPHERTEXT: usize = 3;

pub(super) fn run(step: &BountyStep, output: Output) -> Result<()> {
    match step {
        BountyStep::Circuits(args) => circuits::run(args, output),
        BountyStep::Params(args) => params::run(args, output),
        BountyStep::Testset(args) => testset::run(args, output),
        BountyStep::Create(args) => create::run(args, output),
        BountyStep::List(args) => list::run(args, output),
        BountyStep::Show(args) => show::run(args, output),
        BountyStep::Commit(args) => commit::run(args, output),
        BountyStep::Reveal(args) => reveal::run(args, output),
        BountyStep::Submit(args) => submit::run(args, output),
        BountyStep::Claim(args) => claim::run(args, output),
        BountyStep::Advance(args) => advance::run(args, output),
        BountyStep::Resign(args) => resign::run(args, output),
        BountyStep::Cancel(args) => cancel::run(args, output),
        BountyStep::Refund(args) => refund::run(args, output),
        BountyStep::Check(args) => check::run(args, output),
        BountyStep::Decrypt(args) => decrypt::run(args, output),
    }
}

/// A bounty of either kind.
enum Bounty<'r> {
    Model(ModelBounty<'r>),
    Compute(ComputeBounty<'r>),
}

impl Bounty<'_> {
    fn kind(&self) -> BountyKind {
        match self {
            Self::Model(_) => BountyKind::Model,
            Self::Compute(_) => BountyKind::Compute,
        }
    }
}

/// Returns a bounty that the factory opened: the code of any other contract may do as it likes.
fn open(rpc: &Rpc, address: Address) -> Result<Bounty<'_>> {
    let factory = Factory::new()?;
    match factory.kind(rpc, address) {
        Ok(Some(BountyKind::Model)) => Ok(Bounty::Model(ModelBounty::new(rpc, address))),
        Ok(Some(BountyKind::Compute)) => Ok(Bounty::Compute(ComputeBounty::new(rpc, address))),
        // Where there is no factory, nothing answers.
        Ok(None) | Err(ChainError::Endpoint { method: "eth_call", .. }) => {
            Err(Error::NoBounty { address: address.to_string(), factory: factory.step.address.to_string() })
        }
        Err(error) => Err(error.into()),
    }
}

/// Returns a bounty for a private model.
fn open_model(rpc: &Rpc, address: Address) -> Result<ModelBounty<'_>> {
    match open(rpc, address)? {
        Bounty::Model(bounty) => Ok(bounty),
        other @ Bounty::Compute(_) => Err(other_kind(address, other.kind(), BountyKind::Model)),
    }
}

/// Returns a bounty for outputs.
fn open_compute(rpc: &Rpc, address: Address) -> Result<ComputeBounty<'_>> {
    match open(rpc, address)? {
        Bounty::Compute(bounty) => Ok(bounty),
        other @ Bounty::Model(_) => Err(other_kind(address, other.kind(), BountyKind::Compute)),
    }
}

fn other_kind(address: Address, found: BountyKind, expected: BountyKind) -> Error {
    Error::OtherKind {
        address: address.to_string(),
        found: found.to_string(),
        expected: expected.to_string(),
    }
}

/// Refuses a bounty in another phase, before anything that takes long.
fn check_phase(actual: Phase, expected: Phase) -> Result<()> {
    if actual == expected {
        return Ok(());
    }
    Err(refused(BountyError::WrongPhase { actual, expected: Some(expected) }))
}

/// Refuses an account that is not the host's.
fn check_host(host: Address, sender: Address) -> Result<()> {
    if sender == host { Ok(()) } else { Err(refused(BountyError::NotHost { sender })) }
}

fn refused(error: BountyError) -> Error {
    ContractsError::from(error).into()
}

/// Refuses a bounty that is not about the circuits and the keys of a folder.
fn check_terms(folder: &Folder, terms: &ModelTerms) -> Result<()> {
    same("bounty's number of samples", terms.samples, folder.json.samples)?;
    same("bounty's length of ciphertexts", terms.ciphertext_length, folder.json.ciphertext_length)?;
    same("bounty's architecture", terms.architecture, folder.architecture()?)?;
    for (kind, Verifier { code_hash, .. }) in Kind::ALL.into_iter().zip(terms.statements) {
        let expected = crate::bounty::code_hash(&folder.verifier(kind)?)?;
        let what = match kind {
            Kind::TestSet => "code hash of the bounty's verifier of the test set",
            Kind::Accuracy => "code hash of the bounty's verifier of the accuracy",
            Kind::Delivery => "code hash of the bounty's verifier of the delivery",
        };
        same(what, code_hash, expected)?;
    }
    Ok(())
}

/// Refuses a bounty whose key is not the one that the host published, as it was given.
fn check_key(given: Option<&str>, terms: &ModelTerms) -> Result<()> {
    let Some(given) = given else {
        return Ok(());
    };
    let expected = baby_jubjub::read_public(given)?.map(|coordinate| word(&coordinate));
    if terms.key == expected {
        return Ok(());
    }
    let shown = |key: [U256; 2]| format!("{},{}", key[0], key[1]);
    Err(Error::Differs { what: "bounty's key", found: shown(terms.key), expected: shown(expected) })
}

/// Refuses a statement whose value is not the bounty's.
fn check_value(draft: &Draft<'_>, name: &str, what: &'static str, expected: U256) -> Result<()> {
    let values = draft.value(name);
    let found = values.iter().map(fr_to_decimal).collect::<Vec<_>>().join(", ");
    if matches!(values, [value] if word(value) == expected) {
        return Ok(());
    }
    Err(Error::Differs { what, found: expected.to_string(), expected: found })
}

fn same<T: Copy + PartialEq + std::fmt::Display>(what: &'static str, found: T, expected: T) -> Result<()> {
    if found == expected {
        return Ok(());
    }
    Err(Error::Differs { what, found: found.to_string(), expected: expected.to_string() })
}

/// Returns the elements that words of a contract stand for, which it has checked.
fn elements(words: &[U256]) -> Result<Vec<Fr>> {
    let elements: Option<Vec<Fr>> = words.iter().map(|word| element(*word)).collect();
    elements.ok_or(Error::Contracts(ContractsError::Bounty(BountyError::NotInField {
        value: words.iter().copied().max().unwrap_or_default(),
    })))
}
