//! Every template: values at the ends of its ranges, what it rejects, forged witnesses, free directions, counts.

#![allow(clippy::unwrap_used, clippy::panic)]

mod harness;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use harness::{Number, circuit, count_witnesses, forge_single_wires, free_directions, solve, stock};
use serde::Deserialize;
use tensorproof_circom::{Circuit, Code, Level};
use tensorproof_r1cs::ConstraintCounts;

/// A file of `tests/cases`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// Path in the library.
    template: String,
    instance: Vec<Instance>,
}

/// A template with parameters.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Instance {
    main: String,
    quadratic: usize,
    linear: usize,
    /// Quadratic and linear constraints by stock circom, where it keeps more.
    #[serde(default)]
    stock: Option<[usize; 2]>,
    values: Vec<Row>,
    #[serde(default)]
    rejects: Vec<BTreeMap<String, Vec<Number>>>,
    /// Most witnesses of one input, with the reason when it is not one.
    #[serde(default)]
    ambiguous: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    r#in: BTreeMap<String, Vec<Number>>,
    #[serde(default)]
    out: BTreeMap<String, Vec<Number>>,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

fn cases() -> Vec<Case> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: &PathBuf| {
        toml::from_str(&fs::read_to_string(path).unwrap())
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    paths.iter().map(read).collect()
}

fn program(case: &Case, instance: &Instance) -> String {
    format!(
        "pragma circom 2.1.0;\ninclude \"tensorproof/{}\";\ncomponent main = {};\n",
        case.template, instance.main
    )
}

/// Returns what the compiler finds in an instance, but for what is asked of the template's inputs: as a main component it has
/// no caller that proves what its header requires.
fn unexplained(circuit: &Circuit, template: &str) -> Vec<String> {
    let explained = |code: Code| match code {
        Code::W0011UnlimitedComparison | Code::W0012FreeSelector | Code::W0013UnlimitedPacking => true,
        // Strides leave inputs out.
        Code::W0008UnusedInput => template.starts_with("nn/conv"),
        _ => false,
    };
    let findings = circuit.warnings.iter().filter(|finding| !explained(finding.code));
    findings.map(|finding| format!("{}: {}", finding.code.id(), finding.message)).collect()
}

#[test]
fn every_template_has_a_case() {
    let mut attacked: Vec<String> =
        cases().iter().map(|case| format!("tensorproof/{}", case.template)).collect();
    attacked.sort();
    let library: Vec<&str> = tensorproof_templates::FILES
        .iter()
        .filter(|(_, text)| text.contains("\ntemplate "))
        .map(|(path, _)| *path)
        .collect();
    assert_eq!(attacked, library);
}

#[test]
fn attacks_fail_and_the_table_of_them_is_current() {
    let mut table = String::from(
        "<!-- Generated: TENSORPROOF_REGENERATE=1 cargo nextest run -p tensorproof-templates attacks -->\n\n# Attacks\n\nFor each instance: wires replaced one at a time by other values (20,000 of them where there are more), all assignments of its bits tried where there are at\nmost 14 (witnesses per input, which must be one), directions in which its wires could move, constraints at\n`-O1`.\n\n| instance | inputs | forgeries | witnesses | free directions | quadratic | linear |\n|---|---|---|---|---|---|---|\n",
    );
    for case in cases() {
        for instance in &case.instance {
            let context = &instance.main;
            let program = program(&case, instance);
            let compiled = circuit(&program, Level::O1);
            assert_eq!(unexplained(&compiled, &case.template), Vec::<String>::new(), "{context}");
            let ConstraintCounts { quadratic, linear } = compiled.r1cs.counts();
            assert_eq!((quadratic, linear), (instance.quadratic, instance.linear), "{context}");
            assert!(!instance.values.is_empty(), "{context}");
            // Without elimination every signal of the template has a wire to attack.
            let circuit = circuit(&program, Level::O0);
            let (mut forgeries, mut free, mut most) = (0, 0, Some(0));
            for row in &instance.values {
                let inputs = format!("{context} {:?}", row.r#in);
                let honest = solve(&circuit, &row.r#in).unwrap_or_else(|| panic!("{inputs}: no witness"));
                for port in circuit.outputs() {
                    let expected: Vec<_> = row.out[&port.name].iter().map(Number::field).collect();
                    let first = port.first.index();
                    assert_eq!(honest.0[first..first + port.len()], expected, "{inputs}");
                }
                forgeries += forge_single_wires(&circuit, &honest, &inputs);
                free += free_directions(&circuit, &honest);
                let witnesses = count_witnesses(&circuit, &honest);
                most = most.and_then(|most: usize| Some(most.max(witnesses?)));
                if instance.ambiguous.is_none() {
                    assert!(witnesses.is_none_or(|count| count == 1), "{inputs}: {witnesses:?} witnesses");
                }
            }
            assert_eq!(free, 0, "{context}");
            for inputs in &instance.rejects {
                assert!(solve(&circuit, inputs).is_none(), "{context} accepts {inputs:?}");
            }
            let most = most.map_or("–".to_owned(), |most| most.to_string());
            let count = instance.values.len();
            let shown = if context.len() > 60 { format!("{}…", &context[..60]) } else { context.clone() };
            writeln!(
                table,
                "| `{shown}` | {count} | {forgeries} | {most} | {free} | {quadratic} | {linear} |"
            )
            .unwrap();
            if let Some(reason) = &instance.ambiguous {
                writeln!(table, "| | | | {reason} | | | |").unwrap();
            }
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("ATTACKS.md");
    if std::env::var_os("TENSORPROOF_REGENERATE").is_some() {
        fs::write(&path, &table).unwrap();
    }
    assert!(fs::read_to_string(&path).unwrap() == table, "ATTACKS.md is not current: see its first line");
}

#[test]
fn stock_circom_has_the_same_constraints_and_witnesses() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    for (path, text) in tensorproof_templates::FILES {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let cases = cases();
    let instances: Vec<(&Case, &Instance)> =
        cases.iter().flat_map(|case| case.instance.iter().map(move |instance| (case, instance))).collect();
    let (next, others) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some((case, instance)) = instances.get(number) else {
                return;
            };
            let name = format!("case{number}");
            fs::write(folder.join(&name).with_extension("circom"), program(case, instance)).unwrap();
            let told = stock::compile(folder, &name);
            let [quadratic, linear] = instance.stock.unwrap_or([instance.quadratic, instance.linear]);
            for (kind, count) in [("non-linear", quadratic), ("linear", linear)] {
                let start = format!("{kind} constraints: ");
                let found = told.lines().find_map(|line| line.strip_prefix(&start)).map(str::to_owned);
                if found != Some(count.to_string()) {
                    let other = format!("{}: {found:?} {kind}, expected {count}", instance.main);
                    others.lock().unwrap().push(other);
                }
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        work();
    });
    let others = others.into_inner().unwrap();
    assert!(others.is_empty(), "{}", others.join("\n"));
    let jobs: Vec<_> = instances
        .iter()
        .enumerate()
        .map(|(number, (_, instance))| (format!("case{number}"), &instance.values[0].r#in))
        .collect();
    for ((case, instance), theirs) in instances.iter().zip(stock::witnesses(folder, &jobs)) {
        let circuit = circuit(&program(case, instance), Level::O1);
        let ours = solve(&circuit, &instance.values[0].r#in).unwrap();
        // Outputs and inputs are first, also where stock circom has more wires behind them.
        let system = &circuit.r1cs;
        let ports = 1 + system.public_outputs + system.public_inputs + system.private_inputs;
        let compared =
            if instance.stock.is_some() { ports as usize } else { ours.0.len().max(theirs.0.len()) };
        let same = ours.0.iter().take(compared).eq(theirs.0.iter().take(compared));
        assert!(same, "{}: stock circom has another witness", instance.main);
    }
}
