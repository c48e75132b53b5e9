//! `tensorproof bounty check`: everything that a bounty rests on, made again from the sources.

use std::fs::{self, File};

use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use tensorproof_contracts::bounty::ModelTerms;
use tensorproof_contracts::chain::{Rpc, expected_code};
use tensorproof_contracts::keccak256;
use tensorproof_groth16::{Origin, Ptau, R1csFile, check_key, verify_key, verify_powers};

use super::super::{setup_powers, warn_of_development_key};
use super::{Output, check_terms, open, same};
use crate::bounty::{Folder, Kind, architecture, compile, setup, verifier_config};
use crate::build_dir::Artefact;
use crate::cli::BountyCheckArgs;
use crate::error::{Error, Result};
use crate::stages;
use crate::terminal::grouped;

pub(super) fn run(args: &BountyCheckArgs, output: Output) -> Result<()> {
    let folder = Folder::read(&args.folder)?;
    let mut ptau = args.ptau.as_deref().map(setup_powers::open).transpose()?;
    if let (Some(ptau), Some(path)) = (&mut ptau, &args.ptau) {
        let at = |source| Error::Ceremony { path: path.clone(), source };
        output.terminal.stage(
            "powers",
            || verify_powers(ptau).map_err(at),
            |powers| format!("{} contributions", powers.len()),
        )?;
    }
    let mut statements = Map::new();
    for kind in Kind::ALL {
        let work = || circuit(&folder, kind);
        let (constraints, _) =
            output.terminal.stage(kind.name(), work, |count| format!("{} constraints", grouped(count)))?;
        let work = || key(&folder, kind, ptau.as_mut());
        let (origin, _) = output.terminal.stage("key", work, described)?;
        warn_of_development_key(output.terminal, &origin);
        let steps = folder.verifier(kind)?;
        let code = steps.last().map(|step| keccak256(&step.code)).unwrap_or_default();
        let json = json!({
            "constraints": constraints,
            "contributions": contributions(&origin),
            "code_hash": code.to_string(),
        });
        statements.insert(kind.name().to_owned(), json);
    }
    let setup = setup(&folder)?;
    if let (Some(address), Some(url)) = (args.bounty, &args.rpc_url) {
        let rpc = Rpc::new(url)?;
        let terms = open(&rpc, address)?.terms()?;
        let work = || on_chain(&rpc, &folder, &terms);
        output.terminal.stage("bounty", work, |()| format!("{address} agrees with the folder"))?;
        same("bounty's hash of the ceremonies", terms.setup, setup)?;
    }
    let json = json!({
        "valid": true,
        "architecture": folder.architecture()?.to_string(),
        "setup": setup.to_string(),
        "ceremony": ptau.is_some(),
        "statements": statements,
        "bounty": args.bounty.map(|address| address.to_string()),
    });
    output.result(&json, "valid")
}

/// Compiles a circuit from its sources and compares it with the constraints in the folder. Returns how many there are.
fn circuit(folder: &Folder, kind: Kind) -> Result<usize> {
    let dir = folder.dir(kind);
    let circuit = compile(&dir)?;
    if kind == Kind::Accuracy {
        let (path, found) = (folder.root.join("bounty.json"), architecture(&dir, &circuit));
        if found != folder.architecture()? {
            let reason =
                format!("`architecture` is {}, that of the sources is {found}", folder.json.architecture);
            return Err(Error::Malformed { path, reason });
        }
    }
    let path = dir.existing(Artefact::R1cs)?;
    let failed = |source| Error::read(&path, source);
    let (mut compiled, mut found) = (Sha256::new(), Sha256::new());
    circuit.r1cs.write(&mut compiled).map_err(failed)?;
    std::io::copy(&mut File::open(&path).map_err(failed)?, &mut found).map_err(failed)?;
    if compiled.finalize() != found.finalize() {
        return Err(Error::Malformed { path, reason: "is not what the sources compile to".to_owned() });
    }
    Ok(circuit.r1cs.len())
}

/// Checks that a key is one of its circuit, with the powers of tau also every contribution.
fn key(folder: &Folder, kind: Kind, ptau: Option<&mut Ptau<File>>) -> Result<Origin> {
    let dir = folder.dir(kind);
    let (path, vk) = (dir.existing(Artefact::ProvingKey)?, dir.existing(Artefact::VerifyingKey)?);
    let summary = stages::key_summary(&path)?;
    if stages::read_verifying_key(&vk)? != summary.vk {
        return Err(Error::OtherVerifyingKey { path: vk });
    }
    check_key(&summary.vk).map_err(|source| Error::UnsafeKey { path: path.clone(), source })?;
    match ptau {
        Some(ptau) => {
            let r1cs = dir.existing(Artefact::R1cs)?;
            let bytes = fs::read(&r1cs).map_err(|source| Error::read(&r1cs, source))?;
            let circuit = R1csFile::read(&bytes).map_err(Error::format(&r1cs))?;
            let file = File::open(&path).map_err(|source| Error::read(&path, source))?;
            let at = |source| Error::Ceremony { path: path.clone(), source };
            verify_key(&circuit, ptau, file).map_err(at)?;
        }
        None => {
            let key = stages::read_key(&dir)?;
            stages::prover(&key, &stages::read_r1cs(&dir)?)?;
        }
    }
    Ok(summary.origin)
}

/// Compares a bounty's terms and verifiers with the folder.
fn on_chain(rpc: &Rpc, folder: &Folder, terms: &ModelTerms) -> Result<()> {
    check_terms(folder, terms)?;
    for (kind, statement) in Kind::ALL.into_iter().zip(&terms.statements) {
        let vk = stages::read_verifying_key(&folder.dir(kind).existing(Artefact::VerifyingKey)?)?;
        expected_code(rpc, statement.verifier, &vk, &verifier_config())?;
    }
    Ok(())
}

fn contributions(origin: &Origin) -> Value {
    match origin {
        Origin::Ceremony { contributions } => setup_powers::contributions_json(contributions),
        Origin::Local => Value::Null,
    }
}

fn described(origin: &Origin) -> String {
    match origin {
        Origin::Ceremony { contributions } => format!("{} contributions", contributions.len()),
        Origin::Local => "made on one machine".to_owned(),
    }
}
