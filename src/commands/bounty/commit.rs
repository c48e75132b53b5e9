//! `tensorproof bounty commit`: a hunter's commitment to parameters, with the stake.

use serde_json::json;
use tensorproof_contracts::bounty::{Call, Phase, word};
use tensorproof_r1cs::fr_to_decimal;

use super::send::Session;
use super::{
    BEFORE_CIPHERTEXT, Output, check_phase, check_terms, check_value, elements, open_model, phases, same,
};
use crate::baby_jubjub;
use crate::bounty::{Draft, Folder, Kind, Statement, Submission};
use crate::cli::BountyCommitArgs;
use crate::error::Result;
use crate::terminal::grouped;

pub(super) fn run(args: &BountyCommitArgs, output: Output) -> Result<()> {
    let session = Session::open(&args.send, output)?;
    let bounty = open_model(&session.rpc, args.address)?;
    let folder = Folder::read(&args.folder)?;
    let submission = Submission::read(&args.submission)?;
    check_phase(bounty.phase()?, Phase::Committing)?;
    let terms = bounty.terms()?;
    check_terms(&folder, &terms)?;
    let phases = phases::check(&session.rpc, &terms, args.allow_short_phases, output)?;
    // Who stakes on a hash that no circuit computes could neither prove nor deliver.
    let statement = Statement::open(&folder, Kind::Delivery)?;
    let work = || delivery(&statement, &submission, &terms.key);
    let (draft, _) = output.terminal.stage("hash", work, |draft: &Draft<'_>| {
        format!("{} public values", grouped(draft.values().len()))
    })?;
    // A host that asks for another length could be delivered nothing, and would keep the stakes.
    let length = draft.values().len().saturating_sub(BEFORE_CIPHERTEXT);
    same("length of ciphertexts", terms.ciphertext_length as usize, length)?;
    check_value(&draft, "paramsHash", "hash of the parameters in `hunter.json`", word(&submission.hash))?;
    let call = Call::Commit { parameters_hash: submission.hash, stake: terms.stake };
    let details = json!({ "commitment": fr_to_decimal(&submission.hash), "phases": phases });
    session.call(bounty.address, "commit", &call, &details, output)
}

/// Returns the statement that delivers parameters to the host; its encryption is a new one each time.
pub(super) fn delivery<'s>(
    statement: &'s Statement,
    submission: &Submission,
    key: &[tensorproof_contracts::U256; 2],
) -> Result<Draft<'s>> {
    let mut inputs = submission.inputs.clone();
    inputs.insert("recipient".to_owned(), elements(key)?);
    inputs.insert("paramsSecret".to_owned(), vec![baby_jubjub::random_secret()?]);
    statement.draft(inputs)
}
