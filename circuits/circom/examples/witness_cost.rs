//! Times the witness of a circuit against nothing but the field operations that it contains:
//! `cargo run --release -p tensorproof-circom --example witness_cost FILE.circom INPUT.json`.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use serde_json::Value;
use tensorproof_circom::{Inputs, Options, Sources, compile};
use tensorproof_r1cs::{Fr, fr_from_decimal};

const RUNS: usize = 5;

fn flatten(value: &Value, values: &mut Vec<Fr>) {
    match value {
        Value::Array(items) => items.iter().for_each(|item| flatten(item, values)),
        Value::String(text) => values.push(fr_from_decimal(text).expect("a decimal number")),
        other => values.push(fr_from_decimal(&other.to_string()).expect("a decimal number")),
    }
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let circuit =
        compile(Sources::from_path(Path::new(&args[0])), Options::default()).expect("the circuit compiles");
    let given: Value = serde_json::from_str(&std::fs::read_to_string(&args[1]).unwrap()).unwrap();
    let mut inputs = Inputs::new();
    for (name, value) in given.as_object().expect("an object of inputs") {
        let mut values = Vec::new();
        flatten(value, &mut values);
        inputs.insert(name.clone(), values);
    }
    let timed = |work: &mut dyn FnMut()| {
        median(
            (0..RUNS)
                .map(|_| {
                    let started = Instant::now();
                    work();
                    started.elapsed().as_secs_f64()
                })
                .collect(),
        )
    };
    let witness = timed(&mut || {
        black_box(circuit.witness(&inputs).expect("there is a witness"));
    });
    let cost = circuit.witness_cost();
    let numbers: Vec<Fr> = (1..1025u64)
        .map(|number| Fr::from(number) * Fr::from(u64::MAX) * Fr::from(u64::MAX) * Fr::from(u64::MAX))
        .collect();
    let bare = timed(&mut || {
        let count = |number: u64| usize::try_from(number).expect("a count fits");
        let cycle = || numbers.iter().cycle();
        let mut sum = Fr::from(0u64);
        for (left, right) in cycle().zip(cycle().skip(7)).take(count(cost.multiplications)) {
            sum += black_box(*left * right);
        }
        for number in cycle().take(count(cost.additions.saturating_sub(cost.multiplications))) {
            sum += black_box(number);
        }
        black_box(sum);
    });
    println!(
        "witness alone {:.1} ms; its {} multiplications, {} additions and {} other operations: {:.1} ms; {:.1} times as long",
        witness * 1e3,
        cost.multiplications,
        cost.additions,
        cost.others,
        bare * 1e3,
        witness / bare,
    );
}
