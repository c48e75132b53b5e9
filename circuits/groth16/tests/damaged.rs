//! Damaged keys and JSON are refused, and never make a proof verify.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use ark_bn254::{Fq2, G2Affine};
use ark_std::rand::rngs::StdRng;
use ark_std::rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};
use support::section;
use tensorproof_groth16::{
    InvalidProof, Proof, ProveError, ProvingKey, proof_from_json, proof_to_json, prove, public_from_json,
    setup, verify, verifying_key_from_json, verifying_key_to_json,
};
use tensorproof_r1cs::{Fr, Matrix, R1cs, Term, Wire, Witness};

const FQ: &str = "21888242871839275222246405745257275088696311157297823662689037894645226208583";

/// x * y = out and y * x = z with out public; `flip` exchanges the factors of the second row.
fn system(flip: bool) -> R1cs {
    let term = |wire| [Term { wire: Wire(wire), coefficient: 0 }];
    let mut r1cs = R1cs {
        wires: 5,
        public_outputs: 1,
        public_inputs: 0,
        private_inputs: 2,
        labels: 5,
        wire_labels: (0..5).collect(),
        coefficients: vec![Fr::from(1u64)],
        a: Matrix::new(),
        b: Matrix::new(),
        c: Matrix::new(),
    };
    let second = if flip { [2, 3] } else { [3, 2] };
    for ([a, b], c) in [([2, 3], 1), (second, 4)] {
        r1cs.a.push_row(term(a));
        r1cs.b.push_row(term(b));
        r1cs.c.push_row(term(c));
    }
    r1cs
}

fn witness() -> Witness {
    Witness([1u64, 35, 5, 7, 35].map(Fr::from).to_vec())
}

fn key() -> (ProvingKey, Vec<u8>, Proof) {
    let rng = &mut StdRng::seed_from_u64(1);
    let key = setup(&system(false), rng).unwrap();
    let mut bytes = Vec::new();
    key.write(&system(false), &mut bytes).unwrap();
    let proof = prove(&key, &system(false), &witness(), rng).unwrap();
    verify(&key.vk, &[Fr::from(35u64)], &proof).unwrap();
    (key, bytes, proof)
}

fn outside_the_subgroup() -> G2Affine {
    (1u64..100)
        .filter_map(|x| G2Affine::get_point_from_x_unchecked(Fq2::from(x), true))
        .find(|point| !point.is_in_correct_subgroup_assuming_on_curve())
        .unwrap()
}

#[test]
fn a_truncated_key_is_an_error() {
    let (_, bytes, _) = key();
    for length in 0..bytes.len() {
        ProvingKey::read(&bytes[..length]).unwrap_err();
    }
}

#[test]
fn a_key_with_a_flipped_bit_makes_no_wrong_proof() {
    let (key, bytes, _) = key();
    let rng = &mut StdRng::seed_from_u64(2);
    for _ in 0..4000 {
        let mut flipped = bytes.clone();
        let at = rng.gen_range(0..bytes.len() * 8);
        flipped[at / 8] ^= 1 << (at % 8);
        if let Ok(read) = ProvingKey::read(&flipped) {
            assert_ne!(read, key, "bit {at}");
            // Bits of the unused hash of the circuit are free; a proof is made only if it verifies.
            if let Ok(proof) = prove(&read, &system(false), &witness(), rng) {
                verify(&read.vk, &[Fr::from(35u64)], &proof).unwrap();
            }
        }
    }
}

#[test]
fn errors_name_the_section() {
    let (_, bytes, _) = key();
    let check = |kind: u32, offset: usize, value: &[u8], expected: &str| {
        let mut changed = bytes.clone();
        let (at, length) = section(&bytes, kind);
        assert!(offset + value.len() <= length);
        changed[at + offset..at + offset + value.len()].copy_from_slice(value);
        let message = ProvingKey::read(&changed).unwrap_err().to_string();
        assert!(message.starts_with(expected), "{message}");
    };
    let outside: Vec<u8> = {
        let point = outside_the_subgroup();
        let limbs = [point.x.c0, point.x.c1, point.y.c0, point.y.c1].map(|value| value.0.0);
        limbs.iter().flatten().flat_map(|limb| limb.to_le_bytes()).collect()
    };
    check(1, 0, &[2], "protocol: found protocol 2");
    check(2, 0, &[31], "header: found field elements of 31 bytes");
    check(2, 4, &[0], "header: found the prime");
    check(2, 80, &[3], "header: found 5 wires, 1 public signals, domain 3");
    check(2, 84 + 128, &outside, "header: found a point outside the subgroup");
    check(2, 72, &0x8000_0001u32.to_le_bytes(), "header: found 2147483649 wires");
    check(2, 80, &(1u32 << 28).to_le_bytes(), "header: found domain 2^28");
    check(3, 0, &[1], "IC: found another point");
    check(3, 0, &[0xff; 32], "IC: found a larger integer");
    check(4, 0, &[9], "coefficients: found");
    check(4, 4, &[2], "coefficients: found matrix 2");
    check(4, 8, &[200], "coefficients: found matrix 0, row 200");
    check(4, 12, &[200], "coefficients: found matrix 0, row 0, wire 200");
    check(4, 16, &[0xff; 32], "coefficients: found a larger integer");
    check(7, 0, &outside, "B2: found a point outside the subgroup");
    check(10, 64, &[1], "contributions: the file ends");
    check(10, 64, &[0xff; 4], "contributions: the file ends");
}

#[test]
fn a_key_of_a_circuit_with_the_same_entries_elsewhere_is_refused() {
    let (key, _, _) = key();
    // The witness satisfies both, and both have the same wires, rows and terms per matrix.
    assert_eq!(system(true).check(&witness()), Ok(()));
    let rng = &mut StdRng::seed_from_u64(3);
    assert_eq!(prove(&key, &system(true), &witness(), rng), Err(ProveError::OtherMatrices));
    key.write(&system(true), &mut Vec::new()).unwrap_err();
}

#[test]
fn a_proof_with_other_text_never_verifies() {
    let (key, _, proof) = key();
    let text = proof_to_json(&proof);
    let rng = &mut StdRng::seed_from_u64(4);
    for _ in 0..4000 {
        let mut bytes = text.clone().into_bytes();
        let at = rng.gen_range(0..bytes.len());
        bytes[at] = if rng.gen_bool(0.5) { rng.gen_range(b'0'..=b'9') } else { rng.gen_range(b' '..=b'~') };
        let Ok(read) = proof_from_json(&String::from_utf8(bytes).unwrap()) else { continue };
        assert!(read == proof || verify(&key.vk, &[Fr::from(35u64)], &read).is_err());
    }
    for length in 0..text.len() {
        proof_from_json(&text[..length]).unwrap_err();
    }
}

#[test]
fn points_that_are_not_canonical_are_refused() {
    let (key, _, proof) = key();
    let proof: Value = serde_json::from_str(&proof_to_json(&proof)).unwrap();
    let vk: Value = serde_json::from_str(&verifying_key_to_json(&key.vk)).unwrap();
    let outside = outside_the_subgroup();
    let outside = json!([
        [outside.x.c0.to_string(), outside.x.c1.to_string()],
        [outside.y.c0.to_string(), outside.y.c1.to_string()],
        ["1", "0"]
    ]);
    let padded = format!("0{}", proof["pi_a"][0].as_str().unwrap());
    let rows = [
        ("/pi_a/0", json!(padded), "`pi_a` is \"0"),
        ("/pi_a/0", json!(FQ), "`pi_a` is"),
        ("/pi_a/0", json!(1), "`pi_a` is 1, expected a decimal"),
        ("/pi_a/0", json!("-1"), "`pi_a` is \"-1\", expected a decimal"),
        ("/pi_a/1", json!("1"), "`pi_a` is"),
        ("/pi_a/2", json!("0"), "`pi_a` is"),
        ("/pi_a", json!(["1", "2"]), "`pi_a` is"),
        ("/pi_a", json!(["0", "0", "0"]), "`pi_a` is"),
        ("/pi_a", json!(["1", "2", "1", "1"]), "`pi_a` is"),
        ("/pi_a", json!(["0", "0", "1"]), "`pi_a` is"),
        ("/pi_c", json!(["0", "0", "1"]), "`pi_c` is"),
        ("/pi_c", json!(["0", "2", "0"]), "`pi_c` is"),
        ("/pi_c", json!(["1", "1", "0"]), "`pi_c` is"),
        ("/pi_b", json!([["0", "0"], ["0", "0"], ["1", "0"]]), "`pi_b` is"),
        ("/pi_b", json!([["0", "0"], ["0", "0"], ["0", "0"]]), "`pi_b` is"),
        ("/pi_b", json!([["0", "0"], ["0", "1"], ["0", "0"]]), "`pi_b` is"),
        ("/pi_b/2", json!(["0", "0"]), "`pi_b` is"),
        ("/pi_b/2", json!(["1", "1"]), "`pi_b` is"),
        ("/protocol", json!("plonk"), "`protocol` is \"plonk\""),
        ("/curve", json!("bls12381"), "`curve` is \"bls12381\""),
    ];
    for (at, value, expected) in rows {
        let mut changed = proof.clone();
        *changed.pointer_mut(at).unwrap() = value;
        let message = proof_from_json(&changed.to_string()).unwrap_err().to_string();
        assert!(message.starts_with(expected), "{at}: {message}");
    }
    // Infinity has one form; a proof with it does not verify.
    let mut infinite = proof.clone();
    infinite["pi_c"] = json!(["0", "1", "0"]);
    let infinite = proof_from_json(&infinite.to_string()).unwrap();
    verify(&key.vk, &[Fr::from(35u64)], &infinite).unwrap_err();
    let mut changed = proof;
    changed["pi_b"] = outside;
    let changed = proof_from_json(&changed.to_string()).unwrap();
    let found = verify(&key.vk, &[Fr::from(35u64)], &changed);
    assert_eq!(found, Err(InvalidProof::Point { point: "b" }));

    let mut opposite = vk["vk_gamma_2"].clone();
    let negated = |text: &Value| {
        let value: ark_bn254::Fq = text.as_str().unwrap().parse().unwrap();
        json!((-value).to_string())
    };
    for part in [0, 1] {
        opposite[1][part] = negated(&opposite[1][part]);
    }
    let unsafe_keys = [
        ("vk_delta_2", vk["vk_gamma_2"].clone(), "`gamma` equals `delta`"),
        ("vk_delta_2", opposite, "`gamma` equals `delta`"),
        ("vk_beta_2", json!([["0", "0"], ["1", "0"], ["0", "0"]]), "the point `vk_beta_2`"),
        ("IC", json!([vk["IC"][0], ["0", "1", "0"]]), "the point `IC`"),
        ("IC", json!([["0", "1", "0"], vk["IC"][1]]), "the point `IC`"),
        ("IC", json!([["0", "0", "1"], vk["IC"][1]]), "`IC[0]` is"),
        ("vk_gamma_2", json!([["0", "0"], ["0", "0"], ["1", "0"]]), "`vk_gamma_2` is"),
        ("IC", json!([vk["IC"][0]]), "`nPublic` is 1"),
    ];
    for (part, value, expected) in unsafe_keys {
        let mut changed = vk.clone();
        changed[part] = value;
        let message = verifying_key_from_json(&changed.to_string()).unwrap_err().to_string();
        assert!(message.starts_with(expected), "{message}");
    }
    for text in ["[\"00\"]", "[\"01\"]", "[1]", "{}", "[null]"] {
        public_from_json(text).unwrap_err();
    }
    let message = public_from_json(&" ".repeat((64 << 20) + 1)).unwrap_err().to_string();
    assert_eq!(message, "the text has 67108865 bytes, expected at most 67108864");
}
