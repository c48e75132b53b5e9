//! `tensorproof setup contribute`, `beacon`, `verify` and `export-vk`: the ceremony of a circuit's key.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tensorproof_circom::Circuit;
use tensorproof_groth16::{
    Contribution, Label, Origin, R1csFile, contribute_key, verify_key, verify_powers,
    verifying_key_from_json, verifying_key_to_json,
};

use super::setup_powers::{
    self, beacon as beacon_label, contributions_json, contributor, hexadecimal, refused, tell_of_beacons,
};
use super::{Output, warn_of_development_key};
use crate::build_dir::{Access, Artefact, BuildDir, replace_file, replace_file_with};
use crate::cli::{BeaconArgs, ContributeArgs, ExportVkArgs, SetupVerifyArgs};
use crate::error::{Error, Result};
use crate::stages;
use crate::terminal::{grouped, visible};

pub(super) fn contribute(args: &ContributeArgs, output: Output) -> Result<()> {
    add(&args.file, args.output.as_deref(), &contributor(args), &args.entropy, output)
}

pub(super) fn beacon(args: &BeaconArgs, output: Output) -> Result<()> {
    add(&args.file, args.output.as_deref(), &beacon_label(args)?, "", output)
}

/// Returns the key that is meant, and its build directory if it is in one.
fn key_of(source: &Path) -> Result<(PathBuf, Option<BuildDir>)> {
    if source.extension().is_some_and(|extension| extension == "zkey") && !source.is_dir() {
        return Ok((source.to_owned(), None));
    }
    let dir = BuildDir::of(source);
    Ok((dir.existing(Artefact::ProvingKey)?, Some(dir)))
}

fn add(source: &Path, to: Option<&Path>, label: &Label, text: &str, output: Output) -> Result<()> {
    let (from, dir) = key_of(source)?;
    let to = to.unwrap_or(&from);
    let file = File::open(&from).map_err(|source| Error::read(&from, source))?;
    tell_of_beacons([label], output).map_err(refused(&from, to))?;
    let work = || {
        replace_file_with(to, Access::Others, |sink| contribute_key(file, label, text, sink))
            .map_err(refused(&from, to))
    };
    let (hash, _) = output.terminal.stage("contribute", work, |_| "the secret is forgotten".to_owned())?;
    if let Some(dir) = dir.filter(|_| *to == *from) {
        stages::remove_proofs(&dir)?;
        let vk = verifying_key_to_json(&stages::key_summary(to)?.vk);
        dir.write(Artefact::VerifyingKey, |writer| writer.write_all(vk.as_bytes()))?;
    }
    let hash = hexadecimal(&hash);
    output.result(&json!({ "hash": hash, "file": to.display().to_string() }), &hash)
}

pub(super) fn verify(args: &SetupVerifyArgs, output: Output) -> Result<()> {
    let mut ptau = setup_powers::open(&args.ptau)?;
    let at = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::Ceremony { path, source }
    };
    let count = |contributions: &Vec<Contribution>| format!("{} contributions", contributions.len());
    let dir = args.dir.as_deref().map(BuildDir::of);
    let source = dir.as_ref().map(|dir| check_source(dir, args, output)).transpose()?.flatten();
    tell_of_beacons(ptau.labels(), output).map_err(at(&args.ptau))?;
    let work = || verify_powers(&mut ptau).map_err(at(&args.ptau));
    let (powers, _) = output.terminal.stage("powers", work, count)?;
    let mut json = json!({
        "valid": true,
        "powers": contributions_json(&powers),
        "contributions": Value::Null,
        "source": source,
    });
    let mut text = listed(&powers);
    if let Some(dir) = &dir {
        let (r1cs, key) = (dir.existing(Artefact::R1cs)?, dir.existing(Artefact::ProvingKey)?);
        let bytes = fs::read(&r1cs).map_err(|source| Error::read(&r1cs, source))?;
        let circuit = R1csFile::read(&bytes).map_err(Error::format(&r1cs))?;
        let file = File::open(&key).map_err(|source| Error::read(&key, source))?;
        if let Origin::Ceremony { contributions } = stages::key_summary(&key)?.origin {
            let labels = contributions.iter().map(|contribution| &contribution.label);
            tell_of_beacons(labels, output).map_err(at(&key))?;
        }
        let work = || verify_key(&circuit, &mut ptau, file).map_err(at(&key));
        let (contributions, _) = output.terminal.stage("key", work, count)?;
        let summary = stages::key_summary(&key)?;
        if dir.has(Artefact::VerifyingKey) {
            let path = dir.path(Artefact::VerifyingKey);
            let vk = verifying_key_from_json(&dir.read_text(Artefact::VerifyingKey)?)
                .map_err(Error::json(&path))?;
            if *vk != summary.vk {
                return Err(Error::OtherVerifyingKey { path });
            }
        }
        // A key that nobody has contributed to is not made a better one by what its file says later, and nothing is known of what
        // constraints prove that no circuit compiles to.
        if !contributions.is_empty() && source.is_some() {
            stages::remember_verified(&summary.vk);
        }
        json["contributions"] = contributions_json(&contributions);
        let constraints = match &source {
            Some(source) => format!("`{}` compiles to the constraints", source.display()),
            None => format!("`{}` was taken as it is: no circuit says what it proves", r1cs.display()),
        };
        text = format!("{}\n{constraints}", listed(&contributions));
    }
    output.result(&json, &text)
}

/// Compiles the circuit of a key and compares it with the constraints in the folder. Returns its file; nothing where there is
/// none, or where it is to be left alone.
fn check_source(dir: &BuildDir, args: &SetupVerifyArgs, output: Output) -> Result<Option<PathBuf>> {
    let (path, circuit) = (dir.existing(Artefact::R1cs)?, dir.path(Artefact::Circuit));
    if args.no_source || !dir.has(Artefact::Circuit) {
        let what = if args.no_source { "is left alone" } else { "is not there" };
        output.terminal.warn(&format!(
            "`{}` {what}: the constraints are taken as they are, and nothing says what they prove",
            circuit.display()
        ));
        return Ok(None);
    }
    let work = || {
        let (compiled, is_written): (Circuit, bool) = stages::compile_dir(dir, &args.libraries)?;
        stages::check_templates(&compiled)?;
        if is_written {
            return Ok(compiled.r1cs.len());
        }
        Err(Error::OtherConstraints { path: path.clone(), circuit: circuit.clone() })
    };
    let told = |count: &usize| format!("{} constraints, those of the folder", grouped(*count));
    output.terminal.stage("source", work, told)?;
    Ok(Some(circuit))
}

fn listed(contributions: &[Contribution]) -> String {
    let line = |contribution: &Contribution| {
        let name = contribution.label.name.as_deref().unwrap_or("nameless");
        let beacon = if contribution.label.beacon.is_some() { " (beacon)" } else { "" };
        format!("{} {}{beacon}", hexadecimal(&contribution.hash), visible(name))
    };
    contributions.iter().map(line).collect::<Vec<_>>().join("\n")
}

pub(super) fn export_vk(args: &ExportVkArgs, output: Output) -> Result<()> {
    let (key, dir) = key_of(&args.file)?;
    let to = match (&args.output, dir) {
        (Some(path), _) => path.clone(),
        (None, Some(dir)) => dir.path(Artefact::VerifyingKey),
        (None, None) => key.with_file_name(Artefact::VerifyingKey.file_name("")),
    };
    let summary = stages::key_summary(&key)?;
    let vk = stages::checked_key(&key, summary.vk)?;
    replace_file(&to, |writer| writer.write_all(verifying_key_to_json(&vk).as_bytes()))?;
    warn_of_development_key(output.terminal, &summary.origin, &vk);
    output.result(&json!({ "file": to.display().to_string() }), &to.display().to_string())
}
