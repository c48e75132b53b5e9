//! Measures a proof against stock ark-groth16: same circuit, key and witness, taking turns in one process.
//!
//! ```text
//! cargo run --release -p tensorproof-groth16 --example measure -- DIR         # circuit.r1cs, circuit.zkey, witness.wtns
//! cargo run --release -p tensorproof-groth16 --example measure -- DIR 131000  # makes them first, unless they are there
//! ```
//!
//! The result is JSON: seconds of the wall clock, and processor seconds of all cores; medians of those that are repeated.

#![allow(clippy::print_stdout, clippy::expect_used)]

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::time::Instant;

use ark_bn254::Bn254;
use ark_ff::{PrimeField, UniformRand as _};
use ark_groth16::Groth16;
use ark_groth16::r1cs_to_qap::{LibsnarkReduction, R1CSToQAP, evaluate_constraint};
use ark_poly::EvaluationDomain;
use ark_relations::gr1cs::{ConstraintSystemRef, SynthesisError};
use ark_std::rand::rngs::StdRng;
use ark_std::rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};
use tensorproof_groth16::{
    CheckedKeys, Prover, ProvingKey, Work, proof_to_json, public_to_json, setup, verify,
    verifying_key_to_json,
};
use tensorproof_r1cs::{Fr, Matrix, R1cs, Term, Wire, Witness};

/// How often each prover takes its turn.
const TURNS: usize = 3;

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

/// What a piece of work took.
#[derive(Clone, Copy, Default)]
struct Took {
    wall: f64,
    processor: f64,
}

impl Took {
    fn json(self) -> Value {
        json!({ "seconds": self.wall, "processor_seconds": self.processor })
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Took) {
    let (start, before) = (Instant::now(), processor_seconds());
    let result = work();
    (result, Took { wall: start.elapsed().as_secs_f64(), processor: processor_seconds() - before })
}

/// Returns what the process has used of all cores, where the system tells it.
fn processor_seconds() -> f64 {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    fields.filter_map(|ticks| ticks.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// Returns the most memory that the process has had, in MiB, where the system tells it.
fn peak_mebibytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<u64>().ok()? / 1024)
}

fn median(turns: &[Took]) -> Took {
    let middle = |of: fn(&Took) -> f64| {
        let mut values: Vec<f64> = turns.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    Took { wall: middle(|took| took.wall), processor: middle(|took| took.processor) }
}

/// The reduction that snarkjs' keys are made for, with arkworks' own means.
struct OddPoints;

impl R1CSToQAP for OddPoints {
    fn instance_map_with_evaluation<F: PrimeField, D: EvaluationDomain<F>>(
        cs: ConstraintSystemRef<F>,
        t: &F,
    ) -> Result<(Vec<F>, Vec<F>, Vec<F>, F, usize, usize), SynthesisError> {
        LibsnarkReduction::instance_map_with_evaluation::<F, D>(cs, t)
    }

    fn witness_map_from_matrices<F: PrimeField, D: EvaluationDomain<F>>(
        matrices: &[Vec<Vec<(F, usize)>>],
        num_inputs: usize,
        num_constraints: usize,
        full_assignment: &[F],
    ) -> Result<Vec<F>, SynthesisError> {
        use rayon::prelude::*;

        let too_large = SynthesisError::PolynomialDegreeTooLarge;
        let domain = D::new(num_constraints + num_inputs).ok_or(too_large)?;
        let double = D::new(2 * domain.size()).ok_or(SynthesisError::PolynomialDegreeTooLarge)?;
        let coset = domain.get_coset(double.element(1)).ok_or(SynthesisError::PolynomialDegreeTooLarge)?;
        let evaluate = |rows: &[Vec<(F, usize)>]| -> Vec<F> {
            rows.par_iter().map(|row| evaluate_constraint(row, full_assignment)).collect()
        };
        let (mut a, mut b) = (evaluate(&matrices[0]), evaluate(&matrices[1]));
        let mut c: Vec<F> = a.par_iter().zip(&b).map(|(a, b)| *a * b).collect();
        a.extend_from_slice(&full_assignment[..num_inputs]);
        for values in [&mut a, &mut b, &mut c] {
            domain.ifft_in_place(values);
            coset.fft_in_place(values);
        }
        a.par_iter_mut().zip(&b).zip(&c).for_each(|((a, b), c)| *a = *a * b - c);
        Ok(a)
    }

    fn h_query_scalars<F: PrimeField, D: EvaluationDomain<F>>(
        max_power: usize,
        t: F,
        zt: F,
        delta_inverse: F,
    ) -> Result<Vec<F>, SynthesisError> {
        LibsnarkReduction::h_query_scalars::<F, D>(max_power, t, zt, delta_inverse)
    }
}

fn stock_key(key: &ProvingKey) -> ark_groth16::ProvingKey<Bn254> {
    ark_groth16::ProvingKey {
        vk: key.vk.clone(),
        beta_g1: key.beta_g1,
        delta_g1: key.delta_g1,
        a_query: key.a.iter().collect(),
        b_g1_query: key.b_g1.iter().collect(),
        b_g2_query: key.b_g2.iter().collect(),
        h_query: key.h.iter().collect(),
        l_query: key.c.iter().collect(),
    }
}

fn stock_matrices(r1cs: &R1cs) -> Vec<Vec<Vec<(Fr, usize)>>> {
    let term = |term: &Term| (r1cs.coefficients[term.coefficient as usize], term.wire.index());
    let matrix = |matrix: &Matrix| matrix.rows().map(|row| row.iter().map(term).collect()).collect();
    vec![matrix(&r1cs.a), matrix(&r1cs.b), matrix(&r1cs.c)]
}

/// Writes a synthetic system with its key and its witness.
fn make(folder: &Path, rows: u32) {
    let (r1cs, witness) = synthetic(rows);
    let create =
        |name: &str| BufWriter::new(File::create(folder.join(name)).expect("the folder is writable"));
    let key = setup(&r1cs, &mut StdRng::seed_from_u64(1)).expect("the system has rows");
    let mut files = [create("circuit.r1cs"), create("witness.wtns"), create("circuit.zkey")];
    r1cs.write(&mut files[0]).expect("the disk has room");
    witness.write(&mut files[1]).expect("the disk has room");
    key.write(&r1cs, &mut files[2]).expect("the disk has room");
    for mut file in files {
        file.flush().expect("the disk has room");
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().expect("a folder is given");
    let folder = Path::new(&folder);
    fs::create_dir_all(folder).expect("the folder can be made");
    if let Some(rows) = arguments.next().filter(|_| !folder.join("circuit.zkey").exists()) {
        make(folder, rows.parse().expect("the number of rows is an integer"));
        println!("{}", json!({ "made": folder.display().to_string() }));
        return;
    }
    let bytes = |name: &str| fs::read(folder.join(name)).expect("the folder has the file");
    let r1cs = R1cs::read(&bytes("circuit.r1cs")).expect("the constraints are whole");
    let witness = Witness::read(&bytes("witness.wtns")).expect("the witness is whole");
    let path = folder.join("circuit.zkey");
    let open = |checked: Option<&CheckedKeys>| ProvingKey::open(&path, checked).expect("the key is whole");
    let (_, first_open) = timed(|| open(None));
    let checked = CheckedKeys::open(folder).expect("the folder is the user's own");
    open(Some(&checked));
    let (key, next_open) = timed(|| open(Some(&checked)));

    let rng = &mut StdRng::seed_from_u64(1);
    let (prover, prepared) = timed(|| Prover::new(&key, &r1cs).expect("the key is the system's"));
    let mut proof = prover.prove(&witness, rng).expect("the witness is right");
    // With the key, and without what stock ark-groth16 needs.
    let peak = peak_mebibytes();
    let (_, profile) = prover.profile(&witness, rng).expect("the witness is right");
    let constant = prover.clone().with_work(Work::Constant);
    let (_, constant_work) = timed(|| constant.prove(&witness, rng).expect("the witness is right"));
    let (stock, matrices) = (stock_key(&key), stock_matrices(&r1cs));
    let public = r1cs.public_values(&witness);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let (made, took) = timed(|| prover.prove(&witness, rng).expect("the witness is right"));
        proof = made;
        ours.push(took);
        let (made, took) = timed(|| {
            let [r, s] = [Fr::rand(rng), Fr::rand(rng)];
            Groth16::<Bn254, OddPoints>::create_proof_with_reduction_and_matrices(
                &stock,
                r,
                s,
                &matrices,
                public.len() + 1,
                r1cs.len(),
                &witness.0,
            )
        });
        theirs.push(took);
        verify(&key.vk, public, &made.expect("the witness is right")).expect("the proof is right");
    }
    let (verified, verify_took) = timed(|| verify(&key.vk, public, &proof));
    verified.expect("the proof is right");
    for (name, text) in [
        ("proof.json", proof_to_json(&proof)),
        ("public.json", public_to_json(public)),
        ("verification_key.json", verifying_key_to_json(&key.vk)),
    ] {
        fs::write(folder.join(name), text).expect("the folder is writable");
    }
    let parts: serde_json::Map<String, Value> =
        profile.parts.iter().map(|(part, took)| ((*part).to_owned(), took.as_secs_f64().into())).collect();
    let result = json!({
        "constraints": r1cs.len(),
        "domain": key.h.len(),
        "key_mebibytes": fs::metadata(&path).map_or(0, |file| file.len() >> 20),
        "peak_mebibytes": peak,
        "open": first_open.json(),
        "open_again": next_open.json(),
        "prepare": prepared.json(),
        "prove": median(&ours).json(),
        "prove_constant_work": constant_work.json(),
        "ark_prove": median(&theirs).json(),
        "verify": verify_took.json(),
        "profile": parts,
    });
    println!("{result}");
}
