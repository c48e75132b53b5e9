//! `tensorproof witness`: the value of every wire for an input.

use std::path::{Path, PathBuf};

use serde_json::json;
use tensorproof_circom::Circuit;
use tensorproof_r1cs::{Witness, fr_to_signed};

use super::Output;
use crate::build_dir::{Artefact, BuildDir};
use crate::cli::WitnessArgs;
use crate::error::Result;
use crate::stages;
use crate::terminal::grouped;

pub(super) fn run(args: &WitnessArgs, output: Output) -> Result<()> {
    let dir = BuildDir::of(&args.dir);
    let (circuit, witness) = solve(&dir, &args.libraries, &args.input, args.sample, output)?;
    let json = if dir.has(Artefact::Settings) {
        let settings = stages::read_settings(&dir)?;
        let outputs = stages::read_outputs(&settings, circuit.r1cs.public_values(&witness))?;
        json!({ "outputs": outputs.by_name, "class": outputs.class, "wires": witness.0.len() })
    } else {
        let signed = |port: &tensorproof_circom::Port| -> Vec<String> {
            let values = &witness.0[port.first.index()..][..port.len()];
            values.iter().map(|value| fr_to_signed(value).to_string()).collect()
        };
        let outputs: serde_json::Map<_, _> =
            circuit.outputs().iter().map(|port| (port.name.clone(), signed(port).into())).collect();
        json!({ "outputs": outputs, "class": null, "wires": witness.0.len() })
    };
    output.result(&json, &dir.path(Artefact::Witness).display().to_string())
}

/// Compiles the circuit and computes its witness: for a sample of a model's input, or for the inputs of any circuit.
pub(super) fn solve(
    dir: &BuildDir,
    libraries: &[PathBuf],
    input: &Path,
    sample: usize,
    output: Output,
) -> Result<(Circuit, Witness)> {
    let of_model = if dir.has(Artefact::Settings) {
        let settings = stages::read_settings(dir)?;
        let sample = stages::read_sample(&settings, input, sample)?;
        Some((settings, sample))
    } else {
        None
    };
    let (circuit, _) = super::compile::compile_dir(dir, libraries, output)?;
    let work = || match &of_model {
        Some((settings, sample)) => stages::solve(dir, &circuit, settings, sample),
        None => stages::solve_inputs(dir, &circuit, input, &mut |line| output.terminal.say(line)),
    };
    let told = |witness: &Witness| format!("{} wires", grouped(witness.0.len()));
    let (witness, _) = output.terminal.stage("witness", work, told)?;
    Ok((circuit, witness))
}
