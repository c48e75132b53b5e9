//! `tensorproof bounty claim`: the parameters, encrypted to the host, for the reward.

use serde_json::json;
use tensorproof_contracts::bounty::{BountyError, Call, Phase, word};

use super::commit::delivery;
use super::phases::LATE;
use super::pinned::Pinned;
use super::send::{Intent, Session};
use super::show::{length, terms_json};
use super::{
    BEFORE_CIPHERTEXT, Output, check_key, check_phase, check_terms, check_value, open_model, refused,
};
use crate::bounty::{Folder, Kind, Statement, Submission};
use crate::cli::BountyClaimArgs;
use crate::error::{Error, Result};

pub(super) fn run(args: &BountyClaimArgs, output: Output) -> Result<()> {
    let session = Session::open(&args.send, output)?;
    let bounty = open_model(&session.rpc, args.address)?;
    let folder = Folder::read(&args.folder)?;
    let submission = Submission::read(&args.submission, &folder)?;
    let account = session.wallet.address();
    let check_turn = || {
        check_phase(bounty.phase()?, Phase::Claiming)?;
        let turn = bounty.turn()?;
        if turn.hunter == account {
            return Ok(turn);
        }
        Err(refused(BountyError::NotYourTurn { candidate: turn.hunter }))
    };
    let turn = check_turn()?;
    let terms = bounty.terms()?;
    check_terms(&folder, &terms)?;
    // Whoever has the key of the terms can read the parameters: it is not the endpoint that says who that is.
    check_key(args.key.as_deref(), &terms)?;
    let pinned = Pinned::of(&args.submission, session.chain, args.address, terms_json(&terms));
    if !pinned.compare()? && args.key.is_none() {
        return Err(Error::NotPinned { path: pinned.path });
    }
    let left = turn.end.saturating_sub(session.rpc.timestamp()?);
    if turn.half == 2 && left < LATE {
        output.terminal.warn(&format!(
            "anybody may end the turn in {}: a claim that is included later shows the ciphertext, and is not paid",
            length(left)
        ));
    }
    let committed = bounty.hunter(account)?.parameters_hash;
    super::same("account's commitment", committed, word(&submission.hash))?;

    let statement = Statement::open(&folder, Kind::Delivery)?;
    let domain = terms.statements[2].domain(session.chain, bounty.address, account);
    let work = || {
        let draft = delivery(&statement, &submission, &terms.key)?;
        check_value(&draft, "paramsHash", "account's commitment", committed)?;
        let values = draft.values();
        let ciphertext = values.get(BEFORE_CIPHERTEXT..).filter(|ciphertext| !ciphertext.is_empty());
        let ciphertext = ciphertext.ok_or(Error::Internal("the delivery circuit has no ciphertext"))?;
        Ok::<_, Error>((ciphertext.to_vec(), draft.prove(domain, args.work.work())?))
    };
    let ((ciphertext, evidence), _) = output.terminal.stage("prove", work, |_| "the delivery".to_owned())?;
    let to = args.to.unwrap_or(account);
    let amount = terms.reward.saturating_add(terms.stake);
    let call = Call::Claim { ciphertext, evidence, to };
    let details = json!({ "to": to.to_string(), "amount": amount.to_string() });
    let intent = Intent { name: "claim", call, pays: Some((to, amount)), details };
    // A claim in another's turn would show the ciphertext, and not be paid; the answer to a question may take its time.
    session.call(bounty.address, &intent, &mut |_| check_turn().map(|_| ()), output)
}
