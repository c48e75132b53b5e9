//! `tensorproof bounty submit`: how many samples a hunter's parameters get right.

use serde_json::json;
use tensorproof_contracts::Address;
use tensorproof_contracts::bounty::{BountyError, Call, Event, ModelBounty, Phase, word};

use super::commit::delivery;
use super::pinned::Pinned;
use super::send::{Intent, Session};
use super::show::terms_json;
use super::{Output, check_phase, check_terms, check_value, compute, elements, open_model, phases, refused};
use crate::bounty::{Folder, Kind, Statement, Submission, TestSet};
use crate::cli::{AccuracyArgs, BountySubmitArgs};
use crate::error::{Error, Result};

pub(super) fn run(args: &BountySubmitArgs, output: Output) -> Result<()> {
    match (&args.model, &args.compute) {
        (_, Some(given)) => compute::submit(args, given, output),
        (Some(given), None) => accuracy(args, given, output),
        (None, None) => Err(Error::Internal("nothing to submit")),
    }
}

fn accuracy(args: &BountySubmitArgs, given: &AccuracyArgs, output: Output) -> Result<()> {
    let session = Session::open(&args.send, output)?;
    let bounty = open_model(&session.rpc, args.address)?;
    let folder = Folder::read(&args.folder)?;
    let submission = Submission::read(&given.submission, &folder)?;
    check_phase(bounty.phase()?, Phase::Proving)?;
    let (terms, account) = (bounty.terms()?, session.wallet.address());
    check_terms(&folder, &terms)?;
    Pinned::of(&given.submission, session.chain, args.address, terms_json(&terms)).compare()?;
    let hunter = bounty.hunter(account)?;
    if hunter.parameters_hash.is_zero() {
        return Err(refused(BountyError::NotCommitted { hunter: account }));
    }
    if hunter.correct != 0 {
        return Err(refused(BountyError::AlreadyProved { hunter: account }));
    }
    super::same("account's commitment", hunter.parameters_hash, word(&submission.hash))?;
    let phases = phases::check(&session.rpc, &terms, args.allow_short_phases, output)?;
    // Who has proved an accuracy, and cannot deliver, loses its stake.
    let deliverable = Statement::open(&folder, Kind::Delivery)?;
    let domain = terms.statements[2].domain(session.chain, bounty.address, account);
    let work = || delivery(&deliverable, &submission, &terms.key)?.prove(domain, args.work.work());
    output.terminal.stage("delivery", work, |_| "can be proven".to_owned())?;

    let test_set = revealed(given, &folder, &bounty)?;
    let statement = Statement::open(&folder, Kind::Accuracy)?;
    let mut inputs = test_set.images(&folder)?;
    inputs.extend(submission.inputs);
    let work = || {
        let draft = statement.draft(inputs)?;
        check_value(&draft, "testSetRoot", "bounty's root of the test set", terms.test_set_root)?;
        check_value(&draft, "paramsHash", "account's commitment", hunter.parameters_hash)?;
        Ok::<_, Error>(draft)
    };
    let correct = |draft: &crate::bounty::Draft<'_>| draft.value("correct").first().map(word);
    let (draft, _) = output.terminal.stage("answers", work, |draft| {
        format!("{} of {} are right", correct(draft).unwrap_or_default(), terms.samples)
    })?;
    let correct = correct(&draft).and_then(|correct| u32::try_from(correct).ok());
    let correct = correct.filter(|correct| *correct <= terms.samples);
    let correct = correct.ok_or(Error::Internal("the accuracy circuit counts no right answers"))?;
    if correct < terms.threshold {
        let [threshold, samples, actual] =
            [terms.threshold, terms.samples, correct].map(tensorproof_contracts::U256::from);
        return Err(refused(BountyError::WrongCount { threshold, samples, actual }));
    }
    let domain = terms.statements[1].domain(session.chain, bounty.address, account);
    let (evidence, _) = output.terminal.stage(
        "prove",
        || draft.prove(domain, args.work.work()),
        |_| "the accuracy".to_owned(),
    )?;
    // As late as possible: those who prove in the meantime make it a worse one, not a wrong one.
    let hint = hint(&bounty, correct, hunter.order)?;
    let call = Call::Submit { correct, hint, evidence };
    let details = json!({
        "correct": correct,
        "samples": terms.samples,
        "hint": hint.to_string(),
        "phases": phases,
    });
    let intent = Intent { name: "submit", call, pays: None, details };
    session.call(bounty.address, &intent, &mut |_| Ok(()), output)
}

/// Returns the test set that the host revealed, with the samples from a folder.
fn revealed(args: &AccuracyArgs, folder: &Folder, bounty: &ModelBounty<'_>) -> Result<TestSet> {
    let events = bounty.events(args.from_block)?;
    let revealed = events.into_iter().find_map(|(event, _)| match event {
        Event::Revealed { salt, digests, labels } => Some((salt, digests, labels)),
        _ => None,
    });
    let Some((salt, digests, labels)) = revealed else {
        let (value, expected) = (args.from_block.to_string(), "a block before the reveal");
        return Err(Error::Option { option: "--from-block", value, expected });
    };
    let root = elements(&[salt, bounty.terms()?.test_set_root])?;
    TestSet::find(&args.samples, folder, &digests, elements(&labels)?, (root[0], root[1]))
}

/// Returns the hunter that will be just before one with so many right answers, or zero.
fn hint(bounty: &ModelBounty<'_>, correct: u32, order: u32) -> Result<Address> {
    let ranking = bounty.ranking()?;
    let before = ranking.iter().take_while(|(_, hunter)| hunter.ranks_before(correct, order));
    Ok(before.last().map_or(Address::ZERO, |(address, _)| *address))
}
