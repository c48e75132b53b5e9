//! Programs that compile and programs that do not, beside stock circom.
//!
//! `valid/*.circom` give the same constraints and witnesses in both compilers, or fewer constraints where the first line
//! says so. In `invalid/*.circom` a comment
//! `// error: [E0010]` stands on the offending line; stock circom refuses them as well, unless the first line says why
//! we differ.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use ark_ff::{PrimeField as _, UniformRand as _};
use ark_std::rand::SeedableRng as _;
use ark_std::rand::rngs::StdRng;
use proptest::prelude::*;
use tensorproof_circom::{Circuit, Diagnostics, Inputs, Level, Options, Sources, compile};
use tensorproof_oracles::{circom, expect_success, node, package, snarkjs};
use tensorproof_r1cs::{Fr, fr_to_decimal};

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn compile_file(path: &Path, level: Level) -> Result<Circuit, Box<Diagnostics>> {
    compile(Sources::from_path(path), Options { level })
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Runs a check on every file, on two threads: most of the time goes to node.
fn for_each_file(folder: &str, check: impl Fn(&Path) + Sync) {
    let paths = files(folder);
    assert!(!paths.is_empty());
    let (even, odd): (Vec<_>, Vec<_>) = paths.into_iter().enumerate().partition(|(index, _)| index % 2 == 0);
    std::thread::scope(|scope| {
        scope.spawn(|| even.iter().for_each(|(_, path)| check(path)));
        for (_, path) in &odd {
            check(path);
        }
    });
}

/// Values that reach the corners of the operators: small, negative, near the powers of two, random.
fn inputs(circuit: &Circuit, seed: u64) -> Inputs {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut value = |index: usize| match (seed + index as u64) % 5 {
        0 => Fr::from(index as u64),
        1 => -Fr::from(3 * index as u64 + 1),
        2 => Fr::from(u64::MAX) * Fr::from(1u64 << 40),
        3 => Fr::from(seed * 7 + index as u64),
        _ => Fr::rand(&mut rng),
    };
    let port =
        |port: tensorproof_circom::Port| (port.name.clone(), (0..port.len()).map(&mut value).collect());
    circuit.inputs().into_iter().map(port).collect()
}

fn nested(values: &[Fr], dimensions: &[usize]) -> serde_json::Value {
    match dimensions {
        [] => fr_to_decimal(&values[0]).into(),
        [_, inner @ ..] => {
            let length: usize = inner.iter().product();
            values.chunks(length).map(|chunk| nested(chunk, inner)).collect::<Vec<_>>().into()
        }
    }
}

/// Returns the value of each signal that has a wire, by name.
fn values_by_name(
    symbols: impl Iterator<Item = (String, usize)>,
    witness: &[String],
) -> BTreeMap<String, String> {
    symbols.map(|(name, wire)| (name, witness[wire].clone())).collect()
}

#[test]
fn valid_programs_give_the_constraints_and_witnesses_of_stock_circom() {
    for_each_file("valid", |path| {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path();
        fs::copy(path, dir.join("a.circom")).unwrap();
        let text = fs::read_to_string(path).unwrap();
        for (level, flag) in [(Level::O0, "--O0"), (Level::O1, "--O1")] {
            let ours =
                compile_file(path, level).unwrap_or_else(|problems| panic!("{}", problems.render(false)));
            let stock =
                expect_success(&circom(["a.circom", flag, "--r1cs", "--sym", "--wasm", "-o", "."], dir));
            let counts = ours.r1cs.counts();
            let expected = [
                ("non-linear constraints", counts.quadratic as u64),
                ("linear constraints", counts.linear as u64),
                ("public inputs", ours.r1cs.public_inputs.into()),
                ("public outputs", ours.r1cs.public_outputs.into()),
                ("wires", ours.r1cs.wires.into()),
            ];
            // We may simplify further; the first line then says where.
            let may_be_fewer = text.starts_with("// fewer: ");
            let all = counts.quadratic + counts.linear;
            let number = |what: &str| -> u64 {
                let told =
                    stock.lines().find_map(|line| line.strip_prefix(what)?.strip_prefix(": ")).unwrap();
                told.parse().unwrap()
            };
            let quadratic = number("non-linear constraints");
            for (what, count) in expected {
                let told = number(what);
                // A product that turns out linear is one more linear constraint.
                let fits = match what {
                    "linear constraints" if may_be_fewer => all as u64 <= told + quadratic,
                    _ if may_be_fewer => count <= told,
                    _ => count == told,
                };
                assert!(fits, "{} {flag}: {count} {what}, stock circom has {told}", path.display());
            }
            for seed in 0..4 {
                compare_witnesses(&ours, dir, seed, &format!("{} {flag}", path.display()));
            }
        }
    });
}

fn compare_witnesses(ours: &Circuit, dir: &Path, seed: u64, context: &str) {
    let inputs = inputs(ours, seed);
    let ports = ours.inputs().into_iter();
    let json: serde_json::Map<_, _> =
        ports.map(|port| (port.name.clone(), nested(&inputs[&port.name], &port.dimensions))).collect();
    fs::write(dir.join("input.json"), serde_json::Value::from(json).to_string()).unwrap();
    let script = dir.join("a_js/generate_witness.js");
    let output = node(&script, ["a_js/a.wasm", "input.json", "witness.wtns"], dir);
    let honest = ours.witness(&inputs);
    assert_eq!(honest.is_ok(), output.status.success(), "{context}, seed {seed}: {honest:?}");
    let Ok(honest) = honest else {
        return;
    };
    let bytes = fs::read(dir.join("witness.wtns")).unwrap();
    let stock: Vec<String> =
        tensorproof_r1cs::Witness::read(&bytes).unwrap().0.iter().map(fr_to_decimal).collect();
    let text = fs::read_to_string(dir.join("a.sym")).unwrap();
    let symbols = text.lines().filter_map(|line| {
        let fields: Vec<&str> = line.split(',').collect();
        Some((fields[3].to_owned(), fields[1].parse().ok()?))
    });
    let stock = values_by_name(symbols, &stock);
    let mut names = Vec::new();
    let visited: Result<(), ()> = ours.for_each_symbol(|_, wire, _, name| {
        names.extend(wire.map(|wire| (name.to_owned(), wire.index())));
        Ok(())
    });
    visited.unwrap();
    let ours: Vec<String> = honest.0.iter().map(fr_to_decimal).collect();
    let ours = values_by_name(names.into_iter(), &ours);
    // Anonymous components have other names; signals without a wire in one of the two are not compared.
    let common: Vec<&String> = ours.keys().filter(|name| stock.contains_key(*name)).collect();
    assert!(!common.is_empty(), "{context}");
    for name in common {
        assert_eq!(ours[name], stock[name], "{context}, seed {seed}: {name}");
    }
}

#[test]
fn invalid_programs_are_refused_at_the_right_place() {
    let seen = std::sync::Mutex::new(BTreeSet::new());
    for_each_file("invalid", |path| {
        let text = fs::read_to_string(path).unwrap();
        let (line, code) = text
            .lines()
            .enumerate()
            .find_map(|(line, content)| {
                Some((line + 1, content.split_once("// error: [")?.1.split(']').next()?))
            })
            .unwrap_or_else(|| panic!("{} has no `// error: [E0000]`", path.display()));
        let Err(problems) = compile_file(path, Level::O1) else {
            panic!("{} compiles", path.display());
        };
        let first = &problems.list[0];
        let span = first.span.unwrap();
        let found = (problems.sources.position(span.file, span.start).0, first.code.id());
        assert_eq!(found, (line, code.to_owned()), "{}\n{}", path.display(), problems.render(false));
        seen.lock().unwrap().insert(code.to_owned());
        let folder = tempfile::tempdir().unwrap();
        fs::copy(path, folder.path().join("a.circom")).unwrap();
        let stock = circom(["a.circom", "--O1", "--r1cs", "-o", "."], folder.path());
        let differs = text.starts_with("// differs: ");
        assert_eq!(stock.status.success(), differs, "{}", path.display());
    });
    let expected: BTreeSet<String> = (1..=16).map(|number| format!("E{number:04}")).collect();
    assert_eq!(seen.into_inner().unwrap(), expected);
}

#[test]
fn circomlib_circuits_have_no_more_constraints_than_with_stock_circom() {
    let library = package("circomlib").join("circuits");
    let rows = [
        ("poseidon", "Poseidon(2)"),
        ("bitify", "Num2Bits(32)"),
        ("comparators", "LessThan(32)"),
        ("mimc", "MiMC7(91)"),
        ("mimcsponge", "MiMCSponge(2, 220, 1)"),
        ("babyjub", "BabyAdd()"),
        ("sha256/sha256", "Sha256(64)"),
        ("eddsaposeidon", "EdDSAPoseidonVerifier()"),
        ("multiplexer", "Multiplexer(2, 4)"),
        ("switcher", "Switcher()"),
    ];
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    copy_folder(&library, &dir.join("library"));
    for (file, main) in rows {
        let text = format!("pragma circom 2.0.0;\ninclude \"{file}.circom\";\ncomponent main = {main};\n");
        fs::write(dir.join("a.circom"), text).unwrap();
        let sources = Sources::from_path(&dir.join("a.circom")).with_library(&dir.join("library"));
        let ours = compile(sources, Options { level: Level::O1 })
            .unwrap_or_else(|problems| panic!("{main}: {}", problems.render(false)));
        let stock = circom(["a.circom", "--O1", "--r1cs", "-o", ".", "-l", "library"], dir);
        let stock = expect_success(&stock);
        // We go on simplifying where a constant makes a product linear; stock circom does not, so that it may have more.
        let count = |what: &str| -> usize {
            let line = stock.lines().find_map(|line| line.strip_prefix(what)).unwrap();
            line.trim_start_matches(" constraints: ").parse().unwrap()
        };
        let (counts, quadratic) = (ours.r1cs.counts(), count("non-linear"));
        assert!(counts.quadratic <= quadratic, "{main}: {counts:?}, stock circom has {quadratic} quadratic");
        assert!(ours.r1cs.len() <= quadratic + count("linear"), "{main}: {counts:?}");
    }
}

#[test]
fn snarkjs_accepts_the_witness() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let path = files("valid").into_iter().find(|path| path.ends_with("arithmetic.circom")).unwrap();
    let circuit = compile_file(&path, Level::O1).unwrap();
    let witness = circuit.witness(&inputs(&circuit, 1)).unwrap();
    let mut bytes = Vec::new();
    circuit.r1cs.write(&mut bytes).unwrap();
    fs::write(dir.join("a.r1cs"), &bytes).unwrap();
    bytes.clear();
    witness.write(&mut bytes).unwrap();
    fs::write(dir.join("a.wtns"), &bytes).unwrap();
    expect_success(&snarkjs(["wtns", "check", "a.r1cs", "a.wtns"], dir));
    assert!(witness.0.iter().all(|value| value.into_bigint() < Fr::MODULUS));
}

fn corpus() -> Vec<String> {
    let paths = files("valid").into_iter().chain(files("invalid"));
    paths.map(|path| fs::read_to_string(path).unwrap()).filter(|text| !text.contains("endless")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn never_panics_on_text(text in "[ -~\n]{0,200}") {
        let _ = compile(Sources::from_text("text.circom", &text), Options { level: Level::O1 });
    }

    #[test]
    fn never_panics_on_damaged_programs(file in 0usize..1000, at in 0usize..2000, length in 0usize..40, what in 0u8..3) {
        let corpus = corpus();
        let text = &corpus[file % corpus.len()];
        let at = at % text.len();
        let end = (at + length).min(text.len());
        let (Some(before), Some(part), Some(after)) = (text.get(..at), text.get(at..end), text.get(end..)) else {
            return Ok(());
        };
        let damaged = match what {
            0 => before.to_owned(),
            1 => format!("{before}{after}"),
            _ => format!("{before}{part}{part}{after}"),
        };
        let _ = compile(Sources::from_text("damaged.circom", &damaged), Options { level: Level::O1 });
    }
}

#[test]
fn deep_nesting_is_an_error() {
    for (open, close) in [("(", ")"), ("[", "]"), ("-", ""), ("!", ""), ("1 + (", ")")] {
        let nested = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
        let text = format!(
            "pragma circom 2.1.0; template T() {{ signal output a; a <== {nested}; }} component main = T();"
        );
        assert!(compile(Sources::from_text("deep.circom", &text), Options { level: Level::O1 }).is_err());
    }
    let text = "pragma circom 2.1.0; template T() { signal input a; signal output b; var x = a; \
                for (var i = 0; i < 1000000; i++) { x = x >> 1; } b <-- x; } component main = T();";
    assert!(compile(Sources::from_text("chain.circom", text), Options { level: Level::O1 }).is_err());
}

#[test]
fn diagnostics_show_code_line_and_help() {
    let path = files("invalid").into_iter().find(|path| path.ends_with("cubic.circom")).unwrap();
    let text = fs::read_to_string(path).unwrap();
    let problems =
        compile(Sources::from_text("cubic.circom", &text), Options { level: Level::O1 }).unwrap_err();
    insta::assert_snapshot!(problems.render(false));
}
