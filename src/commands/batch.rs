//! Many proofs with one key: `prove --batch` and `verify --batch`.

use std::fs;
use std::path::{Path, PathBuf};

use ark_std::rand::rngs::OsRng;
use serde_json::json;
use tensorproof_circom::Circuit;
use tensorproof_groth16::{
    Proven, proof_from_json, proof_to_json, public_from_json, public_to_json, verifying_key_from_json,
};
use tensorproof_r1cs::{Fr, Witness};
use tensorproof_transpiler::Settings;
use tensorproof_transpiler::data::{ENDINGS, ending, load_samples};
use tensorproof_transpiler::quantize::Sample;

use super::prove::PROOF_BYTES;
use super::{Output, read_key, warn_of_development_key, warn_of_origin};
use crate::build_dir::{BuildDir, replace_file};
use crate::cli::ProveArgs;
use crate::error::{Error, Result};
use crate::stages::{self, Data, Statement};
use crate::terminal::grouped;

const PROOF: &str = ".proof.json";
const PUBLIC: &str = ".public.json";
/// What the public signals are the digest of.
const VALUES: &str = ".public_values.json";

/// An input of many.
enum Input {
    /// Of a model.
    Data(Data),
    /// Of another circuit: a file as circom reads it.
    File(PathBuf),
}

pub(super) fn prove(args: &ProveArgs, dir: &BuildDir, inputs: &Path, output: Output) -> Result<()> {
    let settings = stages::read_settings_if_any(dir)?;
    let named = read_all(inputs, settings.as_ref())?;
    let (circuit, _) = super::compile::compile_dir(dir, &args.libraries, output)?;
    let (key, _) = output.terminal.stage("key", || read_key(dir, output), super::setup::key_described)?;
    warn_of_development_key(output.terminal, &key.origin, &key.vk);
    let folder = args.output.clone().unwrap_or_else(|| dir.root().join("proofs"));
    fs::create_dir_all(&folder).map_err(|source| Error::write(&folder, source))?;
    let work = || -> Result<()> {
        let prover = stages::prover(&key, &circuit.r1cs)?.with_work(args.work.work());
        for (name, input) in &named {
            let witness = solve(dir, &circuit, settings.as_ref(), input, output)?;
            let proof = prover.prove(&witness, &mut OsRng).map_err(stages::not_proven(dir, &circuit.r1cs))?;
            let public = public_to_json(circuit.r1cs.public_values(&witness));
            let mut files = vec![(PROOF, proof_to_json(&proof)), (PUBLIC, public)];
            if let Some(settings) = settings.as_ref().filter(|settings| stages::has_digest(settings)) {
                let values = stages::public_values(dir, settings, &circuit.r1cs, &witness)?;
                files.push((VALUES, public_to_json(&values)));
            }
            for (ending, text) in files {
                let path = folder.join(format!("{name}{ending}"));
                replace_file(&path, |writer| writer.write_all(text.as_bytes()))?;
            }
        }
        Ok(())
    };
    let ((), took) = output.terminal.stage("prove", work, |()| format!("{} proofs", grouped(named.len())))?;
    let names: Vec<&str> = named.iter().map(|(name, _)| name.as_str()).collect();
    let json = json!({
        "public_signals": circuit.r1cs.public_signals(),
        "proof_bytes": PROOF_BYTES,
        "seconds": took.as_secs_f64(),
        "proofs": names,
    });
    output.result(&json, &folder.display().to_string())
}

fn solve(
    dir: &BuildDir,
    circuit: &Circuit,
    settings: Option<&Settings>,
    input: &Input,
    output: Output,
) -> Result<Witness> {
    match (input, settings) {
        (Input::Data(data), Some(settings)) => Ok(stages::solve_data(dir, circuit, settings, data)?.1),
        (Input::File(path), _) => stages::solve_file(circuit, path, &mut |line| output.terminal.say(line)),
        (Input::Data(_), None) => Err(Error::Internal("samples of a circuit without a model")),
    }
}

/// Returns all inputs with names for their proofs: those of a folder's files, or the positions of a file's samples.
fn read_all(path: &Path, settings: Option<&Settings>) -> Result<Vec<(String, Input)>> {
    let files = if path.is_dir() { entries_of(path)? } else { vec![path.to_owned()] };
    // One that cannot be read is an error when it is read.
    let is_input = |file: &PathBuf| ENDINGS.contains(&ending(file).as_str()) && !file.is_dir();
    let files: Vec<PathBuf> = files.into_iter().filter(is_input).collect();
    let mut named = Vec::new();
    for file in &files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let Some(settings) = settings else {
            named.push((name, Input::File(file.clone())));
            continue;
        };
        let samples = load_samples(file, &settings.input_shapes())?;
        let salt = stages::read_salt(settings, file)?;
        if samples.len() % settings.batch != 0 {
            let (count, batch) = (samples.len(), settings.batch);
            let reason =
                format!("has {count} samples, expected a multiple of the {batch} that a proof is about");
            return Err(Error::Malformed { path: file.clone(), reason });
        }
        let groups: Vec<Vec<Sample>> = samples.chunks(settings.batch).map(<[Sample]>::to_vec).collect();
        let (alone, single) = (files.len() == 1 && !path.is_dir(), groups.len() == 1);
        for (position, samples) in groups.into_iter().enumerate() {
            let name = match (alone, single) {
                (true, _) => position.to_string(),
                (false, true) => name.clone(),
                (false, false) => format!("{name}-{position}"),
            };
            named.push((name, Input::Data(Data { samples, salt })));
        }
    }
    named.sort_by(|(one, _), (other, _)| one.len().cmp(&other.len()).then_with(|| one.cmp(other)));
    let twice = named.windows(2).find(|pair| pair[0].0 == pair[1].0);
    match (twice, named.is_empty()) {
        (Some(pair), _) => {
            let reason = format!("has two inputs `{}`, expected a name of its own for each", pair[0].0);
            Err(Error::Malformed { path: path.to_owned(), reason })
        }
        (None, true) => {
            let reason = format!("has no input, expected files of names that end in {}", ENDINGS.join(", "));
            Err(Error::Malformed { path: path.to_owned(), reason })
        }
        (None, false) => Ok(named),
    }
}

/// Returns what is in a folder, in the order of the names.
fn entries_of(folder: &Path) -> Result<Vec<PathBuf>> {
    let failed = |source| Error::read(folder, source);
    let entries = fs::read_dir(folder).map_err(failed)?;
    let mut paths = entries.map(|entry| Ok(entry.map_err(failed)?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}

/// Returns the proofs of a folder. What is called like one and cannot be read, or like the values of a proof that is not there,
/// is none that may be passed over.
fn proofs_of(folder: &Path) -> Result<Vec<PathBuf>> {
    let paths = entries_of(folder)?;
    let ending_in = |ending: &'static str| {
        let has_ending = move |path: &&PathBuf| path.to_string_lossy().ends_with(ending);
        paths.iter().filter(has_ending)
    };
    if let Some(path) = ending_in(PROOF).find(|path| !path.is_file()) {
        let reason = "is no file, expected a proof: it may be a link to one that is not there".to_owned();
        return Err(Error::Malformed { path: path.clone(), reason });
    }
    for ending in [PUBLIC, VALUES] {
        let proof = |path: &Path| {
            let name = path.to_string_lossy().into_owned();
            PathBuf::from(format!("{}{PROOF}", name.strip_suffix(ending).unwrap_or(&name)))
        };
        if let Some(path) = ending_in(ending).find(|path| !proof(path).is_file()) {
            let reason = format!("is of a proof that is not there, expected `{}`", proof(path).display());
            return Err(Error::Malformed { path: path.clone(), reason });
        }
    }
    Ok(ending_in(PROOF).cloned().collect())
}

pub(super) fn verify(
    vk: &Path,
    dir: Option<&BuildDir>,
    settings: Option<&Settings>,
    folder: &Path,
    output: Output,
) -> Result<()> {
    let text = |path: &Path| fs::read_to_string(path).map_err(|source| Error::read(path, source));
    let key = verifying_key_from_json(&text(vk)?).map_err(Error::json(vk))?;
    let mut names = Vec::new();
    let mut proofs: Vec<Proven> = Vec::new();
    let mut invalid = Vec::new();
    let files = proofs_of(folder)?;
    for path in &files {
        let file = path.file_name().unwrap_or_default().to_string_lossy();
        let name = file.strip_suffix(PROOF).unwrap_or(&file).to_owned();
        let signals = |ending: &str| -> Result<Vec<Fr>> {
            let path = folder.join(format!("{name}{ending}"));
            public_from_json(&text(&path)?).map_err(Error::json(&path))
        };
        let read = || -> Result<Proven> {
            let has_digest = settings.is_some_and(stages::has_digest);
            let values = folder.join(format!("{name}{VALUES}"));
            if settings.is_none() && values.exists() {
                // Without settings nothing compares them with what is proven.
                let reason = "cannot be checked: the `settings.json` of its circuit is missing".to_owned();
                return Err(Error::Malformed { path: values, reason });
            }
            let statement = Statement {
                vk: key.clone(),
                public: signals(PUBLIC)?,
                digested: has_digest.then(|| signals(VALUES)).transpose()?,
                proof: proof_from_json(&text(path)?).map_err(Error::json(path))?,
            };
            if let Some(settings) = settings {
                stages::check_statement(&statement, settings)?;
            }
            Ok((statement.public, statement.proof))
        };
        match read() {
            Ok(proven) => {
                names.push(name);
                proofs.push(proven);
            }
            Err(error) => invalid.push((name, error.to_string())),
        }
    }
    if files.is_empty() {
        let reason = format!("has no proofs, expected files `NAME{PROOF}` and `NAME{PUBLIC}`");
        return Err(Error::Malformed { path: folder.to_owned(), reason });
    }
    let work = || -> Result<()> {
        if let Err(found) = key.verify_batch(&proofs, &mut OsRng) {
            invalid.extend(found.into_iter().map(|(at, error)| (names[at].clone(), error.to_string())));
        }
        if invalid.is_empty() { Ok(()) } else { Err(Error::InvalidBatch { invalid, count: files.len() }) }
    };
    let ((), took) =
        output.terminal.stage("verify", work, |()| format!("{} proofs", grouped(files.len())))?;
    if let Some(dir) = dir {
        warn_of_origin(dir, &key, output)?;
    }
    let json = json!({ "valid": true, "proofs": names, "seconds": took.as_secs_f64() });
    output.result(&json, "valid")
}
