//! `tensorproof setup`: keys for a circuit, for development or at the start of a ceremony.

use std::fs;
use std::path::Path;

use serde_json::json;
use tensorproof_circom::Circuit;
use tensorproof_groth16::{ProvingKey, R1csFile, ceremony_key};
use tensorproof_r1cs::R1cs;

use super::{Output, compile, setup_key, setup_powers, warn_of_development_key};
use crate::build_dir::{Access, Artefact, BuildDir, replace_file_with};
use crate::cli::{SetupArgs, SetupStep};
use crate::error::{Error, Result};
use crate::stages;
use crate::terminal::grouped;

pub(super) fn run(args: &SetupArgs, output: Output) -> Result<()> {
    match &args.step {
        Some(SetupStep::Contribute(args)) => return setup_key::contribute(args, output),
        Some(SetupStep::Beacon(args)) => return setup_key::beacon(args, output),
        Some(SetupStep::Verify(args)) => return setup_key::verify(args, output),
        Some(SetupStep::ExportVk(args)) => return setup_key::export_vk(args, output),
        Some(SetupStep::Ptau(step)) => return setup_powers::run(step, output),
        None => {}
    }
    let Some(dir) = &args.dir else {
        return Err(Error::Internal("neither a folder nor a step to set up"));
    };
    let dir = BuildDir::of(dir);
    stages::keep_ceremony_key(&dir)?;
    let r1cs = constraints(&dir, args, output)?;
    if let Some(ptau) = &args.ptau {
        return start_ceremony(&dir, ptau, output);
    }
    let (key, took) = output.terminal.stage("setup", || stages::set_up(&dir, &r1cs), described)?;
    warn_of_development_key(output.terminal, &key.origin, &key.vk);
    let json = json!({
        "origin": "development",
        "domain": key.h.len(),
        "public_signals": key.vk.gamma_abc_g1.len() - 1,
        "seconds": took.as_secs_f64(),
    });
    output.result(&json, &dir.path(Artefact::ProvingKey).display().to_string())
}

/// Returns the constraints that a key is made for: what the circuit compiles to. Without a circuit, or where it is to be left
/// alone, those of the folder.
fn constraints(dir: &BuildDir, args: &SetupArgs, output: Output) -> Result<R1cs> {
    let (has_source, has_constraints) = (dir.has(Artefact::Circuit), dir.has(Artefact::R1cs));
    let (source, constraints) = (dir.path(Artefact::Circuit), dir.path(Artefact::R1cs));
    if args.no_source || (has_constraints && !has_source) {
        if !args.no_source {
            output.terminal.warn(&format!(
                "there is no `{}`: the key is for what `{}` says",
                source.display(),
                constraints.display()
            ));
        }
        let r1cs = stages::read_r1cs(dir)?;
        if let Some(settings) = stages::read_settings_if_any(dir)? {
            stages::check_public_signals(&r1cs, &settings)?;
        }
        return Ok(r1cs);
    }
    let work = || stages::compile_dir(dir, &args.libraries);
    let ((circuit, is_written), _): ((Circuit, bool), _) =
        output.terminal.stage("compile", work, |(circuit, _)| compile::described(circuit))?;
    compile::warn_of_templates(&circuit, output);
    if !is_written {
        if has_constraints {
            output.terminal.warn(&format!(
                "`{}` was not what `{}` compiles to, and is replaced",
                constraints.display(),
                source.display()
            ));
        }
        stages::write_compiled(dir, &circuit)?;
    }
    Ok(circuit.r1cs)
}

/// Makes the key that contributions start from. It has no verifying key yet: everyone could forge proofs for it.
fn start_ceremony(dir: &BuildDir, ptau: &Path, output: Output) -> Result<()> {
    let path = dir.existing(Artefact::R1cs)?;
    let bytes = fs::read(&path).map_err(|source| Error::read(&path, source))?;
    let r1cs = R1csFile::read(&bytes).map_err(Error::format(&path))?;
    let key = dir.path(Artefact::ProvingKey);
    let mut powers = setup_powers::open(ptau)?;
    let work = || {
        let written = replace_file_with(&key, Access::Others, |file| ceremony_key(&r1cs, &mut powers, file));
        written.map_err(setup_powers::refused(ptau, &key))
    };
    let (hash, took) = output.terminal.stage("setup", work, |_| "the start of a ceremony".to_owned())?;
    stages::remove_proofs(dir)?;
    dir.remove(&[Artefact::VerifyingKey])?;
    output
        .terminal
        .warn("`tensorproof setup contribute` comes next: without a contribution, everyone can forge proofs");
    let json = json!({
        "origin": "ceremony",
        "circuit_hash": setup_powers::hexadecimal(&hash),
        "public_signals": r1cs.public_signals(),
        "seconds": took.as_secs_f64(),
    });
    output.result(&json, &key.display().to_string())
}

pub(super) fn described(key: &ProvingKey) -> String {
    format!("development key for a domain of {}", grouped(key.h.len()))
}

pub(super) fn key_described(key: &ProvingKey) -> String {
    format!("proving key for a domain of {}", grouped(key.h.len()))
}
