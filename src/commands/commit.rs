//! `tensorproof commit`: the commitment to integers, made or checked.

use std::path::Path;

use ark_ff::UniformRand as _;
use ark_std::rand::rngs::OsRng;
use serde_json::json;
use tensorproof_r1cs::{Fr, fr_from_decimal, fr_to_decimal};
use tensorproof_transpiler::emit::sealing;
use tensorproof_transpiler::seal::{Packed, Seal, Subject};

use super::Output;
use crate::build_dir::{Artefact, BuildDir};
use crate::cli::CommitArgs;
use crate::error::{Error, Result};
use crate::message::Tensor;
use crate::{message, stages, template};

pub(super) fn run(args: &CommitArgs, output: Output) -> Result<()> {
    let number = |option: &'static str, text: &String| {
        let expected = "a decimal integer below the prime";
        fr_from_decimal(text).ok_or_else(|| Error::Option { option, value: text.clone(), expected })
    };
    let given = args.salt.as_ref().map(|text| number("--salt", text)).transpose()?;
    let check = args.check.as_ref().map(|text| number("--check", text)).transpose()?;
    let (tensors, packed, known) =
        if args.source.is_dir() { of_parameters(&args.source)? } else { of_file(&args.source)? };
    let salt = match given.or(known) {
        Some(salt) => salt,
        None if check.is_some() => {
            let (value, expected) = (String::new(), "given where a commitment is checked");
            return Err(Error::Option { option: "--salt", value, expected });
        }
        None => Fr::rand(&mut OsRng),
    };
    let subject = Subject::Params;
    let mut inputs = message::inputs(&tensors, &packed);
    inputs.insert(subject.salt_signal(), vec![salt]);
    let circuit = sealing(subject, Seal::Hashed, &packed);
    let (sealed, _) =
        output.terminal.stage("commit", || template::compute(&circuit, &inputs), |_| String::new())?;
    let hash = sealed.get(&subject.hash_signal()).and_then(|values| values.first());
    let hash = hash.copied().ok_or(Error::Internal("a commitment has no value"))?;
    if let Some(expected) = check.filter(|expected| *expected != hash) {
        return Err(Error::OtherCommitment {
            found: fr_to_decimal(&hash),
            expected: fr_to_decimal(&expected),
        });
    }
    let (hash, salt) = (fr_to_decimal(&hash), fr_to_decimal(&salt));
    output.result(
        &json!({ "commitment": hash, "salt": salt }),
        &format!("commitment {hash}\nsalt       {salt}"),
    )
}

type Sealed = (Vec<Tensor>, Vec<Packed>, Option<Fr>);

fn of_file(path: &Path) -> Result<Sealed> {
    let tensors = message::read(path)?;
    let packed = message::packed(&tensors)?;
    Ok((tensors, packed, None))
}

/// Returns the parameters of a build directory as its circuit packs them.
fn of_parameters(path: &Path) -> Result<Sealed> {
    let dir = BuildDir::of(path);
    let settings = stages::read_settings(&dir)?;
    let seal = settings.seals.iter().find(|seal| seal.of == Subject::Params.name() && seal.seal == "hashed");
    let Some(seal) = seal else {
        let value = path.display().to_string();
        let expected = "a file, or a build directory made with `--params-visibility hashed`";
        return Err(Error::Option { option: "SOURCE", value, expected });
    };
    let packed = seal.packed()?;
    let weights = dir.existing(Artefact::Weights)?;
    let mut all = message::read(&weights)?;
    let mut take = |name: &str| {
        let at = all.iter().position(|tensor| tensor.name == name);
        at.map(|at| all.swap_remove(at))
            .ok_or_else(|| Error::Malformed { path: weights.clone(), reason: format!("has no `{name}`") })
    };
    let tensors = packed.iter().map(|packed| take(&packed.signal)).collect::<Result<Vec<Tensor>>>()?;
    let salt = take(&Subject::Params.salt_signal())?.values.first().copied();
    Ok((tensors, packed, salt))
}
