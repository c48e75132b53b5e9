//! `tensorproof bounty cancel`: the reward back to the host, while nobody has committed.

use serde_json::json;
use tensorproof_contracts::bounty::{Call, Phase};

use super::send::{Intent, Session};
use super::{Output, check_host, check_phase, open_model};
use crate::cli::BountyPayArgs;
use crate::error::Result;

pub(super) fn run(args: &BountyPayArgs, output: Output) -> Result<()> {
    let session = Session::open(&args.send, output)?;
    let bounty = open_model(&session.rpc, args.address)?;
    let terms = bounty.terms()?;
    check_host(terms.host, session.wallet.address())?;
    let to = args.to.unwrap_or(session.wallet.address());
    let call = Call::Cancel { to };
    check_phase(bounty.phase()?, Phase::Committing)?;
    let details = json!({ "to": to.to_string(), "amount": terms.reward.to_string() });
    let intent = Intent { name: "cancel", call, pays: None, details };
    session.call(bounty.address, &intent, &mut |_| Ok(()), output)
}
