//! `tensorproof bounty params`: a hunter's model to the parameters that it commits to.

use std::path::Path;

use ark_ff::UniformRand as _;
use ark_std::rand::rngs::OsRng;
use serde_json::json;
use tensorproof_circom::Inputs;
use tensorproof_r1cs::{Fr, fr_to_decimal};
use tensorproof_transpiler::emit::{TestSet, bounty, sealing};
use tensorproof_transpiler::quantize::Scope;
use tensorproof_transpiler::seal::{Seal, Subject};

use super::circuits::{folder_json, statement};
use crate::bounty::{Folder, Kind};
use crate::build_dir::{Artefact, BuildDir, replace_private_file};
use crate::cli::BountyParamsArgs;
use crate::commands::transpile::{self, BountyModel};
use crate::commands::{Output, check_new};
use crate::error::{Error, Result};
use crate::form_json::FORMAT;
use crate::inputs::flatten;
use crate::template;

pub(super) fn run(args: &BountyParamsArgs, output: Output) -> Result<()> {
    let path = args.output.join("hunter.json");
    check_new(&path)?;
    let folder = Folder::read(&args.folder)?;
    let known = &folder.json.model;
    let model = BountyModel {
        scale: transpile::scale(&known.scale)?,
        layer_scales: transpile::layer_scales(&known.layer_scales)?,
        input_range: (known.input_range[0], known.input_range[1]),
        scope: Scope::Given(known.widths.clone()),
    };
    let quantized = transpile::quantize_for_bounty(&args.model, model, None, output.terminal)?.model;
    let test_set = TestSet { samples: folder.json.samples as usize, bytes: folder.json.sample_bytes };
    let statements = bounty(&quantized, test_set)?;
    for kind in Kind::ALL {
        compare(&folder.dir(kind), &statement(&statements, kind).program.files)?;
    }
    // The hash of the accuracy's sources is compared by `check`, which compiles them.
    let expected = folder_json(test_set, &quantized, &statements, folder.json.architecture.clone())?;
    if folder.json != expected {
        let reason = "does not describe the circuits that it stands beside".to_owned();
        return Err(Error::Malformed { path: args.folder.join("bounty.json"), reason });
    }

    let weights = &statements.accuracy.program.weights;
    let mut inputs = Inputs::new();
    for (signal, nested) in weights.as_object().into_iter().flatten() {
        let mut values = Vec::new();
        flatten(nested, &mut values).map_err(|_| Error::Internal("a parameter is no integer"))?;
        inputs.insert(signal.clone(), values);
    }
    let salt = Fr::rand(&mut OsRng);
    inputs.insert(Subject::Params.salt_signal(), vec![salt]);
    let circuit = sealing(Subject::Params, Seal::Hashed, &statements.params);
    let sealed = template::compute(&circuit, &inputs)?;
    let hash = sealed.get(&Subject::Params.hash_signal()).and_then(|values| values.first());
    let hash = fr_to_decimal(hash.ok_or(Error::Internal("a commitment has no value"))?);
    let json = json!({
        "format": FORMAT,
        "parameters": weights,
        "paramsSalt": fr_to_decimal(&salt),
        "paramsHash": hash,
    });
    BuildDir::create(&args.output)?;
    // The salt and the parameters are all that a bounty pays for.
    replace_private_file(&path, |writer| writer.write_all(json.to_string().as_bytes()))?;
    output.result(
        &json!({ "commitment": hash, "file": path }),
        &format!("commitment {hash}: {}", path.display()),
    )
}

/// Refuses a folder whose circuits are not those of the model: they may say or show anything.
fn compare(dir: &BuildDir, files: &[(String, String)]) -> Result<()> {
    for (name, expected) in files {
        let path = dir.root().join(name);
        let found = read(&path)?;
        if found != *expected {
            let reason = "is not the circuit of this model: the bounty is for another architecture, or does not prove what it says";
            return Err(Error::Malformed { path, reason: reason.to_owned() });
        }
    }
    dir.existing(Artefact::Circuit).map(|_| ())
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(|source| Error::read(path, source))
}
