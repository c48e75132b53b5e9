//! `tensorproof bounty refund`: what is due to a hunter or to the host.

use serde_json::json;
use tensorproof_contracts::bounty::{BountyError, Call, ComputeBounty, Phase};
use tensorproof_contracts::{Address, U256};

use super::send::{Intent, Session};
use super::{Bounty, Output, check_host, check_phase, open, refused};
use crate::cli::BountyPayArgs;
use crate::error::Result;

pub(super) fn run(args: &BountyPayArgs, output: Output) -> Result<()> {
    let session = Session::open(&args.send, output)?;
    let account = session.wallet.address();
    let to = args.to.unwrap_or(account);
    let bounty = match open(&session.rpc, args.address)? {
        Bounty::Model(bounty) => bounty,
        Bounty::Compute(bounty) => return of_compute(&session, &bounty, to, output),
    };
    let is_host = bounty.terms()?.host == account;
    let reclaimable = if is_host { bounty.reclaimable()? } else { U256::ZERO };
    let refundable = bounty.refundable(account)?;
    let (call, amount, from) = if reclaimable.is_zero() {
        (Call::Refund { to }, refundable, "hunter")
    } else {
        (Call::Reclaim { to }, reclaimable, "host")
    };
    if amount.is_zero() {
        if bounty.phase()? == Phase::Claiming && bounty.may_resign(account)? {
            output.terminal.say(&format!(
                "the turn of {account} is to come: `bounty resign` gives it up, and takes the stake back"
            ));
        }
        return Err(refused(BountyError::NothingDue { account }));
    }
    if !reclaimable.is_zero() && !refundable.is_zero() {
        output
            .terminal
            .say("this is what is due to the host; the same command again takes what is due to the hunter");
    }
    let details = json!({ "to": to.to_string(), "amount": amount.to_string(), "as": from });
    let intent = Intent { name: "refund", call, pays: None, details };
    session.call(bounty.address, &intent, &mut |_| Ok(()), output)
}

/// Takes the reward for which nobody brought the outputs.
fn of_compute(session: &Session<'_>, bounty: &ComputeBounty<'_>, to: Address, output: Output) -> Result<()> {
    let (terms, account) = (bounty.terms()?, session.wallet.address());
    check_host(terms.host, account)?;
    check_phase(bounty.phase()?, Phase::Expired)?;
    if bounty.reclaimed()? {
        return Err(refused(BountyError::NothingDue { account }));
    }
    let details = json!({ "to": to.to_string(), "amount": terms.reward.to_string(), "as": "host" });
    let intent = Intent { name: "refund", call: Call::ReclaimExpired { to }, pays: None, details };
    session.call(bounty.address, &intent, &mut |_| Ok(()), output)
}
