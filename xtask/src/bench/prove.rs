//! The prover against stock ark-groth16, in one process, and against snarkjs, command against command.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tensorproof_oracles::package;

use super::{binary, measure, median};
use crate::shell::{root, run, say};

/// How often commands are timed.
const RUNS: usize = 3;
/// How often commands that end soon are run in turns, ours as often again in each.
const TURNS: usize = 15;
/// Rows of synthetic circuits, a little fewer than the powers of two from 2^17, 2^19 and 2^20.
const SYNTHETIC: [(&str, u32); 3] = [("2^17", 131_000), ("2^19", 524_000), ("2^20", 1_048_000)];
const MODELS: [&str; 3] = ["mnist_mlp", "mnist_cnn", "mnist_lenet5"];
/// The circuit of which keys are made by both, and the power of the tau that it needs.
const SETUP: (&str, u32) = ("2^17", 17);

/// Measures circuits whose names are among `only`, or all.
pub(super) fn compare(folder: &Path, only: &[&str]) -> Result<(), String> {
    let wanted = |name: &str| only.is_empty() || only.contains(&name);
    fs::create_dir_all(folder).map_err(|error| error.to_string())?;
    let mut subjects: Vec<(&str, PathBuf)> = Vec::new();
    for (name, rows) in SYNTHETIC.into_iter().filter(|(name, _)| wanted(name)) {
        let place = folder.join(format!("synthetic-{rows}"));
        measure(example().arg(&place).arg(rows.to_string()))?;
        subjects.push((name, place));
    }
    for name in MODELS.into_iter().filter(|name| wanted(name)) {
        let (model, place) =
            (root().join("examples/models").join(name), folder.join(format!("{name}-prove")));
        let samples = model.join("samples.npz");
        let mut command = Command::new(binary());
        command.arg("run").arg(model.join("model.onnx")).arg("--output").arg(&place);
        command.args(["--params-visibility", "private"]).arg("--input").arg(&samples);
        measure(command.arg("--calibrate").arg(&samples))?;
        subjects.push((name, place));
    }
    let mut in_process = String::from(
        "| circuit | constraints | key MiB | peak MiB | open s, again | prove s | floor s | times the floor | ark-groth16 s | faster | processor s | ark-groth16's |\n|---|---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    let mut commands = String::from(
        "| circuit | prove s | snarkjs s | faster | verify s | snarkjs s | faster |\n|---|---|---|---|---|---|---|\n",
    );
    for (name, place) in &subjects {
        in_process.push_str(&against_arkworks(name, place)?);
        commands.push_str(&against_snarkjs(name, place)?);
    }
    say(&in_process);
    say(&commands);
    match subjects.iter().find(|(name, _)| *name == SETUP.0) {
        Some((_, place)) => setups(place),
        None => Ok(()),
    }
}

fn against_arkworks(name: &str, place: &Path) -> Result<String, String> {
    let printed = measure(example().arg(place))?.stdout;
    let found: Value = serde_json::from_str(&printed)
        .map_err(|error| format!("{name}: the measurement printed no JSON: {error}"))?;
    let number = |of: &Value| of.as_f64().unwrap_or(f64::NAN);
    let wall = |part: &str| number(&found[part]["seconds"]);
    let processor = |part: &str| number(&found[part]["processor_seconds"]);
    // One sum of full width over the domain and the transforms, with all cores busy.
    let floor = number(&found["profile"]["sum H"]) + number(&found["profile"]["quotient"]);
    let mut row = String::new();
    let _ = writeln!(
        row,
        "| {name} | {} | {} | {} | {:.2}, {:.2} | {:.2} | {floor:.2} | {:.2} | {:.2} | {:.2}x | {:.2} | {:.2} |",
        found["constraints"],
        found["key_mebibytes"],
        found["peak_mebibytes"],
        wall("open"),
        wall("open_again"),
        wall("prove"),
        wall("prove") / floor,
        wall("ark_prove"),
        wall("ark_prove") / wall("prove"),
        processor("prove"),
        processor("ark_prove"),
    );
    Ok(row)
}

fn against_snarkjs(name: &str, place: &Path) -> Result<String, String> {
    let vk = place.join("verification_key.json");
    let (public, proof) = (place.join("public.json"), place.join("proof.json"));
    // A key that was opened once is known; snarkjs checks none.
    let proves = timed(|| {
        let mut command = Command::new(binary());
        command.arg("prove").arg(place);
        command
    })?;
    let mut verify = Command::new(binary());
    verify.arg("verify").arg("--vk").arg(&vk).arg("--public").arg(&public).arg("--proof").arg(&proof);
    let mut stock_verify = snarkjs();
    stock_verify.args(["groth16", "verify"]).arg(&vk).arg(&public).arg(&proof);
    let (verifies, stock_verifies) = in_turns(&mut verify, &mut stock_verify)?;
    let stock_proves = timed(|| {
        let mut command = snarkjs();
        command.args(["groth16", "prove"]).arg(place.join("circuit.zkey")).arg(place.join("witness.wtns"));
        command.arg(place.join("stock_proof.json")).arg(place.join("stock_public.json"));
        command
    })?;
    Ok(format!(
        "| {name} | {proves:.2} | {stock_proves:.2} | {:.1}x | {verifies:.4} | {stock_verifies:.2} | {:.0}x |\n",
        stock_proves / proves,
        stock_verifies / verifies
    ))
}

/// Times the start of a ceremony for a circuit, from powers of tau that are made before.
fn setups(place: &Path) -> Result<(), String> {
    let (ptau, prepared) = (place.join("powers.ptau"), place.join("prepared.ptau"));
    if !prepared.exists() {
        let mut new = Command::new(binary());
        let power = (SETUP.1).to_string();
        measure(new.args(["setup", "ptau", "new", "--power", &power, "--output"]).arg(&ptau))?;
        let mut prepare = Command::new(binary());
        measure(prepare.args(["setup", "ptau", "prepare"]).arg(&ptau).arg("--output").arg(&prepared))?;
    }
    let ceremony = place.join("ceremony");
    fs::create_dir_all(&ceremony).map_err(|error| error.to_string())?;
    let r1cs = ceremony.join("circuit.r1cs");
    fs::copy(place.join("circuit.r1cs"), &r1cs).map_err(|error| error.to_string())?;
    let ours = timed(|| {
        let mut command = Command::new(binary());
        command.arg("setup").arg(&ceremony).arg("--ptau").arg(&prepared);
        command
    })?;
    let mut stock = snarkjs();
    stock.args(["groth16", "setup"]).arg(&r1cs).arg(&prepared).arg(ceremony.join("stock.zkey"));
    let stock = measure(&mut stock)?.wall.as_secs_f64();
    say(&format!(
        "phase-2 setup of {}: tensorproof {ours:.2} s, snarkjs {stock:.2} s: {:.1}x",
        SETUP.0,
        stock / ours
    ));
    Ok(())
}

/// Returns the median of the wall clock's seconds.
fn timed(command: impl Fn() -> Command) -> Result<f64, String> {
    let mut runs = Vec::new();
    for _ in 0..RUNS {
        runs.push(measure(&mut command())?.wall);
    }
    Ok(median(runs.into_iter()).max(Duration::from_millis(1)).as_secs_f64())
}

/// Returns the medians of the seconds of two commands that end soon: run in turns, and not watched, as that takes time too.
fn in_turns(ours: &mut Command, theirs: &mut Command) -> Result<(f64, f64), String> {
    let took = |command: &mut Command| {
        let started = Instant::now();
        let ended = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
        let wall = started.elapsed();
        match ended {
            Ok(ended) if ended.success() => Ok(wall),
            found => Err(format!("{command:?} ended with {found:?}")),
        }
    };
    let (mut our_runs, mut their_runs) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        their_runs.push(took(theirs)?);
        for _ in 0..TURNS {
            our_runs.push(took(ours)?);
        }
    }
    Ok((median(our_runs.into_iter()).as_secs_f64(), median(their_runs.into_iter()).as_secs_f64()))
}

fn snarkjs() -> Command {
    let mut command = Command::new("node");
    command.arg("--max-old-space-size=16384").arg(package("snarkjs").join("build/cli.cjs"));
    command
}

fn example() -> Command {
    Command::new(root().join("target/release/examples/measure"))
}

/// Builds what is measured.
pub(super) fn build() -> Result<(), String> {
    let example = ["--package", "tensorproof-groth16", "--example", "measure"];
    run("cargo", &[&["build", "--release", "--locked"][..], &example].concat())
}
