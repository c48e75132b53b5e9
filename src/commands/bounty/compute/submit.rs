//! `tensorproof bounty submit --data`: the outputs of a public model, for the reward.

use num_bigint::BigInt;
use serde_json::{Value, json};
use tensorproof_contracts::bounty::{Call, Phase};
use tensorproof_contracts::chain::Signed;

use super::super::send::{Intent, Session};
use super::super::{check_phase, open_compute, phases, same};
use super::{check_circuit, check_digest, check_terms, data_hash};
use crate::bounty::Computation;
use crate::cli::{BountySubmitArgs, OutputsArgs};
use crate::commands::Output;
use crate::error::{Error, Result};
use crate::terminal::grouped;

pub(in crate::commands::bounty) fn run(
    args: &BountySubmitArgs,
    given: &OutputsArgs,
    output: Output,
) -> Result<()> {
    let session = Session::open(&args.send, output)?;
    let bounty = open_compute(&session.rpc, args.address)?;
    let computation = Computation::read(&args.folder)?;
    let data = computation.data(&given.data)?;
    check_phase(bounty.phase()?, Phase::Open)?;
    let (terms, account) = (bounty.terms()?, session.wallet.address());
    check_terms(&computation, &terms)?;
    check_digest(&data, &terms)?;
    let phases = phases::check_left(&session.rpc, &terms, args.allow_short_phases, output)?;

    let work = || {
        let statement = computation.statement()?;
        check_circuit(&computation, &statement, &terms)?;
        Ok::<_, Error>(statement)
    };
    let told = |statement: &crate::bounty::Statement| {
        format!("{} constraints", grouped(statement.circuit().r1cs.len()))
    };
    let (statement, _) = output.terminal.stage("compile", work, told)?;
    let work = || {
        let draft = statement.draft(data.inputs)?;
        same("bounty's hash of the data", terms.data_hash, data_hash(&draft)?)?;
        Ok::<_, Error>(draft)
    };
    let (draft, _) =
        output.terminal.stage("outputs", work, |_| format!("{} values", grouped(computation.outputs())))?;
    let mut outputs = draft.values();
    outputs.truncate(computation.outputs());
    let (integers, decoded) = computation.decoded(&outputs)?;
    let domain = terms.inference.domain(session.chain, bounty.address, account);
    let (evidence, _) = output.terminal.stage(
        "prove",
        || draft.prove(domain, args.work.work()),
        |_| "the outputs".to_owned(),
    )?;
    let to = given.to.unwrap_or(account);
    let details = json!({
        "integers": integers.iter().map(BigInt::to_string).collect::<Value>(),
        "outputs": decoded.by_name,
        "class": decoded.class,
        "to": to.to_string(),
        "amount": terms.reward.to_string(),
        "phases": phases,
    });
    let call = Call::Solve { outputs, evidence, to };
    let intent = Intent { name: "solve", call, pays: Some((to, terms.reward)), details };
    // Outputs that somebody else has brought by now, or that are late, would be shown and not paid.
    let mut check = |_: &Signed| check_phase(bounty.phase()?, Phase::Open);
    session.call(bounty.address, &intent, &mut check, output)
}
