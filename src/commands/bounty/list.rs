//! `tensorproof bounty list`: the bounties that the factory of a chain opened.

use serde_json::{Value, json};
use tensorproof_contracts::bounty::{BountyKind, ComputeBounty, Factory, ModelBounty};
use tensorproof_contracts::chain::Rpc;

use super::super::sending::ether;
use super::Output;
use crate::cli::BountyListArgs;
use crate::error::Result;

pub(super) fn run(args: &BountyListArgs, output: Output) -> Result<()> {
    let rpc = Rpc::new(&args.rpc_url)?;
    let factory = Factory::new()?;
    let (mut list, mut lines): (Vec<Value>, Vec<String>) = Default::default();
    for announced in factory.announced(&rpc, args.from_block)? {
        let (phase, reward, asked) = match announced.kind {
            BountyKind::Model => {
                let bounty = ModelBounty::new(&rpc, announced.bounty);
                let terms = bounty.terms()?;
                let asked = format!("{} of {} samples", terms.threshold, terms.samples);
                (bounty.phase()?, terms.reward, asked)
            }
            BountyKind::Compute => {
                let bounty = ComputeBounty::new(&rpc, announced.bounty);
                let terms = bounty.terms()?;
                (bounty.phase()?, terms.reward, format!("{} outputs", terms.outputs))
            }
        };
        lines.push(format!(
            "{} {:<7} {phase:<11} {} ETH for {asked}",
            announced.bounty,
            announced.kind,
            ether(reward)
        ));
        list.push(json!({
            "kind": announced.kind.to_string(),
            "bounty": announced.bounty.to_string(),
            "host": announced.host.to_string(),
            "architecture": announced.architecture.to_string(),
            "block": announced.block,
            "phase": phase.to_string(),
            "reward": reward.to_string(),
        }));
    }
    let json = json!({ "factory": factory.step.address.to_string(), "bounties": list });
    output.result(&json, &lines.join("\n"))
}
