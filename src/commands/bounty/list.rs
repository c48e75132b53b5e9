//! `tensorproof bounty list`: the bounties that the factory of a chain opened.

use serde_json::{Value, json};
use tensorproof_contracts::bounty::{Factory, ModelBounty};
use tensorproof_contracts::chain::Rpc;

use super::super::deploy::ether;
use super::Output;
use crate::cli::BountyListArgs;
use crate::error::Result;

pub(super) fn run(args: &BountyListArgs, output: Output) -> Result<()> {
    let rpc = Rpc::new(&args.rpc_url)?;
    let factory = Factory::new()?;
    let (mut list, mut lines): (Vec<Value>, Vec<String>) = Default::default();
    for announced in factory.announced(&rpc, args.from_block)? {
        let bounty = ModelBounty::new(&rpc, announced.bounty);
        let (phase, terms) = (bounty.phase()?, bounty.terms()?);
        lines.push(format!(
            "{} {phase:<11} {} ETH for {} of {} samples",
            announced.bounty,
            ether(terms.reward),
            terms.threshold,
            terms.samples
        ));
        list.push(json!({
            "bounty": announced.bounty.to_string(),
            "host": announced.host.to_string(),
            "architecture": announced.architecture.to_string(),
            "block": announced.block,
            "phase": phase.to_string(),
            "reward": terms.reward.to_string(),
        }));
    }
    let json = json!({ "factory": factory.step.address.to_string(), "bounties": list });
    output.result(&json, &lines.join("\n"))
}
