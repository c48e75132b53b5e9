//! `tensorproof bounty check`: everything that a bounty rests on, made again from the sources.

use std::fs::{self, File};

use serde_json::{Map, Value, json};
use tensorproof_circom::Circuit;
use tensorproof_contracts::bounty::ModelTerms;
use tensorproof_contracts::chain::{Rpc, expected_code};
use tensorproof_groth16::{KeySummary, Origin, Ptau, R1csFile, verify_key, verify_powers};

use super::super::{setup_powers, warn_of_development_key};
use super::{Output, check_terms, compute, open_model, phases, same};
use crate::bounty::{Folder, Kind, architecture, code_hash, compile, setup, verifier_config};
use crate::build_dir::{Artefact, BuildDir};
use crate::cli::BountyCheckArgs;
use crate::error::{Error, Result};
use crate::stages;
use crate::terminal::grouped;

pub(super) fn run(args: &BountyCheckArgs, output: Output) -> Result<()> {
    // A build directory has settings, a bounty folder has not.
    if args.data.is_some() || BuildDir::new(&args.folder).has(Artefact::Settings) {
        return compute::check(args, output);
    }
    let folder = Folder::read(&args.folder)?;
    let mut powers = Powers::open(args, output)?;
    let mut statements = Map::new();
    for kind in Kind::ALL {
        let work = || circuit(&folder, kind);
        let (constraints, _) =
            output.terminal.stage(kind.name(), work, |count| format!("{} constraints", grouped(count)))?;
        let contributions = check_key(&folder.dir(kind), &mut powers, output)?;
        let steps = folder.verifier(kind)?;
        let code = code_hash(&steps)?;
        let json = json!({
            "constraints": constraints,
            "contributions": contributions,
            "code_hash": code.to_string(),
        });
        statements.insert(kind.name().to_owned(), json);
    }
    let setup = setup(&folder.dirs())?;
    let mut phases = Value::Null;
    if let (Some(address), Some(url)) = (args.bounty, &args.rpc_url) {
        let rpc = Rpc::new(url)?;
        let terms = open_model(&rpc, address)?.terms()?;
        phases = phases::check(&rpc, &terms, args.allow_short_phases, output)?;
        let work = || on_chain(&rpc, &folder, &terms);
        output.terminal.stage("bounty", work, |()| format!("{address} agrees with the folder"))?;
        same("bounty's hash of the ceremonies", terms.setup, setup)?;
    }
    let json = json!({
        "valid": true,
        "architecture": folder.architecture()?.to_string(),
        "setup": setup.to_string(),
        "ceremony": powers.are_given(),
        "statements": statements,
        "bounty": args.bounty.map(|address| address.to_string()),
        "phases": phases,
    });
    output.result(&json, "valid")
}

/// The powers of tau that keys are checked with, if they are given.
pub(super) struct Powers(Option<Ptau<File>>);

impl Powers {
    /// Reads and verifies the powers that a command names.
    pub(super) fn open(args: &BountyCheckArgs, output: Output) -> Result<Self> {
        let Some(path) = &args.ptau else {
            return Ok(Self(None));
        };
        let mut ptau = setup_powers::open(path)?;
        let at = |source| Error::Ceremony { path: path.clone(), source };
        setup_powers::tell_of_beacons(ptau.labels(), output).map_err(at)?;
        output.terminal.stage(
            "powers",
            || verify_powers(&mut ptau).map_err(at),
            |powers| format!("{} contributions", powers.len()),
        )?;
        Ok(Self(Some(ptau)))
    }

    /// Returns whether ceremonies are verified.
    pub(super) fn are_given(&self) -> bool {
        self.0.is_some()
    }
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
    check_r1cs(&dir, &circuit)?;
    Ok(circuit.r1cs.len())
}

/// Compares a circuit that was compiled anew with the constraints in its build directory.
pub(super) fn check_r1cs(dir: &BuildDir, circuit: &Circuit) -> Result<()> {
    let path = dir.existing(Artefact::R1cs)?;
    if stages::is_written(dir, circuit)? {
        return Ok(());
    }
    Err(Error::Malformed { path, reason: "is not what the sources compile to".to_owned() })
}

/// Checks that a key is one of its circuit, with the powers of tau also every contribution. Returns the contributions.
pub(super) fn check_key(dir: &BuildDir, powers: &mut Powers, output: Output) -> Result<Value> {
    let work = || key(dir, powers.0.as_mut());
    let (KeySummary { vk, origin }, _) = output.terminal.stage("key", work, |key| described(&key.origin))?;
    warn_of_development_key(output.terminal, &origin, &vk);
    Ok(contributions(&origin))
}

fn key(dir: &BuildDir, ptau: Option<&mut Ptau<File>>) -> Result<KeySummary> {
    let (path, vk) = (dir.existing(Artefact::ProvingKey)?, dir.existing(Artefact::VerifyingKey)?);
    let summary = stages::key_summary(&path)?;
    if *stages::read_verifying_key(&vk)? != summary.vk {
        return Err(Error::OtherVerifyingKey { path: vk });
    }
    stages::checked_key(&path, summary.vk.clone())?;
    match ptau {
        Some(ptau) => {
            let r1cs = dir.existing(Artefact::R1cs)?;
            let bytes = fs::read(&r1cs).map_err(|source| Error::read(&r1cs, source))?;
            let circuit = R1csFile::read(&bytes).map_err(Error::format(&r1cs))?;
            let file = File::open(&path).map_err(|source| Error::read(&path, source))?;
            let at = |source| Error::Ceremony { path: path.clone(), source };
            if !verify_key(&circuit, ptau, file).map_err(at)?.is_empty() {
                stages::remember_verified(&summary.vk);
            }
        }
        None => {
            let key = stages::read_key(dir, |_| ())?;
            stages::prover(&key, &stages::read_r1cs(dir)?)?;
        }
    }
    Ok(summary)
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
