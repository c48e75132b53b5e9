//! `tensorproof witness`: the value of every wire for an input.

use std::path::{Path, PathBuf};

use serde_json::json;
use tensorproof_circom::{Circuit, CircuitField, FieldTask, Port, over};
use tensorproof_r1cs::{Prime, Witness, fr_to_signed};

use super::Output;
use crate::build_dir::{Artefact, BuildDir};
use crate::cli::WitnessArgs;
use crate::error::{Error, Result};
use crate::stages;
use crate::terminal::grouped;

pub(super) fn run(args: &WitnessArgs, output: Output) -> Result<()> {
    let dir = BuildDir::of(&args.dir);
    let Some(settings) = stages::read_settings_if_any(&dir)? else {
        return over(args.prime, OfInputs { args, dir: &dir, output });
    };
    if args.prime != Prime::Bn128 {
        let value = args.prime.name().to_owned();
        return Err(Error::Option { option: "--prime", value, expected: "bn128 for a model's circuit" });
    }
    let (circuit, witness) = solve(&dir, &args.libraries, &args.input, args.sample, output)?;
    let outputs = stages::outputs(&settings, &stages::output_integers(&settings, &circuit, &witness)?)?;
    let values = stages::public_values(&dir, &settings, &circuit.r1cs, &witness)?;
    let json = json!({
        "outputs": outputs.by_name,
        "class": outputs.class,
        "commitments": stages::commitments(&settings, &values)?,
        "wires": witness.0.len(),
    });
    output.result(&json, &dir.path(Artefact::Witness).display().to_string())
}

/// The command for a circuit that is no model's, over a prime's field.
struct OfInputs<'a> {
    args: &'a WitnessArgs,
    dir: &'a BuildDir,
    output: Output,
}

impl FieldTask for OfInputs<'_> {
    type Output = Result<()>;

    fn run<F: CircuitField>(self) -> Result<()> {
        let (circuit, witness) =
            solve_inputs::<F>(self.dir, &self.args.libraries, &self.args.input, self.output)?;
        let signed = |port: &Port| -> Vec<String> {
            let values = &witness.0[port.first.index()..][..port.len()];
            values.iter().map(|value| fr_to_signed(value).to_string()).collect()
        };
        let outputs: serde_json::Map<_, _> =
            circuit.outputs().iter().map(|port| (port.name.clone(), signed(port).into())).collect();
        let json = json!({ "outputs": outputs, "class": null, "wires": witness.0.len() });
        self.output.result(&json, &self.dir.path(Artefact::Witness).display().to_string())
    }
}

/// Compiles the circuit and computes its witness: for a sample of a model's input, or for the inputs of any circuit.
pub(super) fn solve(
    dir: &BuildDir,
    libraries: &[PathBuf],
    input: &Path,
    sample: usize,
    output: Output,
) -> Result<(Circuit, Witness)> {
    let Some(settings) = stages::read_settings_if_any(dir)? else {
        return solve_inputs(dir, libraries, input, output);
    };
    let data = stages::read_data(&settings, input, sample)?;
    let (circuit, _) = super::compile::compile_dir(dir, libraries, output)?;
    let work = || stages::solve(dir, &circuit, &settings, &data);
    let (witness, _) = output.terminal.stage("witness", work, told)?;
    Ok((circuit, witness))
}

fn solve_inputs<F: CircuitField>(
    dir: &BuildDir,
    libraries: &[PathBuf],
    input: &Path,
    output: Output,
) -> Result<(Circuit<F>, Witness<F>)> {
    let (circuit, _) = super::compile::compile_dir(dir, libraries, output)?;
    let work = || stages::solve_inputs(dir, &circuit, input, &mut |line| output.terminal.say(line));
    let (witness, _) = output.terminal.stage("witness", work, told)?;
    Ok((circuit, witness))
}

fn told<F>(witness: &Witness<F>) -> String {
    format!("{} wires", grouped(witness.0.len()))
}
