//! Measures setup, key file, proof and verification on a synthetic system, three quarters of whose constraints are bits.
//!
//! ```text
//! cargo run --release -p tensorproof-groth16 --example measure -- 150000
//! ```

#![allow(clippy::print_stdout, clippy::expect_used)]

use std::time::Instant;

use ark_std::rand::rngs::StdRng;
use ark_std::rand::{Rng as _, SeedableRng as _};
use tensorproof_groth16::{ProvingKey, prove, setup, verify};
use tensorproof_r1cs::{Fr, Matrix, R1cs, Term, Wire, Witness};

/// Rows `bit * (bit - 1) = 0`, and each fourth row the product of the last bit and the last product, plus 1.
fn synthetic(rows: u32) -> (R1cs, Witness) {
    let mut rng = StdRng::seed_from_u64(0);
    let term = |wire, coefficient| Term { wire: Wire(wire), coefficient };
    let wires = rows + 2;
    let mut r1cs = R1cs {
        wires,
        public_outputs: 0,
        public_inputs: 1,
        private_inputs: 0,
        labels: u64::from(wires),
        wire_labels: (0..u64::from(wires)).collect(),
        coefficients: vec![Fr::from(1u64), -Fr::from(1u64)],
        a: Matrix::new(),
        b: Matrix::new(),
        c: Matrix::new(),
    };
    let mut witness = vec![Fr::from(1u64), Fr::from(12345u64)];
    let mut last = 1;
    for wire in 2..wires {
        if wire % 4 == 1 {
            r1cs.a.push_row([term(last, 0)]);
            r1cs.b.push_row([term(last, 0), term(wire - 1, 0)]);
            r1cs.c.push_row([term(wire, 0)]);
            let value = witness[last as usize];
            witness.push(value * (value + witness[wire as usize - 1]));
            last = wire;
        } else {
            r1cs.a.push_row([term(wire, 0)]);
            r1cs.b.push_row([term(0, 1), term(wire, 0)]);
            r1cs.c.push_row([]);
            witness.push(Fr::from(rng.gen_range(0u64..2)));
        }
    }
    (r1cs, Witness(witness))
}

fn timed<T>(name: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    println!("{name:<10} {:7.3} s", start.elapsed().as_secs_f64());
    result
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
    let proof = timed("prove", || prove(&key, &r1cs, &witness, rng).expect("the witness is right"));
    timed("verify", || verify(&key.vk, r1cs.public_values(&witness), &proof).expect("the proof is right"));
}
