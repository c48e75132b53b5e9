//! `tensorproof bounty advance`: the end of a half turn, by anyone.

use serde_json::json;
use tensorproof_contracts::Address;
use tensorproof_contracts::bounty::{Call, Phase};

use super::send::{Intent, Session};
use super::{Output, check_phase, open_model};
use crate::cli::BountyAdvanceArgs;
use crate::error::{Error, Result};

pub(super) fn run(args: &BountyAdvanceArgs, output: Output) -> Result<()> {
    let session = Session::open(&args.send, output)?;
    let bounty = open_model(&session.rpc, args.address)?;
    check_phase(bounty.phase()?, Phase::Claiming)?;
    let (turn, now) = (bounty.turn()?, session.rpc.timestamp()?);
    // The contract would take the call, and do nothing.
    if now < turn.end {
        return Err(Error::HalfNotOver { hunter: turn.hunter.to_string(), left: turn.end - now });
    }
    let next = bounty.turn_after_advance()?;
    let next = (next != Address::ZERO).then(|| next.to_string());
    let details = json!({ "before": turn.hunter.to_string(), "turn": next });
    let intent = Intent { name: "advance", call: Call::Advance, pays: None, details };
    session.call(bounty.address, &intent, &mut |_| Ok(()), output)
}
