//! Many proofs of one key, and other proofs of the same statement.

#![allow(clippy::unwrap_used)]

use ark_bn254::{Fq2, G1Affine, G2Affine};
use ark_std::rand::SeedableRng as _;
use ark_std::rand::rngs::StdRng;
use tensorproof_groth16::{
    CheckedKey, InvalidProof, Proof, Proven, Prover, ProvingKey, UnsafeKey, VerifyingKey, proof_from_json,
    proof_to_json, rerandomize, setup, verify,
};
use tensorproof_r1cs::{Fr, Matrix, R1cs, Term, Wire, Witness};

/// x * y = out, with out public.
fn product() -> R1cs {
    let row = |wire| {
        let mut matrix = Matrix::new();
        matrix.push_row([Term { wire: Wire(wire), coefficient: 0 }]);
        matrix
    };
    R1cs {
        wires: 4,
        public_outputs: 1,
        public_inputs: 0,
        private_inputs: 2,
        labels: 4,
        wire_labels: (0..4).collect(),
        coefficients: vec![Fr::from(1u64)],
        a: row(2),
        b: row(3),
        c: row(1),
    }
}

fn proofs(count: u64, rng: &mut StdRng) -> (ProvingKey, Vec<Proven>) {
    let r1cs = product();
    let key = setup(&r1cs, rng).unwrap();
    let prover = Prover::new(&key, &r1cs).unwrap();
    let prove = |x: u64| {
        let witness = Witness([1, 7 * x, 7, x].map(Fr::from).to_vec());
        (vec![Fr::from(7 * x)], prover.prove(&witness, rng).unwrap())
    };
    let proofs = (0..count).map(prove).collect();
    (key, proofs)
}

#[test]
fn batches_name_every_invalid_proof() {
    let rng = &mut StdRng::seed_from_u64(1);
    let (key, valid) = proofs(9, rng);
    let checked = CheckedKey::of(key.vk.clone()).unwrap();
    for count in [0, 1, 2, 9] {
        checked.verify_batch(&valid[..count], rng).unwrap();
    }
    let g1 = G1Affine::new_unchecked(1u64.into(), 3u64.into());
    let outside = (1u64..100)
        .filter_map(|x| G2Affine::get_point_from_x_unchecked(Fq2::from(x), true))
        .find(|point| !point.is_in_correct_subgroup_assuming_on_curve())
        .unwrap();
    let mut proofs = valid;
    proofs[1].0[0] += Fr::from(1u64);
    proofs[3].1.a = g1;
    proofs[4].0.push(Fr::from(1u64));
    proofs[6].1.b = outside;
    proofs[8].1 = proofs[7].1.clone();
    let found = checked.verify_batch(&proofs, rng).unwrap_err();
    let expected = [
        (1, InvalidProof::Pairing),
        (3, InvalidProof::Point { point: "a" }),
        (4, InvalidProof::PublicSignals { expected: 1, actual: 2 }),
        (6, InvalidProof::Point { point: "b" }),
        (8, InvalidProof::Pairing),
    ];
    assert_eq!(found, expected);
    let degenerate = VerifyingKey { delta_g2: key.vk.gamma_g2, ..key.vk };
    assert_eq!(CheckedKey::of(degenerate).unwrap_err(), UnsafeKey::GammaIsDelta);
}

/// More than are added up at once.
#[test]
fn long_batches_name_the_last_invalid_proof() {
    let rng = &mut StdRng::seed_from_u64(4);
    let (key, valid) = proofs(3, rng);
    let checked = CheckedKey::of(key.vk).unwrap();
    let mut proofs: Vec<Proven> = valid.iter().cloned().cycle().take(1030).collect();
    checked.verify_batch(&proofs, rng).unwrap();
    proofs[1027].0[0] += Fr::from(1u64);
    assert_eq!(checked.verify_batch(&proofs, rng), Err(vec![(1027, InvalidProof::Pairing)]));
}

/// Two errors that cancel in a plain sum of the equations.
#[test]
fn errors_do_not_cancel() {
    let rng = &mut StdRng::seed_from_u64(2);
    let (key, mut proofs) = proofs(2, rng);
    let shift = key.delta_g1;
    proofs[0].1.c = (proofs[0].1.c + shift).into();
    proofs[1].1.c = (proofs[1].1.c - shift).into();
    let found = CheckedKey::of(key.vk).unwrap().verify_batch(&proofs, rng).unwrap_err();
    assert_eq!(found, [(0, InvalidProof::Pairing), (1, InvalidProof::Pairing)]);
}

#[test]
fn other_proofs_of_a_statement_verify_and_share_no_point() {
    let rng = &mut StdRng::seed_from_u64(3);
    let (key, proofs) = proofs(1, rng);
    let (public, proof) = &proofs[0];
    let mut last: Proof = proof.clone();
    for _ in 0..3 {
        let other = rerandomize(&key.vk, &last, rng);
        verify(&key.vk, public, &other).unwrap();
        assert!(other.a != last.a && other.b != last.b && other.c != last.c);
        assert_eq!(proof_from_json(&proof_to_json(&other)).unwrap(), other);
        last = other;
    }
    let wrong = rerandomize(&key.vk, &Proof { c: proof.a, ..proof.clone() }, rng);
    assert_eq!(verify(&key.vk, public, &wrong), Err(InvalidProof::Pairing));
}
