//! Certificates of determinism: two satisfying assignments of a template with equal inputs have equal outputs, as two engines
//! find that know nothing of each other. `CERTIFICATES.md` keeps what they found, by a hash of the constraints, of what is
//! assumed, and of the programs that decide; engines run again where that is new, and always on the sample.

#![allow(clippy::unwrap_used, clippy::panic)]

#[allow(dead_code)]
mod harness;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use harness::{Number, circuit, solve};
use serde::Deserialize;
use sha3::{Digest as _, Sha3_256};
use tensorproof_circom::{Circuit, Level, Port};
use tensorproof_oracles::{expect_success, python};
use tensorproof_r1cs::{Fr, Matrix, R1cs, Witness, fr_from_decimal, fr_to_decimal};

/// Most constraints of an instance of `tests/cases` that is certified beside the smallest of its template.
const MOST_CONSTRAINTS: usize = 4;

/// Most constraints of an instance that is certified at all.
const MOST_OF_ALL: usize = 100_000;

/// Most constraints of an instance that constraints are removed from.
const MOST_WITH_REMOVAL: usize = 100;

/// What is removed from one instance of each template, at most.
const MOST_REMOVED: usize = 3;

/// Seconds of the processor that an engine has for one query.
const SECONDS_OF_QUERY: u32 = 30;

/// What decides: a certificate of other programs is none.
const PROGRAMS: [&str; 2] =
    [include_str!("certificates/certify.py"), include_str!("certificates/engines.py")];

/// The version of Singular that certificates are made with, which Debian's packages do not pin as Python's pin cvc5.
const SINGULAR: &str = "4.3.1";

/// Instances whose certificates are made in each run, with constraints removed too.
const SAMPLE: [&str; 3] = ["IsZero()", "FloorDivide(2, 2, 1)", "Max(2)"];

/// A file of `tests/cases`; the other tests know the rest of it.
#[derive(Deserialize)]
struct Case {
    template: String,
    instance: Vec<Instance>,
}

#[derive(Deserialize)]
struct Instance {
    main: String,
    quadratic: usize,
    linear: usize,
    values: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    r#in: BTreeMap<String, Vec<Number>>,
}

/// What is to be said about a template: a table of `instances.toml`, by the template's path.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Statement {
    /// The smallest instances that show all branches, with inputs of each; those of `tests/cases` where there are none.
    #[serde(default)]
    instance: Vec<Small>,
    /// Inputs that the template requires to be bits.
    #[serde(default)]
    bits: Vec<String>,
    /// Why divisors of the template are not zero, where it is not for the engines to find.
    divisors: Option<String>,
    /// Signals that neither engine decides in the time.
    by_hand: Option<ByHand>,
    /// Signals that two witnesses may differ in while their outputs are equal.
    alike: Option<Alike>,
    /// Why there is no certificate.
    skip: Option<String>,
}

/// Signals, by their names in `.sym`, with the argument why they are determined where those of `given` are.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct ByHand {
    signals: Vec<String>,
    given: Vec<String>,
    reason: String,
}

/// Signals, by their names in `.sym`, with the argument why witnesses that differ in them have the outputs of witnesses that agree.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Alike {
    signals: Vec<String>,
    reason: String,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Small {
    main: String,
    /// None where no constraints are removed: the engines would take too long.
    #[serde(default)]
    inputs: Vec<BTreeMap<String, Vec<Number>>>,
}

/// An instance with its constraints.
struct Subject {
    template: String,
    main: String,
    statement: Statement,
    inputs: Vec<BTreeMap<String, Vec<Number>>>,
    circuit: Circuit,
    hash: String,
    /// Whether constraints are removed from it.
    removes: bool,
}

/// What the engines found, as `certify.py` prints it.
#[derive(Deserialize)]
struct Finding {
    constraints: usize,
    /// Inner wires and outputs.
    unknown: usize,
    /// Wires that follow by the rules alone.
    by_rules: usize,
    bit_sums: usize,
    divisors: usize,
    by_hand: usize,
    /// Distinct queries.
    queries: usize,
    cvc5: Verdict,
    singular: Verdict,
    engines: Versions,
    /// Wires that two witnesses may disagree in, or that no engine decided.
    open: usize,
    open_outputs: usize,
    removed: Vec<Removed>,
}

#[derive(Deserialize)]
struct Verdict {
    decided: usize,
    undecided: usize,
    seconds: f64,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Versions {
    cvc5: String,
    singular: String,
}

/// A constraint that was left out.
#[derive(Deserialize)]
struct Removed {
    row: usize,
    verdict: Verdicts,
    /// Number of the honest witness whose inputs the forged one has.
    honest: Option<usize>,
    /// A witness of the other constraints.
    forged: Option<Vec<String>>,
}

/// What becomes of outputs without a constraint.
#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Verdicts {
    /// Others are possible.
    Found,
    /// They are determined, but there is a witness that the constraint refuses.
    Refuses,
    /// The constraint follows from the others.
    Redundant,
    /// They are determined; whether the constraint follows from the others is not decided.
    Determined,
    Undecided,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/certificates")
}

fn document() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("CERTIFICATES.md")
}

/// Returns the instances, and the templates that are not certified: they are marked, or have no instance that is small enough.
fn subjects() -> (Vec<Subject>, Vec<(String, String)>) {
    let text = fs::read_to_string(folder().join("instances.toml")).unwrap();
    let statements: BTreeMap<String, Statement> = toml::from_str(&text).unwrap();
    let mut cases: Vec<PathBuf> =
        fs::read_dir(folder().join("../cases")).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    let cases: Vec<Case> =
        cases.iter().map(|path| toml::from_str(&fs::read_to_string(path).unwrap()).unwrap()).collect();
    for template in statements.keys() {
        assert!(
            cases.iter().any(|case| case.template == *template),
            "instances.toml: {template} is no template"
        );
    }
    let mut subjects = Vec::new();
    let mut uncertified = Vec::new();
    for case in cases {
        let statement = statements.get(&case.template).cloned().unwrap_or_default();
        let instances = if statement.instance.is_empty() {
            let size = |one: &Instance| one.quadratic + one.linear;
            let smallest = case.instance.iter().map(size).min().unwrap();
            let most = MOST_CONSTRAINTS.max(smallest).min(MOST_OF_ALL);
            let inputs = |rows: Vec<Row>| rows.into_iter().map(|row| row.r#in).collect();
            case.instance
                .into_iter()
                .filter(|one| size(one) <= most)
                .map(|one| Small { main: one.main, inputs: inputs(one.values) })
                .collect()
        } else {
            statement.instance.clone()
        };
        if instances.is_empty() || statement.skip.is_some() {
            uncertified.push((case.template, statement.skip.unwrap_or_else(|| "too large".to_owned())));
            continue;
        }
        let mut of_template: Vec<Subject> =
            instances.into_iter().map(|one| subject(&case.template, &statement, one)).collect();
        let size = |one: &Subject| one.circuit.r1cs.len();
        let smallest = of_template.iter().map(size).min().unwrap();
        let first = of_template.iter().position(|one| size(one) == smallest).unwrap();
        // Where two witnesses may differ anyway, another one shows nothing.
        let one = &mut of_template[first];
        one.removes = smallest <= MOST_WITH_REMOVAL && statement.alike.is_none() && !one.inputs.is_empty();
        for one in &mut of_template {
            one.hash = one.hash(PROGRAMS, &pinned_cvc5());
        }
        subjects.extend(of_template);
    }
    (subjects, uncertified)
}

fn subject(template: &str, statement: &Statement, instance: Small) -> Subject {
    let Small { main, inputs } = instance;
    let program =
        format!("pragma circom 2.1.0;\ninclude \"tensorproof/{template}\";\ncomponent main = {main};\n");
    let mut compiled = circuit(&program, Level::O1);
    let inputs_of_text: usize = compiled.inputs().iter().map(Port::len).sum();
    if (compiled.r1cs.public_inputs + compiled.r1cs.private_inputs) as usize != inputs_of_text {
        // An output took the place of an input.
        compiled = circuit(&program, Level::O0);
    }
    Subject {
        template: template.to_owned(),
        main,
        statement: statement.clone(),
        inputs,
        circuit: compiled,
        hash: String::new(),
        removes: false,
    }
}

/// Returns the version of cvc5 that Python's requirements pin.
fn pinned_cvc5() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../oracles/python/requirements.txt");
    let text = fs::read_to_string(path).unwrap();
    text.lines().find_map(|line| line.strip_prefix("cvc5-gpl==")).unwrap().to_owned()
}

impl Subject {
    /// Returns what a certificate is a certificate of: the constraints, what is assumed and asked, and who decides.
    fn hash(&self, programs: [&str; 2], cvc5: &str) -> String {
        let mut bytes = Vec::new();
        self.circuit.r1cs.write(&mut bytes).unwrap();
        let Statement { bits, divisors, by_hand, alike, .. } = &self.statement;
        let by_hand = by_hand.as_ref().map(|one| (&one.signals, &one.given));
        let alike = alike.as_ref().map(|one| &one.signals);
        let assumed = (&self.main, bits, divisors.is_some(), by_hand, alike);
        let asked = (SECONDS_OF_QUERY, self.removes.then_some((MOST_REMOVED, &self.inputs)));
        write!(bytes, "{assumed:?} {asked:?} {programs:?} {cvc5} {SINGULAR}").unwrap();
        Sha3_256::digest(&bytes).iter().take(12).fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        })
    }

    /// Lets the engines decide, and checks what they say about removed constraints.
    fn certify(&self) -> Finding {
        let folder_of_run = tempfile::tempdir().unwrap();
        let path = folder_of_run.path();
        self.circuit.r1cs.write(&mut File::create(path.join("system.r1cs")).unwrap()).unwrap();
        let honest: Vec<Witness> = self
            .inputs
            .iter()
            .take(3)
            .map(|inputs| {
                solve(&self.circuit, inputs)
                    .unwrap_or_else(|| panic!("{}: no witness for {inputs:?}", self.main))
            })
            .collect();
        let bits: Vec<usize> = self
            .circuit
            .inputs()
            .iter()
            .filter(|port| self.statement.bits.contains(&port.name))
            .flat_map(|port| port.first.index()..port.first.index() + port.len())
            .collect();
        let by_hand = self.statement.by_hand.as_ref();
        let decimals = |witness: &Witness| witness.0.iter().map(fr_to_decimal).collect::<Vec<_>>();
        let task = serde_json::json!({
            "bits": bits,
            "by_hand": by_hand.map_or(Vec::new(), |one| self.wires(&one.signals)),
            "given": by_hand.map_or(Vec::new(), |one| self.wires(&one.given)),
            "alike": self.statement.alike.as_ref().map_or(Vec::new(), |one| self.wires(&one.signals)),
            "divisors": self.statement.divisors.is_some(),
            "seconds": SECONDS_OF_QUERY,
            "remove": if self.removes { MOST_REMOVED } else { 0 },
            "witnesses": honest.iter().map(decimals).collect::<Vec<_>>(),
        });
        fs::write(path.join("task.json"), task.to_string()).unwrap();
        let told = python(&folder().join("certify.py"), ["task.json"], path);
        let finding: Finding = serde_json::from_str(&expect_success(&told))
            .unwrap_or_else(|error| panic!("{}: {error}: {told:?}", self.main));
        for removed in &finding.removed {
            let forged = removed
                .forged
                .as_ref()
                .map(|forged| Witness(forged.iter().map(|text| fr_from_decimal(text).unwrap()).collect()));
            match removed.verdict {
                Verdicts::Found => {
                    self.check_forgery(&honest[removed.honest.unwrap()], &forged.unwrap(), removed.row);
                }
                Verdicts::Refuses => {
                    let refused = forged.unwrap();
                    assert_eq!(
                        without(&self.circuit.r1cs, removed.row).check(&refused),
                        Ok(()),
                        "{}",
                        self.main
                    );
                    assert!(self.circuit.r1cs.check(&refused).is_err(), "{}", self.main);
                }
                Verdicts::Redundant | Verdicts::Determined | Verdicts::Undecided => {}
            }
        }
        finding
    }

    /// Returns the wires of signals.
    fn wires(&self, signals: &[String]) -> Vec<u32> {
        let mut wires = Vec::new();
        let visited = self.circuit.for_each_symbol(|_, wire, _, name| -> Result<(), Infallible> {
            wires.extend(wire.filter(|_| signals.iter().any(|signal| signal == name)).map(|wire| wire.0));
            Ok(())
        });
        assert!(visited.is_ok() && wires.len() == signals.len(), "{}: of {signals:?} {wires:?}", self.main);
        wires
    }

    /// Checks that both are witnesses without the row, of the same inputs, and not the same.
    fn check_forgery(&self, honest: &Witness, forged: &Witness, row: usize) {
        let system = &self.circuit.r1cs;
        let rest = without(system, row);
        assert_eq!(rest.check(honest), Ok(()), "{}", self.main);
        assert_eq!(rest.check(forged), Ok(()), "{} without row {row}", self.main);
        let outputs = 1..1 + system.public_outputs as usize;
        let inputs = outputs.end..outputs.end + (system.public_inputs + system.private_inputs) as usize;
        assert_eq!(honest.0[inputs.clone()], forged.0[inputs]);
        let differ = |wires: &[Fr], others: &[Fr]| wires != others;
        if outputs.is_empty() {
            assert!(differ(&honest.0, &forged.0));
        } else {
            assert!(differ(&honest.0[outputs.clone()], &forged.0[outputs]), "{}", self.main);
        }
    }

    /// Returns the row of the document.
    fn row(&self, finding: &Finding) -> String {
        let shown = if self.main.len() > 48 { format!("{}…", &self.main[..48]) } else { self.main.clone() };
        let engine = |verdict: &Verdict| match (verdict.decided, verdict.undecided) {
            (0, 0) => "–".to_owned(),
            (decided, 0) => format!("{decided} unsat, {:.1} s", verdict.seconds),
            (decided, undecided) => {
                format!("{decided} unsat, {undecided} undecided, {:.1} s", verdict.seconds)
            }
        };
        let proven = match (finding.open_outputs, finding.open) {
            (0, 0) => "all wires".to_owned(),
            (0, open) if self.circuit.r1cs.public_outputs > 0 => format!("outputs; {open} wires open"),
            (0, open) => format!("no outputs; {open} wires open"),
            (outputs, _) => format!("**not**: {outputs} outputs open"),
        };
        let removed = if self.removes {
            let all = [
                Verdicts::Found,
                Verdicts::Refuses,
                Verdicts::Redundant,
                Verdicts::Determined,
                Verdicts::Undecided,
            ];
            all.map(|verdict| finding.removed.iter().filter(|one| one.verdict == verdict).count().to_string())
                .join(" / ")
        } else {
            "–".to_owned()
        };
        format!(
            "| `{shown}` | {} | {} | {} | {} | {} | {} | {} | {} | {} | {proven} | {removed} | {} |",
            finding.constraints,
            finding.unknown,
            finding.by_rules,
            finding.bit_sums,
            finding.divisors,
            finding.by_hand,
            finding.queries,
            engine(&finding.cvc5),
            engine(&finding.singular),
            self.hash,
        )
    }
}

/// Returns the system without a row.
fn without(system: &R1cs, row: usize) -> R1cs {
    let cut = |matrix: &Matrix| {
        let mut rest = Matrix::new();
        for (_, terms) in matrix.rows().enumerate().filter(|(number, _)| *number != row) {
            rest.push_row(terms.iter().copied());
        }
        rest
    };
    R1cs { a: cut(&system.a), b: cut(&system.b), c: cut(&system.c), ..system.clone() }
}

/// Returns the rows of the document by their hashes.
fn recorded() -> BTreeMap<String, String> {
    let text = fs::read_to_string(document()).unwrap_or_default();
    text.lines()
        .filter(|line| line.starts_with("| `"))
        .filter_map(|line| {
            let hash = line.trim_end_matches(" |").rsplit(' ').next()?;
            Some((hash.to_owned(), line.to_owned()))
        })
        .collect()
}

fn render(
    subjects: &[Subject],
    uncertified: &[(String, String)],
    by_hash: &BTreeMap<String, String>,
) -> String {
    let rows: Vec<&String> = subjects.iter().filter_map(|subject| by_hash.get(&subject.hash)).collect();
    let mut text = fs::read_to_string(folder().join("preface.md")).unwrap();
    let sum = |place: usize| -> usize {
        let cell =
            |row: &&String| row.split(" | ").nth(11).unwrap().split(" / ").nth(place)?.parse::<usize>().ok();
        rows.iter().filter_map(cell).sum::<usize>()
    };
    let [found, refuses, redundant, determined, undecided] = [0, 1, 2, 3, 4].map(sum);
    writeln!(
        text,
        "Of {} constraints that were removed, one at a time, {found} leave other outputs open, with two witnesses as proof that \
         are checked against the constraints; {} leave the outputs determined, as proven again: of these {refuses} refuse a witness \
         that the others accept, which is checked too, {redundant} follow from the others, and of {determined} neither was found in \
         the time; {undecided} were not decided in the time.\n",
        found + refuses + redundant + determined + undecided,
        refuses + redundant + determined,
    )
    .unwrap();
    text.push_str("| instance | constraints | wires | by rules | bit sums | divisors | by hand | queries | cvc5 | Singular | determined | removed | hash |\n");
    text.push_str("|---|---|---|---|---|---|---|---|---|---|---|---|---|\n");
    for row in rows {
        writeln!(text, "{row}").unwrap();
    }
    text.push_str("\n## Not certified\n\n");
    for (template, reason) in uncertified {
        writeln!(text, "- `{template}`: {reason}").unwrap();
    }
    let mut divisors = Vec::new();
    let mut by_hand = Vec::new();
    for subject in subjects {
        let line = |reason: &String| format!("- `{}`: {reason}", subject.template);
        divisors.extend(subject.statement.divisors.as_ref().map(line));
        by_hand.extend(subject.statement.by_hand.as_ref().map(|one| line(&one.reason)));
        by_hand.extend(subject.statement.alike.as_ref().map(|one| line(&one.reason)));
    }
    divisors.dedup();
    by_hand.dedup();
    writeln!(
        text,
        "\n## Divisors\n\nWhy the divisors that are counted above are not zero:\n\n{}\n\n## By hand\n\nWhat neither engine \
         decides in the time, or could know:\n\n{}",
        divisors.join("\n"),
        by_hand.join("\n")
    )
    .unwrap();
    text
}

#[test]
fn certificates_are_current() {
    let (subjects, uncertified) = subjects();
    let again = std::env::var("TENSORPROOF_CERTIFICATES").ok();
    let is_wanted = |subject: &Subject| {
        let name = subject.main.split('(').next().unwrap();
        again.as_ref().is_some_and(|names| names == "all" || names.split(' ').any(|wanted| wanted == name))
    };
    let by_hash = recorded();
    let mut missing: Vec<&Subject> = subjects
        .iter()
        .filter(|subject| !by_hash.contains_key(&subject.hash) || is_wanted(subject))
        .collect();
    missing.sort_by_key(|subject| subject.circuit.r1cs.len());
    let (next, found) = (AtomicUsize::new(0), Mutex::new(by_hash));
    let work = || {
        while let Some(subject) = missing.get(next.fetch_add(1, Ordering::Relaxed)) {
            let finding = subject.certify();
            let ours = Versions { cvc5: pinned_cvc5(), singular: SINGULAR.to_owned() };
            assert_eq!(finding.engines, ours, "certificates are made with these versions");
            let row = subject.row(&finding);
            let mut found = found.lock().unwrap();
            found.insert(subject.hash.clone(), row);
            if again.is_some() {
                // What is found is kept if the run is ended.
                fs::write(document(), render(&subjects, &uncertified, &found)).unwrap();
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().unwrap().get() {
            scope.spawn(work);
        }
    });
    let by_hash = found.into_inner().unwrap();
    let text = render(&subjects, &uncertified, &by_hash);
    if again.is_some() {
        fs::write(document(), &text).unwrap();
    }
    let open: Vec<&String> = by_hash.values().filter(|row| row.contains("**not**")).collect();
    assert!(
        open.is_empty(),
        "not decided within {SECONDS_OF_QUERY} s a query, or not determined:\n{open:#?}"
    );
    assert!(
        fs::read_to_string(document()).unwrap() == text,
        "CERTIFICATES.md is not current: run `cargo xtask certificates`"
    );
}

#[test]
fn engines_certify_the_sample_and_find_removed_constraints() {
    let (subjects, _) = subjects();
    for main in SAMPLE {
        let subject = subjects.iter().find(|subject| subject.main == main).unwrap();
        let finding = subject.certify();
        assert_eq!(finding.open_outputs, 0, "{main}");
        assert!(
            finding.queries > 0 && finding.cvc5.undecided == 0 && finding.singular.undecided == 0,
            "{main}"
        );
        if subject.removes {
            assert!(finding.removed.iter().any(|removed| removed.verdict == Verdicts::Found), "{main}");
        }
    }
}

#[test]
fn a_certificate_is_one_of_the_programs_and_the_engine_that_made_it() {
    let instance = Small { main: "IsZero()".to_owned(), inputs: Vec::new() };
    let subject = subject("arith/is_zero.circom", &Statement::default(), instance);
    let [certify, engines] = PROGRAMS;
    let hashes = [
        subject.hash([certify, engines], "1.4.2"),
        subject.hash([&certify.replace("253", "254"), engines], "1.4.2"),
        subject.hash([certify, &engines.replace("unsat", "sat")], "1.4.2"),
        subject.hash([certify, engines], "1.4.3"),
    ];
    for (number, hash) in hashes.iter().enumerate() {
        assert!(!hashes[..number].contains(hash), "{number}");
    }
}
