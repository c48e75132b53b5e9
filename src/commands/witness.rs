//! `tensorproof witness`: the value of every wire for an input.

use serde_json::json;

use super::Output;
use crate::build_dir::{Artefact, BuildDir};
use crate::cli::WitnessArgs;
use crate::error::Result;
use crate::stages;
use crate::terminal::grouped;

pub(super) fn run(args: &WitnessArgs, output: Output) -> Result<()> {
    let dir = BuildDir::new(&args.dir);
    let settings = stages::read_settings(&dir)?;
    let sample = stages::read_sample(&settings, &args.input, args.sample)?;
    let (circuit, _) = super::compile::compile_dir(&dir, output)?;
    let (witness, _) = output.terminal.stage(
        "witness",
        || stages::solve(&dir, &circuit, &settings, &sample),
        |witness| format!("{} wires", grouped(witness.0.len())),
    )?;
    let outputs = stages::read_outputs(&settings, circuit.r1cs.public_values(&witness))?;
    let json = json!({ "outputs": outputs.by_name, "class": outputs.class, "wires": witness.0.len() });
    output.result(&json, &dir.path(Artefact::Witness).display().to_string())
}
