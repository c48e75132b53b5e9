//! Measures setup, key file, proof and verification on a synthetic system, three quarters of whose constraints are bits.
//!
//! ```text
//! cargo run --release -p tensorproof-groth16 --example measure -- 150000
//! ```

#![allow(clippy::print_stdout, clippy::expect_used)]

use std::collections::VecDeque;
use std::time::Instant;

use ark_std::rand::rngs::StdRng;
use ark_std::rand::{Rng as _, SeedableRng as _};
use tensorproof_groth16::{Prover, ProvingKey, setup, verify};
use tensorproof_r1cs::{Fr, Matrix, R1cs, Term, Wire, Witness};

/// The witness of a quantized model in small: three of four wires are bits, the others products of two signed bytes.
///
/// Rows `bit * (bit - 1) = 0`; each fourth row multiplies two integers that the bits before it write in two's complement.
fn synthetic(rows: u32) -> (R1cs, Witness) {
    let mut rng = StdRng::seed_from_u64(0);
    let term = |wire, coefficient| Term { wire: Wire(wire), coefficient };
    let wires = rows + 2;
    let minus_one = -Fr::from(1u64);
    let powers = (0..7).map(|power| Fr::from(1u64 << power)).chain([-Fr::from(1u64 << 7), minus_one]);
    let mut r1cs = R1cs {
        wires,
        public_outputs: 0,
        public_inputs: 1,
        private_inputs: 0,
        labels: u64::from(wires),
        wire_labels: (0..u64::from(wires)).collect(),
        coefficients: powers.collect(),
        a: Matrix::new(),
        b: Matrix::new(),
        c: Matrix::new(),
    };
    let mut witness = Witness(vec![Fr::from(1u64), Fr::from(12345u64)]);
    let mut bits = VecDeque::new();
    for wire in 2..wires {
        if wire % 4 == 1 && bits.len() == 16 {
            let byte =
                |from: usize| (0..8u32).map(|bit| term(bits[from + bit as usize], bit)).collect::<Vec<_>>();
            let factors = [byte(0), byte(8)];
            let [left, right] = [0, 1].map(|factor: usize| r1cs.evaluate(&factors[factor], &witness));
            let [a, b] = factors;
            r1cs.a.push_row(a);
            r1cs.b.push_row(b);
            r1cs.c.push_row([term(wire, 0)]);
            witness.0.push(left * right);
        } else {
            r1cs.a.push_row([term(wire, 0)]);
            r1cs.b.push_row([term(0, 8), term(wire, 0)]);
            r1cs.c.push_row([]);
            witness.0.push(Fr::from(rng.gen_range(0u64..2)));
            bits.push_back(wire);
            bits.drain(..bits.len().saturating_sub(16));
        }
    }
    (r1cs, witness)
}

fn timed<T>(name: &str, work: impl FnOnce() -> T) -> T {
    let (start, before) = (Instant::now(), processor_seconds());
    let result = work();
    let processor = processor_seconds() - before;
    println!("{name:<10} {:7.3} s, processor {processor:7.2} s", start.elapsed().as_secs_f64());
    result
}

/// Returns what the process has used of all cores, where the system tells it.
fn processor_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    fields.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn main() {
    let rows = std::env::args().nth(1).and_then(|rows| rows.parse().ok()).unwrap_or(150_000);
    let rng = &mut StdRng::seed_from_u64(1);
    let (r1cs, witness) = synthetic(rows);
    let made = timed("setup", || setup(&r1cs, rng).expect("the system has rows"));
    let mut bytes = Vec::new();
    timed("write", || made.write(&r1cs, &mut bytes).expect("memory takes all bytes"));
    drop(made);
    println!("zkey       {:7} bytes", bytes.len());
    let key = timed("read", || ProvingKey::read(&bytes).expect("the key was just written"));
    drop(bytes);
    let prover = timed("prepare", || Prover::new(&key, &r1cs).expect("the key is the system's"));
    let proof = timed("prove", || prover.prove(&witness, rng).expect("the witness is right"));
    let (_, profile) = timed("profile", || prover.profile(&witness, rng).expect("the witness is right"));
    for (part, took) in &profile.parts {
        println!("  {part:<12} {:7.3} s", took.as_secs_f64());
    }
    timed("verify", || verify(&key.vk, r1cs.public_values(&witness), &proof).expect("the proof is right"));
}
