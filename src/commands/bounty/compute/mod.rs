//! Bounties that pay for the outputs of a public model on public data.

mod check;
mod create;
mod show;
mod submit;

pub(super) use check::run as check;
pub(super) use create::run as create;
pub(super) use show::run as show;
pub(super) use submit::run as submit;

use serde_json::{Value, json};
use tensorproof_contracts::bounty::{ComputeTerms, MAX_OUTPUTS, Statement as Verifier, word};
use tensorproof_contracts::{B256, U256};

use super::same;
use super::show::statement_json;
use crate::bounty::{Computation, Data, Draft, Statement, architecture, code_hash, verifier};
use crate::error::{Error, Result};

/// Returns the hash of the data: the last of the values of a statement, after the outputs.
fn data_hash(draft: &Draft<'_>) -> Result<U256> {
    draft.values().last().map(word).ok_or(Error::Internal("a statement has no values"))
}

/// Returns the number of outputs, as terms have it.
fn outputs(computation: &Computation) -> Result<u32> {
    let found = computation.outputs();
    let outputs = u32::try_from(found).ok().filter(|outputs| *outputs <= MAX_OUTPUTS);
    outputs.ok_or(Error::OverLimit { what: "outputs", found, most: MAX_OUTPUTS })
}

/// Refuses a bounty that is not about the key of a build directory.
fn check_terms(computation: &Computation, terms: &ComputeTerms) -> Result<()> {
    same("bounty's number of outputs", terms.outputs, outputs(computation)?)?;
    let Verifier { code_hash, .. } = terms.inference;
    same("code hash of the bounty's verifier", code_hash, code_hash_of(computation)?)
}

/// Refuses a bounty that is about another circuit than a build directory's.
fn check_circuit(computation: &Computation, statement: &Statement, terms: &ComputeTerms) -> Result<()> {
    let expected = architecture(&computation.dir, statement.circuit());
    same("bounty's architecture", terms.architecture, expected)
}

/// Refuses a bounty that is about other data.
fn check_digest(data: &Data, terms: &ComputeTerms) -> Result<()> {
    same("bounty's SHA-256 of the data", terms.data_digest, data.digest)
}

/// Returns the hash of the code of the verifier of a build directory's key.
fn code_hash_of(computation: &Computation) -> Result<B256> {
    code_hash(&verifier(&computation.dir)?)
}

/// Returns the terms as JSON: amounts and elements as decimal strings, times and counts as numbers.
pub(super) fn terms_json(terms: &ComputeTerms) -> Value {
    json!({
        "host": terms.host.to_string(),
        "reward": terms.reward.to_string(),
        "end": terms.end,
        "outputs": terms.outputs,
        "architecture": terms.architecture.to_string(),
        "setup": terms.setup.to_string(),
        "data_hash": terms.data_hash.to_string(),
        "data_digest": terms.data_digest.to_string(),
        "statements": { "inference": statement_json(&terms.inference) },
    })
}
