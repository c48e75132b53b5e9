//! `tensorproof bounty show` of a bounty that pays for outputs.

use num_bigint::BigInt;
use serde_json::{Value, json};
use tensorproof_contracts::bounty::{ComputeBounty, Event, Phase};
use tensorproof_contracts::chain::Rpc;
use tensorproof_r1cs::{Fr, fr_to_signed};

use super::super::elements;
use super::super::show::{number, owed, relative};
use super::{check_terms, terms_json};
use crate::bounty::Computation;
use crate::cli::BountyShowArgs;
use crate::commands::Output;
use crate::commands::sending::ether;
use crate::error::Result;

/// Outputs that are told to people; there may be thousands.
const TOLD: usize = 16;

pub(in crate::commands::bounty) fn run(
    args: &BountyShowArgs,
    rpc: &Rpc,
    bounty: &ComputeBounty<'_>,
    output: Output,
) -> Result<()> {
    let (phase, terms, now) = (bounty.phase()?, bounty.terms()?, rpc.timestamp()?);
    let (solver, due) = (bounty.solver()?, bounty.reclaimable()?);
    let left = i128::from(terms.end) - i128::from(now);
    let computation = args.folder.as_deref().map(Computation::read).transpose()?;
    if let Some(computation) = &computation {
        check_terms(computation, &terms)?;
    }
    let outputs = if phase == Phase::Solved { solved(bounty, args.from_block)? } else { None };
    let decoded = match (&computation, &outputs) {
        (Some(computation), Some(outputs)) => Some(computation.decoded(outputs)?.1),
        _ => None,
    };
    let integers: Option<Vec<BigInt>> = outputs.map(|outputs| outputs.iter().map(fr_to_signed).collect());

    let mut lines = vec![
        format!("bounty     {}", args.address),
        format!("phase      {phase}"),
        format!("reward     {} ETH for {} outputs", ether(terms.reward), terms.outputs),
        format!("host       {}{}", terms.host, owed(due)),
        format!("end        {}", relative(left)),
        format!("data       SHA-256 {}", terms.data_digest),
    ];
    if let Some(solver) = solver {
        lines.push(format!("solver     {solver}"));
    }
    if let Some(integers) = &integers {
        let told: Vec<String> = integers.iter().take(TOLD).map(BigInt::to_string).collect();
        let rest = if integers.len() > TOLD { " .." } else { "" };
        lines.push(format!("outputs    {}{rest}", told.join(" ")));
    }
    if let Some(decoded) = decoded.as_ref().filter(|decoded| !decoded.class.is_null()) {
        lines.push(format!("class      {}", decoded.class));
    }
    let mut json = json!({
        "kind": "compute",
        "bounty": args.address.to_string(),
        "phase": phase.to_string(),
        "time": now,
        "terms": terms_json(&terms),
        "deadlines": { "solve": number(left) },
        "due": due.to_string(),
        "solver": solver.map(|solver| solver.to_string()),
        "integers": integers.map(|integers| integers.iter().map(BigInt::to_string).collect::<Value>()),
    });
    if let Some(decoded) = decoded {
        json["outputs"] = decoded.by_name.into();
        json["class"] = decoded.class;
    }
    output.result(&json, &lines.join("\n"))
}

/// Returns the outputs that a solver brought; nothing if it did so before the first block that is looked at.
fn solved(bounty: &ComputeBounty<'_>, from: u64) -> Result<Option<Vec<Fr>>> {
    let outputs = bounty.events(from)?.into_iter().find_map(|(event, _)| match event {
        Event::Solved { outputs, .. } => Some(outputs),
        _ => None,
    });
    outputs.map(|outputs| elements(&outputs)).transpose()
}
