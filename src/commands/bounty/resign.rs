//! `tensorproof bounty resign`: a hunter that does not wait for its turn takes its stake back.

use serde_json::json;
use tensorproof_contracts::bounty::{BountyError, Call, Phase};

use super::send::{Intent, Session};
use super::{Output, check_phase, open_model, refused};
use crate::cli::BountyPayArgs;
use crate::error::Result;

pub(super) fn run(args: &BountyPayArgs, output: Output) -> Result<()> {
    let session = Session::open(&args.send, output)?;
    let bounty = open_model(&session.rpc, args.address)?;
    let account = session.wallet.address();
    check_phase(bounty.phase()?, Phase::Claiming)?;
    if !bounty.may_resign(account)? {
        return Err(refused(BountyError::NoTurnToCome { hunter: account }));
    }
    let to = args.to.unwrap_or(account);
    let details = json!({ "to": to.to_string(), "amount": bounty.terms()?.stake.to_string() });
    let intent = Intent { name: "resign", call: Call::Resign { to }, pays: None, details };
    session.call(bounty.address, &intent, &mut |_| Ok(()), output)
}
