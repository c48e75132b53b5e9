//! `cargo xtask bench`: the figures of the README, measured in one run on one machine.

mod compile;
mod ezkl;
mod prove;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::shell::{root, run, say};

/// How often each command is timed; the median is told.
const RUNS: usize = 3;

/// Model, visibility of its parameters.
const PIPELINES: [(&str, &str); 6] = [
    ("mnist_mlp", "fixed"),
    ("mnist_mlp", "private"),
    ("mnist_poly", "private"),
    ("mnist_cnn", "private"),
    ("mnist_mobilenet_block", "private"),
    ("mnist_lenet5", "private"),
];

/// Builds the release binary and prints one table for the pipeline and those against stock circom.
pub(crate) fn run_all() -> Result<(), String> {
    tensorproof_oracles::install().map_err(|error| error.to_string())?;
    run("cargo", &["build", "--release", "--locked", "--package", "tensorproof"])?;
    let folder = root().join("target/bench");
    pipelines(&folder)?;
    compile::compare(&folder)?;
    prove::build()?;
    prove::compare(&folder, &[])?;
    ezkl::compare(&folder, &[])
}

/// Measures the pipeline against ezkl, on the models of these names, or on all.
pub(crate) fn run_ezkl(only: &[&str]) -> Result<(), String> {
    run("cargo", &["build", "--release", "--locked", "--package", "tensorproof"])?;
    ezkl::compare(&root().join("target/bench"), only)
}

/// Measures the pipeline alone, model by model.
pub(crate) fn run_models() -> Result<(), String> {
    run("cargo", &["build", "--release", "--locked", "--package", "tensorproof"])?;
    pipelines(&root().join("target/bench"))
}

/// Measures the compiler and its witnesses against stock circom and snarkjs.
pub(crate) fn run_compile() -> Result<(), String> {
    tensorproof_oracles::install().map_err(|error| error.to_string())?;
    run("cargo", &["build", "--release", "--locked", "--package", "tensorproof"])?;
    compile::compare(&root().join("target/bench"))
}

/// Measures the prover against snarkjs and stock ark-groth16: on the circuits of these names, or on all.
pub(crate) fn run_prove(only: &[&str]) -> Result<(), String> {
    tensorproof_oracles::install().map_err(|error| error.to_string())?;
    run("cargo", &["build", "--release", "--locked", "--package", "tensorproof"])?;
    prove::build()?;
    prove::compare(&root().join("target/bench"), only)
}

fn pipelines(folder: &Path) -> Result<(), String> {
    let mut table = String::from(
        "| model | parameters | scale | constraints | total s | prove s | peak MiB | gas |\n|---|---|---|---|---|---|---|---|\n",
    );
    for (model, parameters) in PIPELINES {
        let source = root().join("examples/models").join(model);
        let build = folder.join(format!("{model}-{parameters}"));
        let samples = source.join("samples.npz");
        let mut runs = Vec::new();
        for _ in 0..RUNS {
            // A key that is already there would be used again.
            let _ = fs::remove_dir_all(&build);
            let mut command = Command::new(binary());
            command.arg("run").arg(source.join("model.onnx")).arg("--output").arg(&build);
            command.arg("--input").arg(&samples).arg("--calibrate").arg(&samples);
            runs.push(measure(command.args([
                "--params-visibility",
                parameters,
                "--public-signals",
                "plain",
                "--json",
            ]))?);
        }
        let last: Value = serde_json::from_str(&runs[RUNS - 1].stdout)
            .map_err(|error| format!("{model}: `run --json` printed no JSON: {error}"))?;
        let prove = last["seconds"]["prove"].as_f64().unwrap_or(f64::NAN);
        let _ = writeln!(
            table,
            "| {model} | {parameters} | {} | {} | {:.1} | {prove:.2} | {} | {} |",
            last["scale"].as_str().unwrap_or("?"),
            last["constraints"]["total"],
            median(runs.iter().map(|run| run.wall)).as_secs_f64(),
            runs.iter().map(|run| run.peak_kib).max().unwrap_or(0) / 1024,
            last["gas"],
        );
    }
    say(&table);
    Ok(())
}

fn binary() -> PathBuf {
    root().join("target/release/tensorproof")
}

struct Measured {
    wall: Duration,
    peak_kib: u64,
    stdout: String,
}

/// Runs a command, watching the peak of its resident memory.
fn measure(command: &mut Command) -> Result<Measured, String> {
    let output = tempfile::NamedTempFile::new().map_err(|error| error.to_string())?;
    let stdout = output.reopen().map_err(|error| error.to_string())?;
    let started = Instant::now();
    let mut child = command
        .stdout(stdout)
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("{command:?} could not be started: {error}"))?;
    let status = Path::new("/proc").join(child.id().to_string()).join("status");
    let mut peak_kib = 0;
    let ended = loop {
        if let Some(ended) = child.try_wait().map_err(|error| error.to_string())? {
            break ended;
        }
        peak_kib = peak_kib.max(resident_peak(&status).unwrap_or(0));
        // Often at first, so that what ends soon is not measured by the length of this pause.
        std::thread::sleep((started.elapsed() / 50).min(Duration::from_millis(10)));
    };
    let wall = started.elapsed();
    if !ended.success() {
        return Err(format!("{command:?} ended with {ended}"));
    }
    let stdout = fs::read_to_string(output.path()).map_err(|error| error.to_string())?;
    Ok(Measured { wall, peak_kib, stdout })
}

/// Returns `VmHWM` of a process in KiB, where the system tells it.
fn resident_peak(status: &Path) -> Option<u64> {
    let text = fs::read_to_string(status).ok()?;
    let line = text.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn median(durations: impl Iterator<Item = Duration>) -> Duration {
    let mut durations: Vec<Duration> = durations.collect();
    durations.sort();
    durations[durations.len() / 2]
}
