//! Constraints, symbols and values beside stock circom, polynomial by polynomial and signal by signal.
//!
//! The first line of a program may limit its inputs: `// inputs: below 1024`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use ark_std::rand::rngs::StdRng;
use ark_std::rand::{Rng as _, SeedableRng as _};
use serde_json::{Map, Value};
use tensorproof_circom::{
    Circuit, CircuitField, FieldTask, Inputs, Level, Options, Sources, compile_over, over,
};
use tensorproof_oracles::{circom, expect_success, node};
use tensorproof_r1cs::{Prime, R1cs, Symbols, Term, Wire, fr_from_decimal, fr_to_decimal};

/// Computes witnesses with the programs of stock circom, many in one process. Reads the jobs from the file that it is
/// given, `[[folder, name, inputs], ..]`, and writes a witness, or null where there is none, for each.
const DRIVER: &str = r"
const fs = require('fs'), path = require('path');
console.log = () => {};
(async () => {
    const results = [];
    const built = {};
    for (const [folder, name, input] of JSON.parse(fs.readFileSync('jobs.json', 'utf8'))) {
        const base = path.join(folder, name + '_js');
        const make = require(path.resolve(base, 'witness_calculator.js'));
        built[base] = built[base] || fs.readFileSync(path.join(base, name + '.wasm'));
        try {
            const calculator = await make(built[base]);
            const witness = await calculator.calculateWitness(input, 0);
            results.push(witness.map(String));
        } catch (error) {
            results.push(null);
        }
    }
    fs.writeFileSync('results.json', JSON.stringify(results));
})();
";

/// Inputs per program.
const SEEDS: u64 = 4;

/// A program beside stock circom's `--O0` artefacts of it, in `folder/name.*`, over a prime's field.
struct Pair<F> {
    path: PathBuf,
    text: String,
    ours: Circuit<F>,
    stock: R1cs<F>,
    symbols: Symbols,
    symbol_text: String,
}

fn compile_file<F: CircuitField>(path: &Path, level: Level) -> Circuit<F> {
    let options = Options { level, ..Options::default() };
    compile_over(Sources::from_path(path), options)
        .unwrap_or_else(|problems| panic!("{}", problems.render(false)))
}

/// Compiles `folder/file` with both compilers, the stock one into `folder`.
fn pair<F: CircuitField>(folder: &Path, file: &Path, prime: Prime) -> Pair<F> {
    let path = folder.join(file);
    let name = path.file_stem().unwrap().to_str().unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let ours = compile_file(&path, Level::O0);
    let file = file.to_str().unwrap();
    expect_success(&circom(
        [file, "--O0", "--prime", prime.name(), "--r1cs", "--sym", "--wasm", "-o", "."],
        folder,
    ));
    let stock = R1cs::read(&fs::read(folder.join(name).with_extension("r1cs")).unwrap()).unwrap();
    let symbol_text = fs::read_to_string(folder.join(name).with_extension("sym")).unwrap();
    let symbols = Symbols::read(symbol_text.clone(), stock.wires).unwrap();
    Pair { path, text, ours, stock, symbols, symbol_text }
}

/// Returns the text of the `.sym` file.
fn symbol_text<F: CircuitField>(circuit: &Circuit<F>) -> String {
    let mut text = String::new();
    let visited: Result<(), std::fmt::Error> = circuit.for_each_symbol(|label, wire, component, name| {
        let wire = wire.map_or(-1, |wire| i64::from(wire.0));
        writeln!(text, "{label},{wire},{component},{name}")
    });
    visited.unwrap();
    text
}

fn names<F: CircuitField>(circuit: &Circuit<F>) -> BTreeMap<u32, String> {
    let mut names = BTreeMap::new();
    let visited: Result<(), ()> = circuit.for_each_symbol(|_, wire, _, name| {
        if let Some(wire) = wire {
            names.entry(wire.0).or_insert_with(|| name.to_owned());
        }
        Ok(())
    });
    visited.unwrap();
    names
}

/// A polynomial of degree two: the products of named signals with their coefficients. Its leading coefficient is one.
type Polynomial = BTreeMap<(String, String), String>;

/// Returns `a * b - c` of each constraint, sorted; those that are zero are left out.
fn polynomials<F: CircuitField>(system: &R1cs<F>, name: &dyn Fn(Wire) -> String) -> Vec<Polynomial> {
    let linear = |terms: &[Term]| -> Vec<(String, F)> {
        let value = |term: &Term| system.coefficients[term.coefficient as usize];
        terms.iter().map(|term| (name(term.wire), value(term))).collect()
    };
    let mut result = Vec::new();
    for row in 0..system.len() {
        let [a, b, c] = [&system.a, &system.b, &system.c].map(|matrix| linear(matrix.row(row)));
        let mut sum: BTreeMap<(String, String), F> = BTreeMap::new();
        for (left, x) in &a {
            for (right, y) in &b {
                let (left, right) = (left.min(right), left.max(right));
                *sum.entry((left.clone(), right.clone())).or_default() += *x * y;
            }
        }
        for (signal, x) in &c {
            *sum.entry((String::new(), signal.clone())).or_default() -= x;
        }
        sum.retain(|_, value| !value.is_zero());
        if let Some(leading) = sum.values().next_back().map(|value| value.inverse().unwrap()) {
            result
                .push(sum.into_iter().map(|(key, value)| (key, fr_to_decimal(&(value * leading)))).collect());
        }
    }
    result.sort();
    result
}

/// Values around the corners of the operators: small, negative, near powers of two and near p / 2, random.
pub(crate) fn random_value<F: CircuitField>(rng: &mut StdRng) -> F {
    match rng.gen_range(0..9) {
        0 | 1 => F::from(rng.gen_range(0u64..8)),
        2 => -F::from(rng.gen_range(0u64..300)),
        3 => F::from(rng.gen_range(0u64..300)),
        4 => {
            F::from(2u64).pow([rng.gen_range(0..u64::from(F::MODULUS_BIT_SIZE))])
                + F::from(rng.gen_range(0u64..2))
        }
        5 => F::from(2u64).inverse().unwrap() + F::from(rng.gen_range(0u64..2)),
        6 => F::from(rng.r#gen::<u64>()),
        _ => F::rand(rng),
    }
}

fn inputs<F: CircuitField>(pair: &Pair<F>, seed: u64) -> Inputs<F> {
    let mut rng = StdRng::seed_from_u64(seed);
    let limit: Option<u64> =
        pair.text.strip_prefix("// inputs: below ").map(|rest| rest.lines().next().unwrap().parse().unwrap());
    let mut value = || match limit {
        Some(limit) => F::from(rng.gen_range(0..limit)),
        None => random_value(&mut rng),
    };
    let ports = pair.ours.inputs().into_iter();
    ports.map(|port| (port.name.clone(), (0..port.len()).map(|_| value()).collect())).collect()
}

fn nested<F: CircuitField>(values: &[F], dimensions: &[usize]) -> Value {
    match dimensions {
        [] => fr_to_decimal(&values[0]).into(),
        [0, ..] => Value::Array(Vec::new()),
        [length, inner @ ..] => {
            values.chunks(values.len() / length).map(|chunk| nested(chunk, inner)).collect()
        }
    }
}

/// Returns a job for the driver.
fn job<F: CircuitField>(pair: &Pair<F>, inputs: &Inputs<F>) -> Value {
    let ports = pair.ours.inputs().into_iter();
    let given: Map<String, Value> =
        ports.map(|port| (port.name.clone(), nested(&inputs[&port.name], &port.dimensions))).collect();
    let name = pair.path.file_stem().unwrap().to_str().unwrap();
    Value::Array(vec![".".into(), name.into(), given.into()])
}

/// Returns stock circom's witness for each job; `None` where it finds none.
fn stock_witnesses<F: CircuitField>(jobs: Vec<Value>, folder: &Path) -> Vec<Option<Vec<F>>> {
    fs::write(folder.join("jobs.json"), Value::Array(jobs).to_string()).unwrap();
    fs::write(folder.join("driver.js"), DRIVER).unwrap();
    expect_success(&node(&folder.join("driver.js"), [""; 0], folder));
    let results: Vec<Option<Vec<String>>> =
        serde_json::from_str(&fs::read_to_string(folder.join("results.json")).unwrap()).unwrap();
    let field = |values: Vec<String>| values.iter().map(|value| fr_from_decimal(value).unwrap()).collect();
    results.into_iter().map(|witness| witness.map(field)).collect()
}

/// Compares the constraints, in terms of names, and the counts; returns what differs.
fn compare_constraints<F: CircuitField>(pair: &Pair<F>) -> String {
    let names = names(&pair.ours);
    let ours = polynomials(&pair.ours.r1cs, &|wire| names.get(&wire.0).cloned().unwrap_or_default());
    let stock = polynomials(&pair.stock, &|wire| pair.symbols.name(wire).unwrap_or_default().to_owned());
    let mut told = String::new();
    for (who, here, there) in [("ours", &ours, &stock), ("stock circom's", &stock, &ours)] {
        for only in here.iter().filter(|polynomial| there.binary_search(polynomial).is_err()).take(3) {
            let _ = writeln!(told, "only {who}: {only:?}");
        }
    }
    if told.is_empty() && ours != stock {
        let _ = writeln!(told, "{} constraints, expected {}", ours.len(), stock.len());
    }
    let shape = |system: &R1cs<F>| {
        (system.wires, system.labels, system.public_outputs, system.public_inputs, system.private_inputs)
    };
    let text = symbol_text(&pair.ours);
    if let Some((ours, stock)) =
        text.lines().zip(pair.symbol_text.lines()).find(|(ours, stock)| ours != stock)
    {
        let _ = writeln!(told, "symbol `{ours}`, expected `{stock}`");
    }
    if shape(&pair.ours.r1cs) != shape(&pair.stock) {
        let _ = writeln!(told, "shape {:?}, expected {:?}", shape(&pair.ours.r1cs), shape(&pair.stock));
    }
    told
}

/// Compares our witnesses at both levels with stock circom's; returns what differs.
fn compare_witness<F: CircuitField>(pair: &Pair<F>, seed: u64, expected: Option<&[F]>) -> String {
    let inputs = inputs(pair, seed);
    let mut told = String::new();
    for level in [Level::O0, Level::O1, Level::O2] {
        let circuit = compile_file::<F>(&pair.path, level);
        let (ours, expected) = match (circuit.witness(&inputs), expected) {
            (Ok(ours), Some(expected)) => (ours, expected),
            (Err(_), None) => continue,
            (ours, expected) => {
                let expected = expected.map_or("no witness", |_| "a witness");
                let _ = writeln!(told, "{level:?}, seed {seed}: expected {expected}, got {:?}", ours.err());
                continue;
            }
        };
        let by_name: BTreeMap<&str, F> = (0..pair.stock.wires)
            .filter_map(|wire| Some((pair.symbols.name(Wire(wire))?, expected[wire as usize])))
            .collect();
        for (wire, name) in names(&circuit) {
            let value = ours.0[wire as usize];
            if by_name.get(name.as_str()) != Some(&value) {
                let stock = by_name.get(name.as_str()).map(fr_to_decimal);
                let value = fr_to_decimal(&value);
                let _ = writeln!(told, "{level:?}, seed {seed}: {name} = {value}, expected {stock:?}");
                break;
            }
        }
    }
    told
}

/// Compares programs in a folder with stock circom, over a prime's field; fails with all that differs.
pub(crate) fn check(folder: &Path, files: &[PathBuf], prime: Prime) {
    over(prime, Check { folder, files, prime });
}

struct Check<'a> {
    folder: &'a Path,
    files: &'a [PathBuf],
    prime: Prime,
}

impl FieldTask for Check<'_> {
    type Output = ();

    fn run<F: CircuitField>(self) {
        check_over::<F>(self.folder, self.files, self.prime);
    }
}

fn check_over<F: CircuitField>(folder: &Path, files: &[PathBuf], prime: Prime) {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut pairs = Vec::new();
        while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
            pairs.push(pair(folder, file, prime));
        }
        pairs
    };
    let pairs: Vec<Pair<F>> = std::thread::scope(|scope| {
        let other = scope.spawn(work);
        let mut pairs = work();
        pairs.extend(other.join().unwrap());
        pairs
    });
    let seeds = |pair| (0..SEEDS).map(move |seed| (pair, seed));
    let jobs = pairs.iter().flat_map(seeds).map(|(pair, seed)| job(pair, &inputs(pair, seed))).collect();
    let stock = stock_witnesses(jobs, folder);
    let mut told = String::new();
    for pair in &pairs {
        let differences = compare_constraints(pair);
        if !differences.is_empty() {
            let _ = write!(told, "{}\n{differences}", pair.path.display());
        }
    }
    for ((pair, seed), expected) in pairs.iter().flat_map(seeds).zip(&stock) {
        let differences = compare_witness(pair, seed, expected.as_deref());
        if !differences.is_empty() {
            let _ = write!(told, "{}\n{differences}", pair.path.display());
        }
    }
    assert!(told.is_empty(), "{told}");
}
