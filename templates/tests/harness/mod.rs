//! Attacks on a template instance: what must not have a witness, and what must have only one.

pub(crate) mod stock;

use std::collections::BTreeMap;

use ark_ff::{Field as _, One as _, UniformRand as _, Zero as _};
use ark_std::rand::SeedableRng as _;
use ark_std::rand::rngs::StdRng;
use num_bigint::BigInt;
use serde::Deserialize;
use tensorproof_circom::{Circuit, Inputs, Level, Options, Sources, compile};
use tensorproof_r1cs::{Fr, Term, Witness, fr_from_bigint};

/// Most boolean wires whose assignments are all tried.
const MOST_BITS: usize = 14;

/// Most wires of an instance that are forged.
const MOST_WIRES: usize = 20_000;

/// Compiles a program of `include` lines and a main component, and inspects it.
pub(crate) fn circuit(text: &str, level: Level) -> Circuit {
    let sources = Sources::from_text("case.circom", text).with_embedded(tensorproof_templates::FILES);
    compile(sources, Options { level, inspect: true, ..Options::default() })
        .unwrap_or_else(|diagnostics| panic!("{}", diagnostics.render(false)))
}

/// An integer of a case; one that TOML has no number for is written in quotes, decimal or `0x` hexadecimal.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Number {
    Small(i64),
    Large(String),
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self::Small(value)
    }
}

impl Number {
    pub(crate) fn field(&self) -> Fr {
        match self {
            Self::Small(value) => field(*value),
            Self::Large(text) => {
                let value = match text.strip_prefix("0x") {
                    Some(digits) => BigInt::parse_bytes(digits.as_bytes(), 16),
                    None => BigInt::parse_bytes(text.as_bytes(), 10),
                };
                fr_from_bigint(&value.unwrap_or_else(|| panic!("{text} is no integer")))
            }
        }
    }
}

/// Returns the witness for inputs given as integers.
pub(crate) fn solve(circuit: &Circuit, inputs: &BTreeMap<String, Vec<Number>>) -> Option<Witness> {
    let fields = |values: &Vec<Number>| values.iter().map(Number::field).collect();
    let inputs: Inputs = inputs.iter().map(|(name, values)| (name.clone(), fields(values))).collect();
    circuit.witness(&inputs).ok()
}

pub(crate) fn field(value: i64) -> Fr {
    fr_from_bigint(&BigInt::from(value))
}

/// Returns the first wire that is neither one nor an output nor an input: those and the outputs are attacked.
fn attacked(circuit: &Circuit) -> Vec<usize> {
    let system = &circuit.r1cs;
    let outputs = 1..=system.public_outputs as usize;
    let inputs = system.public_outputs + system.public_inputs + system.private_inputs;
    outputs.chain(inputs as usize + 1..system.wires as usize).collect()
}

/// Replaces outputs and inner wires by other values, one at a time; returns how many forgeries were tried.
///
/// Every wire is attacked where there are at most `MOST_WIRES`, else so many that are evenly spread, the outputs among them.
pub(crate) fn forge_single_wires(circuit: &Circuit, honest: &Witness, context: &str) -> usize {
    assert_eq!(circuit.r1cs.check(honest), Ok(()), "{context}");
    let mut rng = StdRng::seed_from_u64(7);
    let rows = rows_of_wires(circuit);
    let mut witness = honest.clone();
    let mut tried = 0;
    for wire in sampled(circuit) {
        let value = honest.0[wire];
        let mut forgeries =
            vec![value + Fr::one(), value - Fr::one(), Fr::zero(), Fr::one(), -Fr::one(), -value];
        forgeries.extend((0..2).map(|_| Fr::rand(&mut rng)));
        for forged in forgeries.into_iter().filter(|forged| *forged != value) {
            witness.0[wire] = forged;
            tried += 1;
            // Rows that do not mention the wire still hold.
            assert!(
                rows[wire].iter().any(|row| !holds(circuit, &witness, *row)),
                "{context}: wire {wire} may be {forged} instead of {value}"
            );
        }
        witness.0[wire] = value;
    }
    tried
}

fn sampled(circuit: &Circuit) -> Vec<usize> {
    let wires = attacked(circuit);
    let outputs = circuit.r1cs.public_outputs as usize;
    let step = wires.len().div_ceil(MOST_WIRES);
    wires
        .into_iter()
        .enumerate()
        .filter(|(i, _)| *i < outputs || i % step == 0)
        .map(|(_, wire)| wire)
        .collect()
}

/// Returns the rows that mention each wire.
fn rows_of_wires(circuit: &Circuit) -> Vec<Vec<usize>> {
    let system = &circuit.r1cs;
    let mut rows = vec![Vec::new(); system.wires as usize];
    for row in 0..system.len() {
        for term in [system.a.row(row), system.b.row(row), system.c.row(row)].into_iter().flatten() {
            let known: &mut Vec<usize> = &mut rows[term.wire.index()];
            if known.last() != Some(&row) {
                known.push(row);
            }
        }
    }
    rows
}

fn holds(circuit: &Circuit, witness: &Witness, row: usize) -> bool {
    let system = &circuit.r1cs;
    let value = |terms: &[Term]| system.evaluate(terms, witness);
    value(system.a.row(row)) * value(system.b.row(row)) == value(system.c.row(row))
}

/// Returns the number of directions in which the inner wires and outputs can move: wires less the rank of the Jacobian.
pub(crate) fn free_directions(circuit: &Circuit, honest: &Witness) -> usize {
    let system = &circuit.r1cs;
    let columns: BTreeMap<usize, usize> =
        attacked(circuit).into_iter().enumerate().map(|(i, wire)| (wire, i)).collect();
    let mut rows: Vec<BTreeMap<usize, Fr>> = Vec::new();
    for row in 0..system.len() {
        let (a, b) = (system.evaluate(system.a.row(row), honest), system.evaluate(system.b.row(row), honest));
        let mut derivative: BTreeMap<usize, Fr> = BTreeMap::new();
        let parts = [(system.a.row(row), b), (system.b.row(row), a), (system.c.row(row), -Fr::one())];
        for (terms, factor) in parts {
            for term in terms {
                if let Some(column) = columns.get(&term.wire.index()) {
                    *derivative.entry(*column).or_default() +=
                        system.coefficients[term.coefficient as usize] * factor;
                }
            }
        }
        derivative.retain(|_, value| !value.is_zero());
        rows.push(derivative);
    }
    columns.len() - rank(rows)
}

/// Returns the rank of a sparse matrix. Columns that a row has alone are solved first, which needs no elimination and leaves
/// little of the matrix of a circuit that computes forwards.
fn rank(mut rows: Vec<BTreeMap<usize, Fr>>) -> usize {
    let mut of_column: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, row) in rows.iter().enumerate() {
        for column in row.keys() {
            of_column.entry(*column).or_default().push(index);
        }
    }
    let mut alone: Vec<usize> = (0..rows.len()).filter(|index| rows[*index].len() == 1).collect();
    let mut solved = 0;
    while let Some(index) = alone.pop() {
        let Some((&column, _)) = rows[index].iter().next() else {
            continue;
        };
        solved += 1;
        for other in &of_column[&column] {
            if rows[*other].remove(&column).is_some() && rows[*other].len() == 1 {
                alone.push(*other);
            }
        }
    }
    rows.retain(|row| !row.is_empty());
    solved + rank_by_elimination(rows)
}

fn rank_by_elimination(rows: Vec<BTreeMap<usize, Fr>>) -> usize {
    let mut pivots: BTreeMap<usize, BTreeMap<usize, Fr>> = BTreeMap::new();
    for mut row in rows {
        while let Some((&column, &value)) = row.iter().next() {
            let Some(pivot) = pivots.get(&column) else {
                let inverse = value.inverse().expect("zero entries are dropped");
                for entry in row.values_mut() {
                    *entry *= inverse;
                }
                pivots.insert(column, row);
                break;
            };
            for (&column, &entry) in pivot {
                let sum = row.entry(column).or_default();
                *sum -= value * entry;
            }
            row.retain(|_, value| !value.is_zero());
        }
    }
    pivots.len()
}

/// Tries every assignment of the boolean wires, solves for the others, and returns how many witnesses there are.
/// `None` when there are too many boolean wires, or when they do not determine the others.
pub(crate) fn count_witnesses(circuit: &Circuit, honest: &Witness) -> Option<usize> {
    let system = &circuit.r1cs;
    let bits: Vec<usize> = (0..system.len()).filter_map(|row| boolean_wire(circuit, row)).collect();
    if bits.len() > MOST_BITS {
        return None;
    }
    let attacked = attacked(circuit);
    let mut found = 0;
    for assignment in 0u32..1 << bits.len() {
        let mut values: Vec<Option<Fr>> = honest.0.iter().copied().map(Some).collect();
        for wire in &attacked {
            values[*wire] = None;
        }
        for (position, wire) in bits.iter().enumerate() {
            values[*wire] = Some(Fr::from(assignment >> position & 1));
        }
        if !propagate(circuit, &mut values) {
            continue;
        }
        let witness = Witness(values.into_iter().collect::<Option<Vec<Fr>>>()?);
        found += usize::from(system.check(&witness).is_ok());
    }
    Some(found)
}

/// Returns the wire b of a row `b * (b - 1) = 0`.
fn boolean_wire(circuit: &Circuit, row: usize) -> Option<usize> {
    let system = &circuit.r1cs;
    let value = |term: &Term| system.coefficients[term.coefficient as usize];
    match (system.a.row(row), system.b.row(row), system.c.row(row)) {
        ([left], [one, right], [])
            if one.wire.0 == 0 && left.wire == right.wire && value(one) == -value(right) =>
        {
            Some(left.wire.index())
        }
        _ => None,
    }
}

/// Solves rows with one unknown wire until there is none; returns whether no row was contradicted.
fn propagate(circuit: &Circuit, values: &mut [Option<Fr>]) -> bool {
    let system = &circuit.r1cs;
    loop {
        let mut progress = false;
        for row in 0..system.len() {
            let known = |terms: &[Term], values: &[Option<Fr>]| {
                terms.iter().try_fold(Fr::zero(), |sum, term| {
                    Some(sum + system.coefficients[term.coefficient as usize] * values[term.wire.index()]?)
                })
            };
            let (a, b) = (known(system.a.row(row), values), known(system.b.row(row), values));
            let product = match (a, b) {
                (Some(a), Some(b)) => a * b,
                (Some(zero), None) | (None, Some(zero)) if zero.is_zero() => zero,
                _ => continue,
            };
            let c = system.c.row(row);
            let mut unknown = c.iter().filter(|term| values[term.wire.index()].is_none());
            match (unknown.next().copied(), unknown.next()) {
                (None, _) if known(c, values) != Some(product) => {
                    return false;
                }
                (Some(term), None) => {
                    let rest: Vec<Term> = c.iter().filter(|other| other.wire != term.wire).copied().collect();
                    let rest = known(&rest, values).expect("one term is unknown");
                    let inverse = system.coefficients[term.coefficient as usize].inverse();
                    values[term.wire.index()] = inverse.map(|inverse| (product - rest) * inverse);
                    progress = true;
                }
                _ => {}
            }
        }
        if !progress {
            return true;
        }
    }
}
