//! `tensorproof bounty commit`: a hunter's commitment to parameters, with the stake.

use serde_json::json;
use tensorproof_contracts::bounty::{Call, Phase, word};
use tensorproof_contracts::chain::Signed;
use tensorproof_r1cs::fr_to_decimal;

use super::pinned::Pinned;
use super::send::{Intent, Session};
use super::show::terms_json;
use super::{
    BEFORE_CIPHERTEXT, Output, check_key, check_phase, check_terms, check_value, elements, open_model,
    phases, same,
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
    let submission = Submission::read(&args.submission, &folder)?;
    check_phase(bounty.phase()?, Phase::Committing)?;
    let terms = bounty.terms()?;
    check_terms(&folder, &terms)?;
    check_key(args.key.as_deref(), &terms)?;
    // What is staked on now, and encrypted to in the end, is what every later answer is compared with.
    let pinned = Pinned::of(&args.submission, session.chain, args.address, terms_json(&terms));
    let is_pinned = pinned.compare()?;
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
    let intent = Intent { name: "commit", call, pays: None, details };
    let mut keep = |_: &Signed| if is_pinned { Ok(()) } else { pinned.keep() };
    session.call(bounty.address, &intent, &mut keep, output)
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
