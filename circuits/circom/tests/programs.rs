//! Programs that compile and programs that do not, beside stock circom.
//!
//! `valid/*.circom` have as many constraints in both compilers, or fewer at `--O2` and where the first line says so. In `invalid/*.circom` a comment
//! `// error: [E0010]` stands on the offending line; stock circom refuses them as well, unless the first line says why
//! we differ. Programs in `accepted/` compile here alone; their first line says why.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use ark_ff::PrimeField as _;
use proptest::prelude::*;
use tensorproof_circom::{Circuit, Diagnostic, Diagnostics, Inputs, Level, Options, Sources, compile};
use tensorproof_oracles::{circom, copy_folder, expect_success, package, snarkjs};
use tensorproof_r1cs::Fr;

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(folder);
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

fn compile_file(path: &Path, level: Level) -> Result<Circuit, Box<Diagnostics>> {
    compile(Sources::from_path(path), Options { level, ..Options::default() })
}

/// Runs a check on every file, on two threads: most of the time goes to node. Fails with all that the checks tell.
fn for_each_file(folder: &str, check: impl Fn(&Path) -> Result<(), String> + Sync) {
    let paths = files(folder);
    assert!(!paths.is_empty());
    let (even, odd): (Vec<_>, Vec<_>) = paths.into_iter().enumerate().partition(|(index, _)| index % 2 == 0);
    let run = |paths: &[(usize, PathBuf)]| -> Vec<String> {
        let told = |(_, path): &(usize, PathBuf)| {
            check(path).err().map(|told| format!("{}: {told}", path.file_name().unwrap().to_string_lossy()))
        };
        paths.iter().filter_map(told).collect()
    };
    let told = std::thread::scope(|scope| {
        let other = scope.spawn(|| run(&even));
        let mut told = run(&odd);
        told.extend(other.join().unwrap());
        told
    });
    assert!(told.is_empty(), "{} programs:\n{}", told.len(), told.join("\n"));
}

#[test]
fn valid_programs_have_the_counts_of_stock_circom() {
    for_each_file("valid", |path| {
        let folder = tempfile::tempdir().unwrap();
        let dir = folder.path();
        fs::copy(path, dir.join("a.circom")).unwrap();
        let text = fs::read_to_string(path).unwrap();
        for (level, flag) in [(Level::O0, "--O0"), (Level::O1, "--O1"), (Level::O2, "--O2")] {
            let ours = compile_file(path, level).map_err(|problems| problems.render(false))?;
            let output = circom(["a.circom", flag, "--r1cs", "-o", "."], dir);
            if !output.status.success() {
                return Err(String::from_utf8_lossy(&output.stderr).into_owned());
            }
            let stock = String::from_utf8_lossy(&output.stdout).into_owned();
            let counts = ours.r1cs.counts();
            let expected = [
                ("non-linear constraints", counts.quadratic as u64),
                ("linear constraints", counts.linear as u64),
                ("public inputs", ours.r1cs.public_inputs.into()),
                ("public outputs", ours.r1cs.public_outputs.into()),
                ("wires", ours.r1cs.wires.into()),
            ];
            // We may simplify further; the first line then says where.
            let may_be_fewer = text.starts_with("// fewer: ") || level == Level::O2;
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
                if !fits {
                    return Err(format!("{flag}: {count} {what}, stock circom has {told}"));
                }
            }
        }
        Ok(())
    });
}

#[test]
fn invalid_programs_are_refused_at_the_right_place() {
    let seen = std::sync::Mutex::new(BTreeSet::new());
    for_each_file("invalid", |path| {
        let text = fs::read_to_string(path).unwrap();
        let marked = text.lines().enumerate().find_map(|(line, content)| {
            Some((line + 1, content.split_once("// error: [")?.1.split(']').next()?))
        });
        let (line, code) = marked.ok_or("no `// error: [E0000]`")?;
        let Err(problems) = compile_file(path, Level::O1) else {
            return Err("compiles".to_owned());
        };
        let found = problems.list.iter().any(|problem| {
            let line_of = |span: tensorproof_circom::Span| problems.sources.position(span.file, span.start).0;
            problem.code.id() == code && problem.span.is_none_or(|span| line_of(span) == line)
        });
        if !found {
            return Err(format!("expected [{code}] in line {line}\n{}", problems.render(false)));
        }
        seen.lock().unwrap().insert(code.to_owned());
        let folder = tempfile::tempdir().unwrap();
        fs::copy(path, folder.path().join("a.circom")).unwrap();
        let stock = circom(["a.circom", "--O1", "--r1cs", "-o", "."], folder.path());
        if stock.status.success() != text.starts_with("// differs: ") {
            return Err("stock circom decides otherwise".to_owned());
        }
        Ok(())
    });
    let expected: BTreeSet<String> = (1..=17).map(|number| format!("E{number:04}")).collect();
    assert_eq!(seen.into_inner().unwrap(), expected);
}

#[test]
fn accepted_programs_compile_though_stock_circom_refuses_them() {
    for_each_file("accepted", |path| {
        compile_file(path, Level::O1).map_err(|problems| problems.render(false))?;
        let folder = tempfile::tempdir().unwrap();
        fs::copy(path, folder.path().join("a.circom")).unwrap();
        let stock = circom(["a.circom", "--O1", "--r1cs", "-o", "."], folder.path());
        if stock.status.success() { Err("stock circom compiles it".to_owned()) } else { Ok(()) }
    });
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
    copy_folder(&library, &dir.join("library")).unwrap();
    for (file, main) in rows {
        let text = format!("pragma circom 2.0.0;\ninclude \"{file}.circom\";\ncomponent main = {main};\n");
        fs::write(dir.join("a.circom"), text).unwrap();
        let sources = Sources::from_path(&dir.join("a.circom")).with_library(&dir.join("library"));
        let ours = compile(sources, Options::default())
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
    let ports = circuit.inputs().into_iter();
    let inputs: Inputs = ports.map(|port| (port.name.clone(), vec![Fr::from(7u64); port.len()])).collect();
    let witness = circuit.witness(&inputs).unwrap();
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
        let _ = compile(Sources::from_text("text.circom", &text), Options::default());
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
        let _ = compile(Sources::from_text("damaged.circom", &damaged), Options::default());
    }
}

#[test]
fn deep_nesting_is_an_error() {
    for (open, close) in [("(", ")"), ("[", "]"), ("-", ""), ("!", ""), ("1 + (", ")")] {
        let nested = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
        let text = format!(
            "pragma circom 2.1.0; template T() {{ signal output a; a <== {nested}; }} component main = T();"
        );
        assert!(compile(Sources::from_text("deep.circom", &text), Options::default()).is_err());
    }
    let text = "pragma circom 2.1.0; template T() { signal input a; signal output b; var x = a; \
                for (var i = 0; i < 1000000; i++) { x = x >> 1; } b <-- x; } component main = T();";
    assert!(compile(Sources::from_text("chain.circom", text), Options::default()).is_ok());
}

#[test]
fn diagnostics_show_code_line_and_help() {
    let path = files("invalid").into_iter().find(|path| path.ends_with("cubic.circom")).unwrap();
    let text = fs::read_to_string(path).unwrap();
    let problems = compile(Sources::from_text("cubic.circom", &text), Options::default()).unwrap_err();
    insta::assert_snapshot!(problems.render(false));
}

/// Where `// finding: [W0000]` stands in a text, as often as it does: line and code.
fn marked_findings(text: &str) -> BTreeSet<(usize, String)> {
    let marked = |(line, content): (usize, &str)| {
        let codes: Vec<(usize, String)> = content
            .split("// finding: [")
            .skip(1)
            .map(|rest| (line + 1, rest.split(']').next().unwrap().to_owned()))
            .collect();
        codes
    };
    text.lines().enumerate().flat_map(marked).collect()
}

#[test]
fn findings_are_where_they_are_marked_and_nowhere_else() {
    let mut seen = BTreeSet::new();
    for path in files("findings") {
        let text = fs::read_to_string(&path).unwrap();
        let options = Options { inspect: true, ..Options::default() };
        let circuit = compile(Sources::from_path(&path), options)
            .unwrap_or_else(|problems| panic!("{}", problems.render(false)));
        let line_of = |finding: &Diagnostic| {
            let start = finding.span.unwrap().start as usize;
            text[..start].matches('\n').count() + 1
        };
        let found: BTreeSet<(usize, String)> =
            circuit.warnings.iter().map(|finding| (line_of(finding), finding.code.id())).collect();
        assert_eq!(
            found,
            marked_findings(&text),
            "{}\n{}",
            path.display(),
            circuit.render_warnings(false, true)
        );
        seen.extend(found.into_iter().map(|(_, code)| code));
    }
    let expected: BTreeSet<String> = (3..=15).map(|number| format!("W{number:04}")).collect();
    assert_eq!(seen, expected);
}

#[test]
fn ranges_are_looked_at_only_when_asked_for() {
    let path = files("findings").into_iter().find(|path| path.ends_with("free_selector.circom")).unwrap();
    assert!(compile_file(&path, Level::O1).unwrap().warnings.is_empty());
}

/// Findings are about the constraints as they are written: what is simplified later does not change them.
#[test]
fn findings_do_not_depend_on_the_level() {
    for path in files("findings") {
        let found = |level| {
            compile(Sources::from_path(&path), Options { level, inspect: true, ..Options::default() })
                .unwrap()
                .warnings
        };
        assert_eq!(found(Level::O0), found(Level::O2), "{}", path.display());
    }
}
