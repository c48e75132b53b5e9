//! Programs of all kinds beside stock circom: constraints at `--O0`, symbols, and witnesses on random inputs.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use ark_std::rand::rngs::StdRng;
use ark_std::rand::{Rng as _, SeedableRng as _};
use support::{check, random_value};
use tensorproof_oracles::{copy_folder, package};
use tensorproof_r1cs::{Fr, Prime, fr_to_decimal};

/// Files of circomlib-ml's tests that take stock circom minutes.
const TOO_LARGE: [&str; 7] = [
    "decryptMultiple_test",
    "encryptMultiple_test",
    "encrypted_mnist_latest_test",
    "mnist_convnet_test",
    "mnist_latest_precision_test",
    "mnist_latest_test",
    "mnist_test",
];

fn circuits(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> =
        entries.filter(|path| path.extension().is_some_and(|extension| extension == "circom")).collect();
    paths.sort();
    paths
}

#[test]
fn constraints_and_witnesses_are_those_of_stock_circom() {
    let folder = tempfile::tempdir().unwrap();
    let valid = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/valid");
    copy_folder(&valid, folder.path()).unwrap();
    let name = |path: PathBuf| PathBuf::from(path.file_name().unwrap());
    check(folder.path(), &circuits(&valid).into_iter().map(name).collect::<Vec<_>>(), Prime::Bn128);
}

#[test]
fn other_primes_are_those_of_stock_circom() {
    let folder = tempfile::tempdir().unwrap();
    let valid = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/valid");
    copy_folder(&valid, folder.path()).unwrap();
    let programs = circuits(&valid);
    let name = |path: &PathBuf| PathBuf::from(path.file_name().unwrap());
    for (position, prime) in Prime::ALL.into_iter().enumerate().skip(1) {
        let mut files: Vec<PathBuf> = programs.iter().skip(position).step_by(10).map(name).collect();
        let signal = |rng: &mut StdRng| format!("in[{}]", rng.gen_range(0..3));
        let known = |rng: &mut StdRng| rng.gen_range(0u64..1 << 60).to_string();
        for (seed, leaf) in [(200, &signal as &dyn Fn(&mut StdRng) -> String), (201, &known)] {
            let (path, text) = expressions(seed + position as u64 * 10, 60, leaf);
            fs::write(folder.path().join(&path), text).unwrap();
            files.push(path);
        }
        check(folder.path(), &files, prime);
    }
}

/// Checks the test circuits that an npm package ships.
fn check_library(library: &str) {
    let folder = tempfile::tempdir().unwrap();
    let root = package(library);
    copy_folder(&root.join("circuits"), &folder.path().join("circuits")).unwrap();
    copy_folder(&root.join("test/circuits"), &folder.path().join("test/circuits")).unwrap();
    let paths = circuits(&root.join("test/circuits")).into_iter();
    let small = paths.filter(|path| !TOO_LARGE.contains(&path.file_stem().unwrap().to_str().unwrap()));
    let name = |path: PathBuf| Path::new("test/circuits").join(path.file_name().unwrap());
    check(folder.path(), &small.map(name).collect::<Vec<_>>(), Prime::Bn128);
}

#[test]
fn circomlib_is_compiled_as_by_stock_circom() {
    check_library("circomlib");
}

#[test]
fn circomlib_ml_is_compiled_as_by_stock_circom() {
    check_library("circomlib-ml");
}

/// Writes a random expression, every part in parentheses; divisors are never zero.
fn expression(rng: &mut StdRng, depth: u32, leaf: &dyn Fn(&mut StdRng) -> String) -> String {
    const INFIX: [&str; 15] =
        ["+", "-", "*", "&", "|", "^", "<", ">", "<=", ">=", "==", "!=", "&&", "||", "**"];
    if depth == 0 || rng.gen_range(0..8) == 0 {
        return leaf(rng);
    }
    let mut part = || expression(rng, depth - 1, leaf);
    let (left, right) = (part(), part());
    match rng.gen_range(0..24) {
        0 | 3 => format!("(-{left})"),
        1 => format!("(~{left})"),
        2 => format!("(!{left})"),
        4 => format!("({left} / (({right} & 1023) + 1))"),
        5 => format!("({left} \\ (({right} & 1023) + 1))"),
        6 => format!("({left} % (({right} & 1023) + 1))"),
        // Stock circom's compiler, other than its witness programs, refuses some shifts by more than the field's bits.
        7 => format!("({left} >> ({right} & 127))"),
        8 => format!("({left} << ({right} & 127))"),
        9 => format!("({left} >> (0 - ({right} & 127)))"),
        10 => format!("({left} << (0 - ({right} & 127)))"),
        _ => format!("({left} {} {right})", INFIX[rng.gen_range(0..INFIX.len())]),
    }
}

/// Returns a program whose outputs are random expressions.
fn expressions(seed: u64, count: usize, leaf: &dyn Fn(&mut StdRng) -> String) -> (PathBuf, String) {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut body = String::new();
    for position in 0..count {
        let value = expression(&mut rng, 4, leaf);
        let _ = match position % 4 {
            // Stock circom fails on ternaries inside other expressions and misjudges comparisons of comparisons.
            0 => {
                let condition = format!("{} < {}", leaf(&mut rng), leaf(&mut rng));
                writeln!(body, "    out[{position}] <-- {condition} ? {value} : {};", leaf(&mut rng))
            }
            _ => writeln!(body, "    out[{position}] <-- {value};"),
        };
    }
    let text = format!(
        "pragma circom 2.0.0;\ntemplate T() {{\n    signal input in[3];\n    signal output out[{count}];\n{body}}}\n\
         component main = T();\n"
    );
    (format!("expressions_{seed}.circom").into(), text)
}

#[test]
fn random_expressions_have_the_values_of_stock_circom() {
    let signal = |rng: &mut StdRng| match rng.gen_range(0..4) {
        0 => fr_to_decimal(&random_value::<Fr>(rng)),
        _ => format!("in[{}]", rng.gen_range(0..3)),
    };
    let known = |rng: &mut StdRng| fr_to_decimal(&random_value::<Fr>(rng));
    let of_signals = (0..6).map(|seed| expressions(seed, 60, &signal));
    let programs: Vec<_> = of_signals.chain((100..104).map(|seed| expressions(seed, 60, &known))).collect();
    let folder = tempfile::tempdir().unwrap();
    let files: Vec<PathBuf> = programs
        .into_iter()
        .map(|(path, text)| {
            fs::write(folder.path().join(&path), text).unwrap();
            path
        })
        .collect();
    check(folder.path(), &files, Prime::Bn128);
}
