//! `tensorproof bounty check` of a build directory, for a bounty that pays for outputs.

use serde_json::{Value, json};
use tensorproof_contracts::chain::{Rpc, expected_code};

use super::super::check::{Powers, check_key, check_r1cs};
use super::super::{open_compute, phases, same};
use super::{check_circuit, check_digest, check_terms, code_hash_of, data_hash};
use crate::bounty::{Computation, architecture, setup, verifier_config};
use crate::build_dir::Artefact;
use crate::cli::BountyCheckArgs;
use crate::commands::Output;
use crate::error::{Error, Result};
use crate::stages;
use crate::terminal::grouped;

pub(in crate::commands::bounty) fn run(args: &BountyCheckArgs, output: Output) -> Result<()> {
    let computation = Computation::read(&args.folder)?;
    let dir = &computation.dir;
    let mut powers = Powers::open(args, output)?;
    let work = || {
        let statement = computation.statement()?;
        check_r1cs(dir, statement.circuit())?;
        Ok::<_, Error>(statement)
    };
    let (statement, _) = output.terminal.stage("inference", work, |statement| {
        format!("{} constraints", grouped(statement.circuit().r1cs.len()))
    })?;
    let contributions = check_key(dir, &mut powers, output)?;
    let setup = setup(std::slice::from_ref(dir))?;
    let data = args.data.as_deref().map(|path| computation.data(path)).transpose()?;
    let hashed = match data {
        Some(data) => {
            let work = || data_hash(&statement.draft(data.inputs.clone())?);
            let (hash, _) = output.terminal.stage("data", work, |_| "the model takes it".to_owned())?;
            Some((data, hash))
        }
        None => None,
    };
    let mut phases = Value::Null;
    if let (Some(address), Some(url)) = (args.bounty, &args.rpc_url) {
        let rpc = Rpc::new(url)?;
        let terms = open_compute(&rpc, address)?.terms()?;
        phases = phases::check_left(&rpc, &terms, args.allow_short_phases, output)?;
        let work = || {
            check_terms(&computation, &terms)?;
            check_circuit(&computation, &statement, &terms)?;
            let vk = stages::read_verifying_key(&dir.existing(Artefact::VerifyingKey)?)?;
            expected_code(&rpc, terms.inference.verifier, &vk, &verifier_config())?;
            same("bounty's hash of the ceremonies", terms.setup, setup)?;
            if let Some((data, hash)) = &hashed {
                check_digest(data, &terms)?;
                same("bounty's hash of the data", terms.data_hash, *hash)?;
            }
            Ok::<_, Error>(())
        };
        output.terminal.stage("bounty", work, |()| format!("{address} agrees with the folder"))?;
    }
    let json = json!({
        "valid": true,
        "architecture": architecture(dir, statement.circuit()).to_string(),
        "setup": setup.to_string(),
        "ceremony": powers.are_given(),
        "statements": {
            "inference": {
                "constraints": statement.circuit().r1cs.len(),
                "contributions": contributions,
                "code_hash": code_hash_of(&computation)?.to_string(),
            },
        },
        "bounty": args.bounty.map(|address| address.to_string()),
        "phases": phases,
        "data": hashed.map(|(data, hash)| json!({ "hash": hash.to_string(), "digest": data.digest.to_string() })),
    });
    output.result(&json, "valid")
}
