//! `tensorproof commit`: the commitment to integers, made or checked.

use std::path::{Path, PathBuf};

use ark_ff::UniformRand as _;
use ark_std::rand::rngs::OsRng;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tensorproof_circom::Circuit;
use tensorproof_r1cs::{Fr, fr_from_decimal, fr_to_decimal};
use tensorproof_transpiler::emit::sealing;
use tensorproof_transpiler::seal::{Packed, Seal, Subject};

use super::Output;
use crate::build_dir::{Artefact, BuildDir, replace_file};
use crate::cli::CommitArgs;
use crate::error::{Error, Result};
use crate::form_json::{FORMAT, TensorJson, of_version};
use crate::message::Tensor;
use crate::{message, stages, template};

/// The file of a commitment, which anybody may have: the salt is not in it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    format: u32,
    /// What the values are.
    kind: String,
    /// The tensors, in the order in which they are packed.
    tensors: Vec<TensorJson>,
    commitment: String,
}

/// What a commitment must be.
enum Check {
    /// This number. It covers the form, so that the form may be anybody's.
    Number(Fr),
    /// That of a file, whose values have the file's form.
    Record(PathBuf, Record),
}

/// What is committed to.
struct Source {
    subject: Subject,
    tensors: Vec<Tensor>,
    packed: Vec<Packed>,
    /// The salt that stands with the values.
    salt: Option<Fr>,
}

pub(super) fn run(args: &CommitArgs, output: Output) -> Result<()> {
    let given = args.salt.as_deref().map(salt).transpose()?;
    let check = args.check.as_deref().map(check).transpose()?;
    let record = match &check {
        Some(Check::Record(path, record)) => Some((path.as_path(), record)),
        _ => None,
    };
    let source = if args.source.is_dir() {
        of_parameters(&args.source, record)?
    } else {
        of_file(&args.source, record)?
    };
    let Source { subject, tensors, packed, salt } = source;
    let salt = match given.or(salt) {
        Some(salt) => salt,
        None if check.is_some() => {
            let (value, expected) = (String::new(), "given where a commitment is checked");
            return Err(Error::Option { option: "--salt", value, expected });
        }
        None => Fr::rand(&mut OsRng),
    };
    let mut inputs = message::inputs(&tensors, &packed);
    inputs.insert(subject.salt_signal(), vec![salt]);
    let circuit = sealing(subject, Seal::Hashed, &packed);
    let (sealed, _) =
        output.terminal.stage("commit", || template::compute(&circuit, &inputs), |_| String::new())?;
    let hash = sealed.get(&subject.hash_signal()).and_then(|values| values.first());
    let hash = fr_to_decimal(hash.ok_or(Error::Internal("a commitment has no value"))?);
    let expected = match check {
        Some(Check::Number(number)) => Some(fr_to_decimal(&number)),
        Some(Check::Record(_, record)) => Some(record.commitment),
        None => None,
    };
    if let Some(expected) = expected.filter(|expected| *expected != hash) {
        return Err(Error::OtherCommitment { found: hash, expected });
    }
    let record = Record {
        format: FORMAT,
        kind: subject.name().to_owned(),
        tensors: tensors
            .iter()
            .zip(&packed)
            .map(|(tensor, packed)| TensorJson::of(&tensor.name, &packed.form))
            .collect(),
        commitment: hash.clone(),
    };
    if let Some(path) = &args.output {
        let text = serde_json::to_string_pretty(&record)
            .map_err(|_| Error::Internal("a commitment's record is no JSON"))?;
        replace_file(path, |writer| writeln!(writer, "{text}"))?;
    }
    let salt = fr_to_decimal(&salt);
    output.result(
        &json!({ "commitment": hash, "salt": salt, "kind": record.kind, "tensors": record.tensors }),
        &format!("commitment {hash}\nsalt       {salt}"),
    )
}

fn salt(text: &str) -> Result<Fr> {
    let expected = "a decimal integer below the prime";
    fr_from_decimal(text).ok_or_else(|| Error::Option { option: "--salt", value: text.to_owned(), expected })
}

/// Reads a number, or the file of a commitment.
fn check(text: &str) -> Result<Check> {
    if let Some(number) = fr_from_decimal(text) {
        return Ok(Check::Number(number));
    }
    let path = PathBuf::from(text);
    if !path.is_file() {
        let (value, expected) =
            (text.to_owned(), "a decimal integer below the prime, nor a file with a commitment");
        return Err(Error::Option { option: "--check", value, expected });
    }
    let content = std::fs::read_to_string(&path).map_err(|source| Error::read(&path, source))?;
    let record = of_version(&path, &content)?;
    Ok(Check::Record(path, record))
}

/// Returns the integers of a file. Without a record, the form is what the integers need.
fn of_file(path: &Path, record: Option<(&Path, &Record)>) -> Result<Source> {
    let tensors = message::read(path)?;
    let (subject, packed) = match record {
        Some((path, record)) => {
            let other = |reason| Error::OtherForm { path: path.to_owned(), reason };
            let subject = subject(path, record)?;
            if subject != Subject::Data && record.tensors.len() > 1 {
                let reason = format!(
                    "is of {} tensors of `{}`, which only the circuit tells apart, expected a build directory to check",
                    record.tensors.len(),
                    record.kind
                );
                return Err(other(reason));
            }
            let forms = TensorJson::forms(path, &record.tensors)?;
            let packed = message::packed_as(subject, &tensors, forms).map_err(other)?;
            // Where tensors are exchanged, this says more than another number would.
            let names = || tensors.iter().map(|tensor| &tensor.name);
            if let Some((found, known)) =
                names().zip(&record.tensors).find(|(name, known)| **name != known.name)
            {
                return Err(other(format!("has tensor `{}` in the place of `{found}`", known.name)));
            }
            (subject, packed)
        }
        None => (Subject::Data, message::packed(&tensors)?),
    };
    Ok(Source { subject, tensors, packed, salt: None })
}

/// Returns the parameters of a build directory in the form of the record, or else in that of its settings. The commitment covers
/// the form, and tells tensors apart by their positions: which parameter is at which one, the circuit tells and nothing else.
fn of_parameters(path: &Path, record: Option<(&Path, &Record)>) -> Result<Source> {
    let dir = BuildDir::of(path);
    let circuit = stages::compile_bundled(&dir)?;
    let (names, forms, from) = match record {
        Some((path, record)) => {
            if subject(path, record)? != Subject::Params {
                let reason = format!("is to `{}`, expected `params` for a build directory", record.kind);
                return Err(Error::Malformed { path: path.to_owned(), reason });
            }
            let names = record.tensors.iter().map(|tensor| tensor.name.clone()).collect::<Vec<_>>();
            stages::check_sealed(&circuit, Subject::Params, Seal::Hashed, 1, &names)?;
            (names, TensorJson::forms(path, &record.tensors)?, path.to_owned())
        }
        None => {
            let packed = committed(&dir, &circuit)?;
            let names = packed.iter().map(|packed| packed.signal.clone()).collect();
            let forms = packed.into_iter().map(|packed| packed.form).collect();
            (names, forms, dir.path(Artefact::Settings))
        }
    };
    let weights = dir.existing(Artefact::Weights)?;
    let mut all = message::read(&weights)?;
    let mut take = |name: &str| {
        let at = all.iter().position(|tensor| tensor.name == name);
        at.map(|at| all.swap_remove(at))
            .ok_or_else(|| Error::Malformed { path: weights.clone(), reason: format!("has no `{name}`") })
    };
    let tensors = names.iter().map(|name| take(name)).collect::<Result<Vec<Tensor>>>()?;
    let name = Subject::Params.salt_signal();
    let salt = match take(&name)?.values.as_slice() {
        [salt] => fr_from_decimal(&salt.to_string()),
        _ => None,
    };
    let salt = salt.ok_or_else(|| {
        let reason = format!("`{name}` is no decimal integer below the prime");
        Error::Malformed { path: weights.clone(), reason }
    })?;
    let other = |reason| Error::OtherForm { path: from, reason };
    let packed = message::packed_as(Subject::Params, &tensors, forms).map_err(other)?;
    Ok(Source { subject: Subject::Params, tensors, packed, salt: Some(salt) })
}

/// Returns the parameters that a build directory's circuit commits to.
fn committed(dir: &BuildDir, circuit: &Circuit) -> Result<Vec<Packed>> {
    let settings = stages::read_settings(dir)?;
    stages::check_settings(circuit, &settings)?;
    let seal = settings.seals.iter().find(|seal| seal.of == Subject::Params.name() && seal.seal == "hashed");
    let Some(seal) = seal else {
        let value = dir.root().display().to_string();
        let expected = "a file, or a build directory made with `--params-visibility hashed`";
        return Err(Error::Option { option: "SOURCE", value, expected });
    };
    Ok(seal.packed()?)
}

fn subject(path: &Path, record: &Record) -> Result<Subject> {
    Subject::of_name(&record.kind).ok_or_else(|| {
        let reason = format!("`kind` is `{}`, expected `data`, `input`, `params` or `output`", record.kind);
        Error::Malformed { path: path.to_owned(), reason }
    })
}
