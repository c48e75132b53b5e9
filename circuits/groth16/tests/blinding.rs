//! Keys that would take the blinding from proofs are refused when they are opened.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::Path;

use ark_bn254::{Fq, Fq2, G1Affine, G2Affine};
use ark_ec::{AffineRepr as _, CurveGroup as _};
use ark_ff::{BigInt, UniformRand as _};
use ark_std::rand::SeedableRng as _;
use ark_std::rand::rngs::StdRng;
use support::section;
use tensorproof_groth16::{
    CheckedKeys, Origin, ProveError, ProvingKey, contribute_key, prove, read_key_summary, setup, verify,
};
use tensorproof_r1cs::{Fr, Matrix, R1cs, Term, Wire, Witness};

const G1: usize = 64;
const G2: usize = 128;

/// x * y = z, for each of `products`, and the sum of the z is public; the wire behind z is in no constraint.
fn products(products: u32) -> (R1cs, Witness) {
    let wires = 2 + 4 * products;
    let mut r1cs = R1cs {
        wires,
        public_outputs: 1,
        public_inputs: 0,
        private_inputs: 0,
        labels: wires.into(),
        wire_labels: (0..wires.into()).collect(),
        coefficients: vec![Fr::from(1u64)],
        a: Matrix::new(),
        b: Matrix::new(),
        c: Matrix::new(),
    };
    let term = |wire| Term { wire: Wire(wire), coefficient: 0 };
    let (mut values, mut sum) = (Vec::new(), 0);
    for index in 0..products {
        let first = 2 + 4 * index;
        r1cs.a.push_row([term(first)]);
        r1cs.b.push_row([term(first + 1)]);
        r1cs.c.push_row([term(first + 2)]);
        let (x, y) = (u64::from(index) + 3, u64::from(index % 7));
        values.extend([x, y, x * y, 9]);
        sum += x * y;
    }
    r1cs.a.push_row((0..products).map(|index| term(4 + 4 * index)));
    r1cs.b.push_row([term(0)]);
    r1cs.c.push_row([term(1)]);
    let values = [1, sum].into_iter().chain(values);
    (r1cs, Witness(values.map(Fr::from).collect()))
}

fn key_bytes(r1cs: &R1cs) -> Vec<u8> {
    let key = setup(r1cs, &mut StdRng::seed_from_u64(1)).unwrap();
    let mut bytes = Vec::new();
    key.write(r1cs, &mut bytes).unwrap();
    bytes
}

fn element(bytes: &[u8]) -> Fq {
    let limbs = bytes.chunks_exact(8).map(|limb| u64::from_le_bytes(limb.try_into().unwrap()));
    Fq::new_unchecked(BigInt::new(limbs.collect::<Vec<_>>().try_into().unwrap()))
}

/// Doubles the point there.
fn double(bytes: &mut [u8]) {
    let values: Vec<Fq> = bytes.chunks_exact(32).map(element).collect();
    let doubled = match values[..] {
        [x, y] => {
            let point = G1Affine::new_unchecked(x, y);
            let double = (point + point).into_affine();
            vec![double.x, double.y]
        }
        [a, b, c, d] => {
            let point = G2Affine::new_unchecked(Fq2::new(a, b), Fq2::new(c, d));
            let double = (point + point).into_affine();
            vec![double.x.c0, double.x.c1, double.y.c0, double.y.c1]
        }
        _ => unreachable!("a point has two coordinates"),
    };
    for (bytes, limb) in bytes.chunks_exact_mut(8).zip(doubled.iter().flat_map(|value| value.0.0)) {
        bytes.copy_from_slice(&limb.to_le_bytes());
    }
}

fn opened(dir: &Path, bytes: &[u8]) -> Result<ProvingKey, String> {
    let path = dir.join("circuit.zkey");
    fs::write(&path, bytes).unwrap();
    let checked = CheckedKeys::open(dir).unwrap();
    let results = [None, Some(&checked), Some(&checked)].map(|checked| ProvingKey::open(&path, checked));
    let [result, other, again] = results.map(|result| result.map_err(|error| error.to_string()));
    assert!(result == other && other == again, "{other:?}");
    assert_eq!(result, ProvingKey::read(bytes).map_err(|error| error.to_string()));
    result
}

/// Offset and length of each fixed point in the header, behind both moduli and three sizes.
const FIXED: [(&str, usize, usize); 6] = [
    ("`alpha` in G1", 84, G1),
    ("`beta` in G1", 84 + G1, G1),
    ("`beta` in G2", 84 + 2 * G1, G2),
    ("`gamma` in G2", 84 + 2 * G1 + G2, G2),
    ("`delta` in G1", 84 + 2 * G1 + 2 * G2, G1),
    ("`delta` in G2", 84 + 3 * G1 + 2 * G2, G2),
];

#[test]
fn each_fixed_point_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    let (r1cs, _) = products(3);
    let bytes = key_bytes(&r1cs);
    let (header, length) = section(&bytes, 2);
    assert_eq!(length, 84 + 3 * G1 + 3 * G2);
    opened(folder.path(), &bytes).unwrap();
    for (name, at, size) in FIXED {
        let place = header + at..header + at + size;
        let mut infinite = bytes.clone();
        infinite[place.clone()].fill(0);
        let message = opened(folder.path(), &infinite).unwrap_err();
        assert!(message.starts_with(&format!("header: found {name} at infinity")), "{message}");
        let summary = read_key_summary(std::io::Cursor::new(&infinite)).unwrap_err().to_string();
        assert_eq!(summary, message);

        let mut doubled = bytes.clone();
        double(&mut doubled[place]);
        match name.split_once(" in ") {
            // Any alpha and any gamma: whose key that is, the verifier says.
            Some(("`alpha`" | "`gamma`", _)) => drop(opened(folder.path(), &doubled).unwrap()),
            Some((name, _)) => {
                let message = opened(folder.path(), &doubled).unwrap_err();
                assert!(message.starts_with(&format!("header: found another {name} in G1")), "{message}");
            }
            None => unreachable!("all names say their group"),
        }
    }
}

/// The attack: beta, delta and B are taken out of G1, and left in G2, so that proofs still verify while A tells the witness.
#[test]
fn a_key_that_leaves_a_without_blinding_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let (r1cs, witness) = products(3);
    let mut key = ProvingKey::read(&key_bytes(&r1cs)).unwrap();
    let public = r1cs.public_values(&witness);
    key.beta_g1 = G1Affine::identity();
    key.delta_g1 = G1Affine::identity();
    key.b_g1 = vec![G1Affine::identity(); key.b_g1.len()].as_slice().into();
    let proofs = [1, 2].map(|seed| {
        let proof = prove(&key, &r1cs, &witness, &mut StdRng::seed_from_u64(seed)).unwrap();
        verify(&key.vk, public, &proof).unwrap();
        proof
    });
    assert_eq!(proofs[0].a, proofs[1].a);
    let mut bytes = Vec::new();
    key.write(&r1cs, &mut bytes).unwrap();
    let message = opened(folder.path(), &bytes).unwrap_err();
    assert!(message.starts_with("header: found `beta` in G1 at infinity"), "{message}");
}

#[test]
fn points_of_b_are_the_same_in_both_groups() {
    let folder = tempfile::tempdir().unwrap();
    // Fewer points than are checked one by one, and more.
    for size in [3, 700] {
        let (r1cs, witness) = products(size);
        let bytes = key_bytes(&r1cs);
        let key = opened(folder.path(), &bytes).unwrap();
        // Wires that are not in B are infinity in both groups, and stay so.
        assert!(key.b_g1.iter().any(|point| point.is_zero()) && key.b_g2.iter().any(|point| point.is_zero()));
        let proof = prove(&key, &r1cs, &witness, &mut StdRng::seed_from_u64(2)).unwrap();
        verify(&key.vk, r1cs.public_values(&witness), &proof).unwrap();
        let [(b1, _), (b2, _)] = [6, 7].map(|kind| section(&bytes, kind));
        let in_b = 3;
        let last = 2 + 4 * (size as usize - 1) + 1;
        let refused = |change: &dyn Fn(&mut Vec<u8>)| {
            let mut changed = bytes.clone();
            change(&mut changed);
            let message = opened(folder.path(), &changed).unwrap_err();
            assert!(message.starts_with("B2: found other points than in B1"), "{message}");
        };
        for wire in [in_b, last] {
            refused(&|bytes| bytes[b1 + wire * G1..][..G1].fill(0));
            refused(&|bytes| bytes[b2 + wire * G2..][..G2].fill(0));
            refused(&|bytes| double(&mut bytes[b1 + wire * G1..][..G1]));
            refused(&|bytes| double(&mut bytes[b2 + wire * G2..][..G2]));
        }
        // Two changes that cancel in a plain sum: B1 of one wire goes to another.
        refused(&|bytes| {
            let (one, other) = (b1 + in_b * G1, b1 + (last + 1) * G1);
            bytes.copy_within(one..one + G1, other);
            bytes[one..one + G1].fill(0);
        });
        // The same change in both groups is another key, of which the equation tells.
        let mut changed = bytes.clone();
        double(&mut changed[b1 + in_b * G1..][..G1]);
        double(&mut changed[b2 + in_b * G2..][..G2]);
        let key = opened(folder.path(), &changed).unwrap();
        let refused = prove(&key, &r1cs, &with_weight(&r1cs, &witness), &mut StdRng::seed_from_u64(3));
        assert_eq!(refused, Err(ProveError::OtherMatrices));
    }
}

/// Gives wire 3, which is zero, a value.
fn with_weight(r1cs: &R1cs, witness: &Witness) -> Witness {
    let mut changed = witness.clone();
    changed.0[3] = Fr::from(2u64);
    let product = changed.0[2] * changed.0[3];
    changed.0[4] = product;
    changed.0[1] += product;
    assert_eq!(r1cs.check(&changed), Ok(()));
    changed
}

/// Points of A, C and H that are not the circuit's: what does not verify is not handed out.
#[test]
fn a_proof_that_does_not_verify_is_not_handed_out() {
    let folder = tempfile::tempdir().unwrap();
    let (r1cs, witness) = products(3);
    let witness = with_weight(&r1cs, &witness);
    let bytes = key_bytes(&r1cs);
    for (kind, index) in [(5, 2), (5, 4), (8, 0), (8, 2), (9, 0), (9, 5)] {
        let mut changed = bytes.clone();
        let (at, _) = section(&changed, kind);
        double(&mut changed[at + index * G1..][..G1]);
        let key = opened(folder.path(), &changed).unwrap();
        let result = prove(&key, &r1cs, &witness, &mut StdRng::seed_from_u64(4));
        assert_eq!(result, Err(ProveError::OtherMatrices), "section {kind}, point {index}");
    }
}

#[test]
fn a_contribution_to_such_a_key_is_refused() {
    let (r1cs, _) = products(3);
    let mut key = ProvingKey::read(&key_bytes(&r1cs)).unwrap();
    key.delta_g1 = (G1Affine::generator() * Fr::rand(&mut StdRng::seed_from_u64(5))).into_affine();
    assert_eq!(key.origin, Origin::Local);
    let mut bytes = Vec::new();
    key.write(&r1cs, &mut bytes).unwrap();
    let label = tensorproof_groth16::Label { name: None, beacon: None };
    let output = std::io::Cursor::new(Vec::new());
    let message = contribute_key(std::io::Cursor::new(&bytes), &label, "", output).unwrap_err().to_string();
    assert!(message.starts_with("header: found another `delta` in G1 than in G2"), "{message}");
}
