//! The pipeline against ezkl: setup and proof of the same sample of the same model, private parameters.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{Measured, binary, measure};
use crate::shell::{root, run, say};

/// ezkl and what its script needs, from PyPI.
const PACKAGES: [&str; 2] = ["ezkl==23.0.5", "numpy"];
/// Those that fit into the memory of a small machine.
const MODELS: [&str; 2] = ["mnist_mlp", "mnist_cnn"];
const SCRIPT: &str = include_str!("ezkl.py");

/// Measures models whose names are among `only`, or all.
pub(super) fn compare(folder: &Path, only: &[&str]) -> Result<(), String> {
    let python = install(folder)?;
    let script = folder.join("ezkl.py");
    fs::write(&script, SCRIPT).map_err(|error| error.to_string())?;
    let mut table = String::from(
        "| model | prover | setup s | prove s | both | peak MiB | key MiB | proof bytes |\n|---|---|---|---|---|---|---|---|\n",
    );
    for model in MODELS.into_iter().filter(|model| only.is_empty() || only.contains(model)) {
        let source = root().join("examples/models").join(model);
        let (onnx, samples) = (source.join("model.onnx"), source.join("samples.npz"));
        let ours = ours(&folder.join(format!("{model}-ezkl-ours")), &onnx, &samples)?;
        let place = folder.join(format!("{model}-ezkl"));
        let mut command = Command::new(&python);
        let measured = measure(command.arg(&script).arg(&onnx).arg(&samples).arg(&place))?;
        let theirs = Figures::of(&measured, "ezkl")?;
        for (prover, figures) in [("tensorproof", &ours), ("ezkl", &theirs)] {
            let Figures { setup, prove, peak, key, proof } = figures;
            let _ = writeln!(
                table,
                "| {model} | {prover} | {setup:.2} | {prove:.2} | {:.2} | {peak:.0} | {key:.1} | {proof} |",
                setup + prove
            );
        }
        let ratio = |of: fn(&Figures) -> f64| of(&theirs) / of(&ours);
        let _ = writeln!(
            table,
            "| | ratio | {:.0}x | {:.0}x | {:.0}x | {:.0}x | {:.0}x | {:.0}x |",
            ratio(|figures| figures.setup),
            ratio(|figures| figures.prove),
            ratio(|figures| figures.setup + figures.prove),
            ratio(|figures| figures.peak),
            ratio(|figures| figures.key),
            ratio(|figures| figures.proof)
        );
        let _ = fs::remove_dir_all(&place);
    }
    say(&table);
    Ok(())
}

/// Installs ezkl beside the other measurements. Returns its Python.
fn install(folder: &Path) -> Result<PathBuf, String> {
    let place = folder.join("ezkl-python");
    let python = place.join("bin/python");
    if !python.is_file() {
        fs::create_dir_all(folder).map_err(|error| error.to_string())?;
        run("python3", &["-m", "venv", &place.to_string_lossy()])?;
    }
    run(&python.to_string_lossy(), &[&["-m", "pip", "install", "--quiet"], &PACKAGES[..]].concat())?;
    Ok(python)
}

/// Seconds, mebibytes, bytes.
struct Figures {
    setup: f64,
    prove: f64,
    peak: f64,
    key: f64,
    proof: f64,
}

impl Figures {
    /// Reads what a prover printed.
    fn of(measured: &Measured, prover: &str) -> Result<Self, String> {
        let printed: Value = measured
            .stdout
            .lines()
            .last()
            .and_then(|line| serde_json::from_str(line).ok())
            .unwrap_or_default();
        let number = |name: &str| {
            printed[name].as_f64().ok_or_else(|| format!("{prover} printed no `{name}`: {}", measured.stdout))
        };
        Ok(Self {
            setup: number("setup")?,
            prove: number("prove")?,
            peak: mebibytes(measured.peak_kib * 1024),
            key: number("key")? / f64::from(1 << 20),
            proof: number("proof")?,
        })
    }
}

/// Measures the command; its setup is that of a development key.
fn ours(place: &Path, model: &Path, samples: &Path) -> Result<Figures, String> {
    let _ = fs::remove_dir_all(place);
    let mut command = Command::new(binary());
    command.arg("run").arg(model).arg("--output").arg(place).arg("--input").arg(samples);
    command.arg("--calibrate").arg(samples).args(["--params-visibility", "private", "--json"]);
    let measured = measure(&mut command)?;
    let printed: Value = serde_json::from_str(&measured.stdout).map_err(|error| error.to_string())?;
    let seconds = |stage: &str| {
        let seconds = printed["seconds"][stage].as_f64();
        seconds.ok_or_else(|| format!("`run --json` tells no seconds of `{stage}`"))
    };
    let key = fs::metadata(place.join("circuit.zkey")).map_err(|error| error.to_string())?.len();
    Ok(Figures {
        setup: seconds("setup")?,
        prove: seconds("prove")?,
        peak: mebibytes(measured.peak_kib * 1024),
        key: mebibytes(key),
        // Two points of G1 and one of G2, uncompressed.
        proof: 256.0,
    })
}

#[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
