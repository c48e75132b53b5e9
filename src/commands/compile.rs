//! `tensorproof compile`: a circuit to constraints and symbols.

use std::path::PathBuf;

use ark_ff::PrimeField;
use serde_json::json;
use tensorproof_circom::{Circuit, Level, Options, Simplification};
use tensorproof_r1cs::FieldTask;

use super::Output;
use crate::build_dir::{Artefact, BuildDir};
use crate::cli::CompileArgs;
use crate::error::Result;
use crate::stages;
use crate::terminal::grouped;

pub(super) fn run(args: &CompileArgs, output: Output) -> Result<()> {
    args.prime.run(Compile { args, output })
}

/// The command over a prime's field.
struct Compile<'a> {
    args: &'a CompileArgs,
    output: Output,
}

impl FieldTask for Compile<'_> {
    type Output = Result<()>;

    fn run<F: PrimeField>(self) -> Result<()> {
        compile::<F>(self.args, self.output)
    }
}

fn compile<F: PrimeField>(args: &CompileArgs, output: Output) -> Result<()> {
    let level = match (args.o0, args.o2) {
        (true, _) => Level::O0,
        (_, true) => Level::O2,
        _ => Level::O1,
    };
    let options = Options { level, inspect: args.inspect, ..Options::default() };
    let dir = BuildDir::of(&args.source);
    let source = if args.source.is_dir() { dir.existing(Artefact::Circuit)? } else { args.source.clone() };
    let (circuit, _) = output.terminal.stage(
        "compile",
        || stages::compile_with::<F>(&source, &args.libraries, options),
        described,
    )?;
    show_warnings(&circuit, args.inspect, output);
    let dir = match &args.output {
        Some(folder) => dir.moved_to(folder),
        None => dir,
    };
    dir.make()?;
    let all = !args.r1cs && !args.sym;
    if all || args.r1cs {
        dir.write(Artefact::R1cs, |writer| circuit.r1cs.write(writer))?;
    }
    if all || args.sym {
        dir.write(Artefact::Symbols, |writer| stages::write_symbols(&circuit, writer))?;
    }
    if output.json {
        dir.write(Artefact::Constraints, |writer| circuit.r1cs.write_json(writer))?;
    }
    let counts = circuit.r1cs.counts();
    let json = json!({
        "constraints": { "quadratic": counts.quadratic, "linear": counts.linear },
        "wires": circuit.r1cs.wires,
        "public_signals": circuit.r1cs.public_signals(),
        "private_inputs": circuit.r1cs.private_inputs,
        "eliminated": {
            "equalities": circuit.simplification.equalities,
            "constants": circuit.simplification.constants,
            "linear": circuit.simplification.linear,
        },
        "terms": { "before": circuit.simplification.terms_before, "after": circuit.simplification.terms_after },
        "warnings": circuit.warnings.len(),
    });
    output.result(&json, &format!("{}\n{}", described(&circuit), eliminated(&circuit)))
}

/// Tells what simplification has eliminated.
fn eliminated<F>(circuit: &Circuit<F>) -> String {
    let Simplification { equalities, constants, linear, kept, terms_before, terms_after } =
        circuit.simplification;
    let kept = if kept > 0 { format!("; {} linear constraints kept", grouped(kept)) } else { String::new() };
    format!(
        "eliminated {} equal, {} constant and {} linear signals; {} terms became {}{kept}",
        grouped(equalities),
        grouped(constants),
        grouped(linear),
        grouped(terms_before),
        grouped(terms_after),
    )
}

/// Shows the compiler's warnings; the findings of `--inspect` only with it.
fn show_warnings<F: PrimeField>(circuit: &Circuit<F>, inspect: bool, output: Output) {
    let shown = circuit.render_warnings(console::colors_enabled_stderr(), inspect);
    if !shown.is_empty() {
        output.terminal.say(&shown);
    }
    let findings = circuit.warnings.iter().filter(|warning| warning.code.is_lint()).count();
    if findings > 0 && !inspect {
        let what = if findings == 1 { "finding" } else { "findings" };
        output
            .terminal
            .say(&format!("{findings} {what} about what the constraints leave open: see `--inspect`"));
    }
}

pub(super) fn described<F: PrimeField>(circuit: &Circuit<F>) -> String {
    let counts = circuit.r1cs.counts();
    format!(
        "{} quadratic and {} linear constraints, {} wires, {} public signals",
        grouped(counts.quadratic),
        grouped(counts.linear),
        grouped(circuit.r1cs.wires),
        grouped(circuit.r1cs.public_signals())
    )
}

pub(super) fn compile_dir<F: PrimeField>(
    dir: &BuildDir,
    libraries: &[PathBuf],
    output: Output,
) -> Result<(Circuit<F>, std::time::Duration)> {
    let work = || -> Result<Circuit<F>> {
        let circuit = stages::compile_dir(dir, libraries)?;
        stages::write_compiled(dir, &circuit)?;
        Ok(circuit)
    };
    output.terminal.stage("compile", work, described)
}
