//! `tensorproof compile`: a circuit to constraints and symbols.

use std::path::{Path, PathBuf};

use serde_json::json;
use tensorproof_circom::{Circuit, CircuitField, FieldTask, Level, Options, Simplification, over};
use tensorproof_r1cs::Prime;

use super::Output;
use crate::build_dir::{Artefact, BuildDir};
use crate::cli::CompileArgs;
use crate::error::Result;
use crate::stages;
use crate::terminal::grouped;

pub(super) fn run(args: &CompileArgs, output: Output) -> Result<()> {
    over(args.prime, Compile { args, output })
}

/// The command over a prime's field.
struct Compile<'a> {
    args: &'a CompileArgs,
    output: Output,
}

impl FieldTask for Compile<'_> {
    type Output = Result<()>;

    fn run<F: CircuitField>(self) -> Result<()> {
        compile::<F>(self.args, self.output)
    }
}

fn compile<F: CircuitField>(args: &CompileArgs, output: Output) -> Result<()> {
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
    if args.source.is_dir() && args.prime == Prime::Bn128 {
        check(&dir, &source, args, level, &circuit)?;
    }
    show_warnings(&circuit, args.inspect, output);
    warn_of_templates(&circuit, output);
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

/// Checks the circuit of a build directory against the settings beside it, which tell of it at `--O1`.
fn check<F: CircuitField>(
    dir: &BuildDir,
    source: &Path,
    args: &CompileArgs,
    level: Level,
    circuit: &Circuit<F>,
) -> Result<()> {
    let Some(settings) = stages::read_settings_if_any(dir)? else {
        return Ok(());
    };
    stages::check_templates(circuit)?;
    if level == Level::O1 {
        return stages::check_settings(circuit, &settings);
    }
    stages::check_settings(&stages::compile_circuit::<F>(source, &args.libraries, Level::O1)?, &settings)
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
fn show_warnings<F: CircuitField>(circuit: &Circuit<F>, inspect: bool, output: Output) {
    let shown = circuit.render_warnings(console::colors_enabled_stderr(), inspect);
    if !shown.is_empty() {
        output.terminal.warn_rendered(&shown);
    }
    let findings = circuit.warnings.iter().filter(|warning| warning.code.is_lint()).count();
    if findings > 0 && !inspect {
        let what = if findings == 1 { "finding" } else { "findings" };
        output
            .terminal
            .warn(&format!("{findings} {what} about what the constraints leave open: see `--inspect`"));
    }
}

pub(super) fn described<F: CircuitField>(circuit: &Circuit<F>) -> String {
    let counts = circuit.r1cs.counts();
    format!(
        "{} quadratic and {} linear constraints, {} wires, {} public signals",
        grouped(counts.quadratic),
        grouped(counts.linear),
        grouped(circuit.r1cs.wires),
        grouped(circuit.r1cs.public_signals())
    )
}

pub(super) fn compile_dir<F: CircuitField>(
    dir: &BuildDir,
    libraries: &[PathBuf],
    output: Output,
) -> Result<(Circuit<F>, std::time::Duration)> {
    let work = || -> Result<Circuit<F>> {
        let (circuit, _) = stages::compile_dir(dir, libraries)?;
        stages::write_compiled(dir, &circuit)?;
        Ok(circuit)
    };
    let (circuit, took) = output.terminal.stage("compile", work, described)?;
    warn_of_templates(&circuit, output);
    Ok((circuit, took))
}

/// Says that a circuit proves what somebody's own templates say, under names of ours.
pub(super) fn warn_of_templates<F: CircuitField>(circuit: &Circuit<F>, output: Output) {
    if let Err(error) = stages::check_templates(circuit) {
        output.terminal.warn(&format!("{error}; what the circuit proves is for who reads it to say"));
    }
}
