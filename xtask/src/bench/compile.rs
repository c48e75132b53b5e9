//! The compiler and its witnesses against stock circom and snarkjs, in one run on one machine.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use tensorproof_oracles::{copy_folder, package};

use super::{Measured, binary, measure, median};
use crate::shell::{root, run, say};

/// How often our commands are timed, and the stock ones, which take minutes.
const RUNS: usize = 3;
const STOCK_RUNS: usize = 1;

/// Bits of the messages that SHA-256 pads to 64 and to 16 blocks; with 64, stock circom runs out of WASM's memory.
const SHA_64_BLOCKS: usize = 64 * 512 - 65;
const SHA_16_BLOCKS: usize = 16 * 512 - 65;

/// A circuit below a folder that holds all that it includes.
struct Subject {
    name: &'static str,
    folder: PathBuf,
    file: String,
    /// Number of bits of its input `in`; `None` where no witness is made.
    input_bits: Option<usize>,
}

pub(super) fn compare(folder: &Path) -> Result<(), String> {
    let io = |error: std::io::Error| error.to_string();
    fs::create_dir_all(folder).map_err(io)?;
    let libraries = folder.join("libraries");
    let _ = fs::remove_dir_all(&libraries);
    for library in ["circomlib", "circomlib-ml"] {
        copy_folder(&package(library), &libraries.join(library)).map_err(io)?;
    }
    for (blocks, bits) in [(64, SHA_64_BLOCKS), (16, SHA_16_BLOCKS)] {
        let sha = format!(
            "pragma circom 2.0.0;\ninclude \"circuits/sha256/sha256.circom\";\ncomponent main = Sha256({bits});\n"
        );
        fs::write(libraries.join(format!("circomlib/sha256_{blocks}_blocks.circom")), sha).map_err(io)?;
    }
    let lenet = folder.join("mnist_lenet5-private");
    let model = root().join("examples/models/mnist_lenet5");
    let samples = model.join("samples.npz");
    let mut transpile = Command::new(binary());
    transpile.arg("transpile").arg(model.join("model.onnx")).arg("--output").arg(&lenet);
    measure(transpile.arg("--calibrate").arg(&samples).args(["--params-visibility", "private"]))?;
    let subjects = [
        Subject {
            name: "circomlib-ml mnist_latest_precision_test",
            folder: libraries.join("circomlib-ml"),
            file: "test/circuits/mnist_latest_precision_test.circom".to_owned(),
            input_bits: None,
        },
        Subject {
            name: "circomlib sha256, 64 blocks",
            folder: libraries.join("circomlib"),
            file: "sha256_64_blocks.circom".to_owned(),
            input_bits: None,
        },
        Subject {
            name: "circomlib sha256, 16 blocks",
            folder: libraries.join("circomlib"),
            file: "sha256_16_blocks.circom".to_owned(),
            input_bits: Some(SHA_16_BLOCKS),
        },
        Subject { name: "mnist_lenet5", folder: lenet, file: "circuit.circom".to_owned(), input_bits: None },
    ];
    let mut table = String::from(
        "| circuit | constraints | tensorproof | circom2 | faster | memory |\n|---|---|---|---|---|---|\n",
    );
    for subject in &subjects {
        let out = folder.join("compile");
        fs::create_dir_all(&out).map_err(io)?;
        let mut ours = Vec::new();
        for _ in 0..RUNS {
            ours.push(measure(&mut our_compiler(subject, &out))?);
        }
        let quadratic = ours[0].stdout.split_whitespace().next().unwrap_or("?").to_owned();
        let mut stock = Vec::new();
        for _ in 0..STOCK_RUNS {
            stock.extend(measure(stock_compiler(subject, &out).args(["--O1", "--r1cs", "--sym"])).ok());
        }
        let (our_time, our_peak) = (seconds(&ours), peak(&ours));
        if stock.is_empty() {
            let row = "fails: it runs out of memory | – | – |";
            let _ =
                writeln!(table, "| {} | {quadratic} | {our_time:.2} s, {our_peak} MiB | {row}", subject.name);
            continue;
        }
        let (stock_time, stock_peak) = (seconds(&stock), peak(&stock));
        let _ = writeln!(
            table,
            "| {} | {quadratic} | {our_time:.2} s, {our_peak} MiB | {stock_time:.1} s, {stock_peak} MiB | {:.0}x | {:.2}x |",
            subject.name,
            stock_time / our_time,
            f64::from(our_peak) / f64::from(stock_peak),
        );
    }
    say(&table);
    for subject in subjects.iter().filter(|subject| subject.input_bits.is_some()) {
        witnesses(subject, folder)?;
    }
    Ok(())
}

/// Times a witness by the command, which compiles as well, and by snarkjs with the WASM that stock circom makes.
fn witnesses(subject: &Subject, folder: &Path) -> Result<(), String> {
    let out = folder.join("compile");
    let bits = subject.input_bits.unwrap_or_default();
    let bits: Vec<String> = (0..bits).map(|position| (position % 3 % 2).to_string()).collect();
    let input = out.join("input.json");
    fs::write(&input, serde_json::json!({ "in": bits }).to_string()).map_err(|error| error.to_string())?;
    let stem = Path::new(&subject.file).file_stem().unwrap_or_default().to_string_lossy().into_owned();
    measure(stock_compiler(subject, &out).args(["--O1", "--wasm"]))?;
    let wasm = out.join(format!("{stem}_js/{stem}.wasm"));
    let snarkjs = package("snarkjs").join("build/cli.cjs");
    let mut stock = Vec::new();
    let command = || -> Result<Measured, String> {
        let mut node = Command::new("node");
        node.arg(&snarkjs).args(["wtns", "calculate"]).arg(&wasm).arg(&input).arg(out.join("stock.wtns"));
        measure(&mut node)
    };
    for _ in 0..RUNS {
        stock.push(command()?);
    }
    let mut ours = Vec::new();
    for _ in 0..RUNS {
        let mut witness = Command::new(binary());
        witness.arg("witness").arg(subject.folder.join(&subject.file)).arg("--input").arg(&input);
        ours.push(measure(&mut witness)?);
    }
    say(&format!(
        "witness of {}: tensorproof {:.2} s, which compiles as well; snarkjs {:.2} s with stock circom's WASM: {:.1}x",
        subject.name,
        seconds(&ours),
        seconds(&stock),
        seconds(&stock) / seconds(&ours),
    ));
    let file = subject.folder.join(&subject.file);
    let file = file.to_string_lossy();
    let input = input.to_string_lossy();
    run(
        "cargo",
        &[
            "run",
            "--release",
            "--quiet",
            "--package",
            "tensorproof-circom",
            "--example",
            "witness_cost",
            "--",
            &file,
            &input,
        ],
    )
}

fn our_compiler(subject: &Subject, out: &Path) -> Command {
    let mut command = Command::new(binary());
    command.arg("compile").arg(subject.folder.join(&subject.file)).arg("-o").arg(out);
    command.args(["--r1cs", "--sym"]);
    command
}

fn stock_compiler(subject: &Subject, out: &Path) -> Command {
    let mut command = Command::new("node");
    command.arg("--max-old-space-size=16384").arg(package("circom2").join("cli.js")).arg(&subject.file);
    command.arg("-o").arg(out).current_dir(&subject.folder);
    command
}

fn seconds(runs: &[Measured]) -> f64 {
    median(runs.iter().map(|run| run.wall)).max(Duration::from_millis(1)).as_secs_f64()
}

/// Returns the largest peak in MiB.
fn peak(runs: &[Measured]) -> u32 {
    let kib = runs.iter().map(|run| run.peak_kib).max().unwrap_or(0);
    u32::try_from(kib / 1024).unwrap_or(u32::MAX)
}
