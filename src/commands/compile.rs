//! `tensorproof compile`: a circuit to constraints and symbols.

use std::path::Path;

use serde_json::json;
use tensorproof_circom::{Circuit, Level};

use super::Output;
use crate::build_dir::{Artefact, BuildDir, replace_file};
use crate::cli::CompileArgs;
use crate::error::Result;
use crate::stages;
use crate::terminal::grouped;

pub(super) fn run(args: &CompileArgs, output: Output) -> Result<()> {
    let level = if args.o0 { Level::O0 } else { Level::O1 };
    let is_dir = args.source.is_dir();
    let source =
        if is_dir { BuildDir::new(&args.source).existing(Artefact::Circuit)? } else { args.source.clone() };
    let (circuit, _) = output.terminal.stage(
        "compile",
        || stages::compile_circuit(&source, &args.libraries, level),
        described,
    )?;
    let folder = args.output.as_deref().or(source.parent()).unwrap_or(Path::new("."));
    let dir = BuildDir::create(folder)?;
    let stem = source.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let both = !args.r1cs && !args.sym;
    if both || args.r1cs {
        replace_file(&dir.root().join(format!("{stem}.r1cs")), |writer| circuit.r1cs.write(writer))?;
    }
    if both || args.sym {
        replace_file(&dir.root().join(format!("{stem}.sym")), |writer| {
            stages::write_symbols(&circuit, writer)
        })?;
    }
    let counts = circuit.r1cs.counts();
    let json = json!({
        "constraints": { "quadratic": counts.quadratic, "linear": counts.linear },
        "wires": circuit.r1cs.wires,
        "public_signals": circuit.r1cs.public_signals(),
        "private_inputs": circuit.r1cs.private_inputs,
    });
    output.result(&json, &described(&circuit))
}

pub(super) fn described(circuit: &Circuit) -> String {
    let counts = circuit.r1cs.counts();
    format!(
        "{} quadratic and {} linear constraints, {} wires, {} public signals",
        grouped(counts.quadratic),
        grouped(counts.linear),
        grouped(circuit.r1cs.wires),
        grouped(circuit.r1cs.public_signals())
    )
}

pub(super) fn compile_dir(dir: &BuildDir, output: Output) -> Result<(Circuit, std::time::Duration)> {
    let work = || -> Result<Circuit> {
        let circuit = stages::compile_dir(dir)?;
        stages::write_compiled(dir, &circuit)?;
        Ok(circuit)
    };
    output.terminal.stage("compile", work, described)
}
