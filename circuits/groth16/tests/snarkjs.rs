//! Keys and proofs against snarkjs, in both directions, and everything that must be refused.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use ark_bn254::{G1Affine, G2Affine};
use ark_ec::AffineRepr as _;
use ark_std::rand::SeedableRng as _;
use ark_std::rand::rngs::StdRng;
use tensorproof_circom::{Circuit, Options, Sources, compile};
use tensorproof_groth16::{
    InvalidProof, Origin, Proof, ProveError, ProvingKey, SetupError, UnsafeKey, VerifyingKey,
    proof_from_json, proof_to_json, prove, public_from_json, public_to_json, rerandomize, setup, verify,
    verifying_key_from_json, verifying_key_to_json,
};
use tensorproof_oracles::{circom, expect_success, node, snarkjs};
use tensorproof_r1cs::{Fr, MAX_WIRES, R1cs, Unsatisfied, Witness};

const CIRCUIT: &str = "
    pragma circom 2.1.0;
    template Chain(n) {
        signal input x;
        signal input y[2];
        signal output out[2];
        signal power[n];
        power[0] <== x * y[0] + y[1];
        for (var i = 1; i < n; i++) { power[i] <== power[i - 1] * x + i; }
        out[0] <== power[n - 1];
        out[1] <== 3 * x + y[1];
    }
    component main {public [y]} = Chain(20);";

struct Case {
    circuit: Circuit,
    witness: Witness,
    key: ProvingKey,
}

fn case() -> Case {
    let circuit = compile(Sources::from_text("chain.circom", CIRCUIT), Options::default()).unwrap();
    let values = |values: &[u64]| values.iter().map(|value| Fr::from(*value)).collect();
    let inputs = BTreeMap::from([("x".to_owned(), values(&[3])), ("y".to_owned(), values(&[5, 7]))]);
    let witness = circuit.witness(&inputs).unwrap();
    let key = setup(&circuit.r1cs, &mut StdRng::seed_from_u64(1)).unwrap();
    Case { circuit, witness, key }
}

fn prove_case(case: &Case, seed: u64) -> Proof {
    prove(&case.key, &case.circuit.r1cs, &case.witness, &mut StdRng::seed_from_u64(seed)).unwrap()
}

fn key_bytes(key: &ProvingKey, r1cs: &R1cs) -> Vec<u8> {
    let mut bytes = Vec::new();
    key.write(r1cs, &mut bytes).unwrap();
    bytes
}

fn write_case(case: &Case, folder: &Path) {
    let mut bytes = Vec::new();
    case.circuit.r1cs.write(&mut bytes).unwrap();
    fs::write(folder.join("circuit.r1cs"), &bytes).unwrap();
    bytes.clear();
    case.witness.write(&mut bytes).unwrap();
    fs::write(folder.join("witness.wtns"), &bytes).unwrap();
}

#[test]
fn snarkjs_verifies_our_proof_and_proves_with_our_key() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let case = case();
    write_case(&case, dir);
    fs::write(dir.join("circuit.zkey"), key_bytes(&case.key, &case.circuit.r1cs)).unwrap();
    let public = case.circuit.r1cs.public_values(&case.witness);
    fs::write(dir.join("public.json"), public_to_json(public)).unwrap();
    fs::write(dir.join("vk.json"), verifying_key_to_json(&case.key.vk)).unwrap();
    let proof = prove_case(&case, 2);
    let other = rerandomize(&case.key.vk, &proof, &mut StdRng::seed_from_u64(2));
    for proof in [proof, other] {
        fs::write(dir.join("proof.json"), proof_to_json(&proof)).unwrap();
        let verified = snarkjs(["groth16", "verify", "vk.json", "public.json", "proof.json"], dir);
        assert!(expect_success(&verified).contains("OK!"));
    }
    expect_success(&snarkjs(["wtns", "check", "circuit.r1cs", "witness.wtns"], dir));

    let proved =
        snarkjs(["groth16", "prove", "circuit.zkey", "witness.wtns", "proof2.json", "public2.json"], dir);
    expect_success(&proved);
    let proof = proof_from_json(&fs::read_to_string(dir.join("proof2.json")).unwrap()).unwrap();
    let signals = public_from_json(&fs::read_to_string(dir.join("public2.json")).unwrap()).unwrap();
    assert_eq!(signals, public);
    verify(&case.key.vk, &signals, &proof).unwrap();

    // The verifying key that snarkjs exports from our zkey is the one we write.
    expect_success(&snarkjs(["zkey", "export", "verificationkey", "circuit.zkey", "vk2.json"], dir));
    let json = |file: &str| -> serde_json::Value {
        serde_json::from_str(&fs::read_to_string(dir.join(file)).unwrap()).unwrap()
    };
    assert_eq!(json("vk.json"), json("vk2.json"));
}

#[test]
fn proves_with_a_key_of_snarkjs() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let case = case();
    write_case(&case, dir);
    for args in [
        &["powersoftau", "new", "bn128", "6", "0.ptau"][..],
        &["powersoftau", "contribute", "0.ptau", "1.ptau", "--name=first", "-e=entropy"],
        &["powersoftau", "prepare", "phase2", "1.ptau", "final.ptau"],
        &["groth16", "setup", "circuit.r1cs", "final.ptau", "0.zkey"],
        &["zkey", "contribute", "0.zkey", "1.zkey", "--name=second", "-e=entropy"],
        &["zkey", "export", "verificationkey", "1.zkey", "vk.json"],
    ] {
        expect_success(&snarkjs(args, dir));
    }
    let key = ProvingKey::read(&fs::read(dir.join("1.zkey")).unwrap()).unwrap();
    assert!(matches!(&key.origin, Origin::Ceremony { contributions } if contributions.len() == 1));
    let vk = verifying_key_from_json(&fs::read_to_string(dir.join("vk.json")).unwrap()).unwrap();
    assert_eq!(*vk, key.vk);
    let proof = prove(&key, &case.circuit.r1cs, &case.witness, &mut StdRng::seed_from_u64(3)).unwrap();
    let public = case.circuit.r1cs.public_values(&case.witness);
    verify(&vk, public, &proof).unwrap();
    fs::write(dir.join("proof.json"), proof_to_json(&proof)).unwrap();
    fs::write(dir.join("public.json"), public_to_json(public)).unwrap();
    let verified = snarkjs(["groth16", "verify", "vk.json", "public.json", "proof.json"], dir);
    assert!(expect_success(&verified).contains("OK!"));

    // Without a contribution gamma equals delta, and anyone can forge.
    let unsafe_key = ProvingKey::read(&fs::read(dir.join("0.zkey")).unwrap()).unwrap();
    let proof = prove(&unsafe_key, &case.circuit.r1cs, &case.witness, &mut StdRng::seed_from_u64(3)).unwrap();
    assert_eq!(verify(&unsafe_key.vk, public, &proof), Err(InvalidProof::Key(UnsafeKey::GammaIsDelta)));
}

/// The rows of circom's file have their terms in another order than ours.
#[test]
fn proves_a_circuit_of_stock_circom_with_keys_of_both() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    fs::write(dir.join("chain.circom"), CIRCUIT).unwrap();
    expect_success(&circom(["chain.circom", "--r1cs", "--wasm", "--O1"], dir));
    fs::write(dir.join("input.json"), r#"{"x": "3", "y": ["5", "7"]}"#).unwrap();
    let generator = dir.join("chain_js/generate_witness.js");
    expect_success(&node(&generator, ["chain_js/chain.wasm", "input.json", "chain.wtns"], dir));
    let r1cs = R1cs::read(&fs::read(dir.join("chain.r1cs")).unwrap()).unwrap();
    let witness = Witness::read(&fs::read(dir.join("chain.wtns")).unwrap()).unwrap();
    for args in [
        &["powersoftau", "new", "bn128", "6", "0.ptau"][..],
        &["powersoftau", "prepare", "phase2", "0.ptau", "final.ptau"],
        &["groth16", "setup", "chain.r1cs", "final.ptau", "0.zkey"],
        &["zkey", "contribute", "0.zkey", "1.zkey", "--name=first", "-e=entropy"],
        &["zkey", "beacon", "1.zkey", "2.zkey", "0102030405060708", "10", "--name=last"],
    ] {
        expect_success(&snarkjs(args, dir));
    }
    let theirs = ProvingKey::read(&fs::read(dir.join("2.zkey")).unwrap()).unwrap();
    assert!(matches!(&theirs.origin, Origin::Ceremony { contributions } if contributions.len() == 2));
    let ours = setup(&r1cs, &mut StdRng::seed_from_u64(1)).unwrap();
    assert_eq!((&ours.origin, ours.entries), (&Origin::Local, theirs.entries));
    let rewritten = key_bytes(&theirs, &r1cs);
    assert_eq!(ProvingKey::read(&rewritten).unwrap(), theirs);
    fs::write(dir.join("public.json"), public_to_json(r1cs.public_values(&witness))).unwrap();
    for key in [theirs, ours] {
        let proof = prove(&key, &r1cs, &witness, &mut StdRng::seed_from_u64(2)).unwrap();
        fs::write(dir.join("proof.json"), proof_to_json(&proof)).unwrap();
        fs::write(dir.join("vk.json"), verifying_key_to_json(&key.vk)).unwrap();
        let verified = snarkjs(["groth16", "verify", "vk.json", "public.json", "proof.json"], dir);
        assert!(expect_success(&verified).contains("OK!"));
    }
}

#[test]
fn reads_back_what_it_writes() {
    let case = case();
    let bytes = key_bytes(&case.key, &case.circuit.r1cs);
    assert_eq!(ProvingKey::read(&bytes).unwrap(), case.key);
    let proof = prove_case(&case, 4);
    assert_eq!(proof_from_json(&proof_to_json(&proof)).unwrap(), proof);
    assert_eq!(*verifying_key_from_json(&verifying_key_to_json(&case.key.vk)).unwrap(), case.key.vk);
}

#[test]
fn same_randomness_gives_the_same_key() {
    let (first, second) = (case(), case());
    assert!(key_bytes(&first.key, &first.circuit.r1cs) == key_bytes(&second.key, &second.circuit.r1cs));
}

#[test]
fn blinds_proofs() {
    let case = case();
    let public = case.circuit.r1cs.public_values(&case.witness);
    let (first, second) = (prove_case(&case, 5), prove_case(&case, 6));
    assert_ne!(first, second);
    verify(&case.key.vk, public, &first).unwrap();
    verify(&case.key.vk, public, &second).unwrap();
}

#[test]
fn refuses_every_change_of_proof_or_statement() {
    let case = case();
    let proof = prove_case(&case, 7);
    let vk = &case.key.vk;
    let public = case.circuit.r1cs.public_values(&case.witness).to_vec();
    verify(vk, &public, &proof).unwrap();
    for index in 0..public.len() {
        let mut changed = public.clone();
        changed[index] += Fr::from(1u64);
        assert_eq!(verify(vk, &changed, &proof), Err(InvalidProof::Pairing));
    }
    let expected = public.len();
    let wrong = |actual| Err(InvalidProof::PublicSignals { expected, actual });
    assert_eq!(verify(vk, &public[1..], &proof), wrong(expected - 1));
    assert_eq!(verify(vk, &[public.clone(), vec![Fr::from(0u64)]].concat(), &proof), wrong(expected + 1));

    let g1 = G1Affine::generator();
    let g2 = G2Affine::generator();
    let off_curve = G1Affine::new_unchecked(g1.x, g1.x);
    // A point of the twist outside the subgroup.
    let outside = (1u64..)
        .find_map(|x| G2Affine::get_point_from_x_unchecked(ark_bn254::Fq2::from(x), true))
        .filter(|point| !point.is_in_correct_subgroup_assuming_on_curve())
        .unwrap();
    let pairing = InvalidProof::Pairing;
    let rows = [
        (Proof { a: -proof.a, ..proof.clone() }, pairing.clone()),
        (Proof { a: proof.c, c: proof.a, ..proof.clone() }, pairing.clone()),
        (Proof { a: g1, ..proof.clone() }, pairing.clone()),
        (Proof { b: g2, ..proof.clone() }, pairing.clone()),
        (Proof { b: -proof.b, ..proof.clone() }, pairing.clone()),
        (Proof { c: G1Affine::identity(), ..proof.clone() }, pairing.clone()),
        (Proof { a: G1Affine::identity(), b: G2Affine::identity(), c: G1Affine::identity() }, pairing),
        (Proof { a: off_curve, ..proof.clone() }, InvalidProof::Point { point: "a" }),
        (Proof { c: off_curve, ..proof.clone() }, InvalidProof::Point { point: "c" }),
        (Proof { b: outside, ..proof.clone() }, InvalidProof::Point { point: "b" }),
    ];
    for (forged, expected) in rows {
        assert_eq!(verify(vk, &public, &forged), Err(expected));
    }
    // Both factors negated give the same product, and so a proof: malleable, as Groth16 is.
    verify(vk, &public, &Proof { a: -proof.a, b: -proof.b, ..proof.clone() }).unwrap();

    let other = setup(&case.circuit.r1cs, &mut StdRng::seed_from_u64(99)).unwrap();
    assert_eq!(verify(&other.vk, &public, &proof), Err(InvalidProof::Pairing));
    let degenerate = VerifyingKey { delta_g2: vk.gamma_g2, ..vk.clone() };
    assert_eq!(verify(&degenerate, &public, &proof), Err(InvalidProof::Key(UnsafeKey::GammaIsDelta)));
    let infinite = VerifyingKey { delta_g2: G2Affine::identity(), ..vk.clone() };
    assert_eq!(
        verify(&infinite, &public, &proof),
        Err(InvalidProof::Key(UnsafeKey::Point { point: "vk_delta_2" }))
    );
}

#[test]
fn refuses_an_unsatisfied_witness() {
    let case = case();
    for wire in 1..case.witness.0.len() {
        let mut forged = case.witness.clone();
        forged.0[wire] += Fr::from(1u64);
        let result = prove(&case.key, &case.circuit.r1cs, &forged, &mut StdRng::seed_from_u64(8));
        assert!(matches!(result, Err(ProveError::Unsatisfied(Unsatisfied::Row { .. }))), "wire {wire}");
    }
}

#[test]
fn refuses_a_key_of_another_circuit() {
    let case = case();
    let other =
        |text: &str| compile(Sources::from_text("other.circom", text), Options::default()).unwrap().r1cs;
    let changed = other(&CIRCUIT.replace("x + i", "x + 2 * i"));
    let longer = other(&CIRCUIT.replace("Chain(20)", "Chain(21)"));
    for system in [changed, longer] {
        let key = setup(&system, &mut StdRng::seed_from_u64(9)).unwrap();
        let result = prove(&key, &case.circuit.r1cs, &case.witness, &mut StdRng::seed_from_u64(9));
        assert!(
            matches!(result, Err(ProveError::OtherCircuit { .. } | ProveError::OtherMatrices)),
            "{result:?}"
        );
    }
}

#[test]
fn refuses_a_circuit_without_constraints() {
    let text = "pragma circom 2.1.0; template T() { signal input x; } component main = T();";
    let empty = compile(Sources::from_text("empty.circom", text), Options::default()).unwrap();
    assert_eq!(setup(&empty.r1cs, &mut StdRng::seed_from_u64(1)).unwrap_err(), SetupError::Empty);
}

#[test]
fn refuses_more_wires_than_a_proof_can_name() {
    let mut case = case();
    let wires = MAX_WIRES + 1;
    case.circuit.r1cs.wires = wires;
    let error = setup(&case.circuit.r1cs, &mut StdRng::seed_from_u64(1)).unwrap_err();
    assert_eq!(error, SetupError::Wires { wires });
}

/// What snarkjs writes for infinity is what we write and read, and nothing else is read so.
#[test]
fn infinity_in_json_is_that_of_snarkjs() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let mut case = case();
    case.key.vk.gamma_abc_g1[1] = G1Affine::identity();
    fs::write(dir.join("circuit.zkey"), key_bytes(&case.key, &case.circuit.r1cs)).unwrap();
    expect_success(&snarkjs(["zkey", "export", "verificationkey", "circuit.zkey", "vk.json"], dir));
    let text = fs::read_to_string(dir.join("vk.json")).unwrap();
    let vk: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(vk["IC"][1], serde_json::json!(["0", "1", "0"]));
    let ours: serde_json::Value = serde_json::from_str(&verifying_key_to_json(&case.key.vk)).unwrap();
    assert_eq!(vk, ours);
}

#[test]
fn damaged_keys_are_errors() {
    let case = case();
    let bytes = key_bytes(&case.key, &case.circuit.r1cs);
    for length in (0..bytes.len()).step_by(97).chain(bytes.len() - 5..bytes.len()) {
        ProvingKey::read(&bytes[..length]).unwrap_err();
    }
    // A changed bit is an error, or a key that differs; it never panics.
    for at in (0..bytes.len()).step_by(31) {
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << (at % 8);
        if let Ok(read) = ProvingKey::read(&flipped) {
            assert_ne!(read, case.key);
        }
    }
}

#[test]
fn damaged_json_is_an_error() {
    let case = case();
    let proof = proof_to_json(&prove_case(&case, 10));
    let vk = verifying_key_to_json(&case.key.vk);
    for (from, to) in
        [("groth16", "plonk"), ("bn128", "bls12381"), ("pi_a", "pi_x"), ("\"1\"", "\"2\""), ("\"1\"", "1")]
    {
        proof_from_json(&proof.replacen(from, to, 1)).unwrap_err();
    }
    let modulus = "21888242871839275222246405745257275088696311157297823662689037894645226208583";
    let parsed: serde_json::Value = serde_json::from_str(&proof).unwrap();
    let x = parsed["pi_a"][0].as_str().unwrap();
    let sum: num_bigint::BigUint =
        x.parse::<num_bigint::BigUint>().unwrap() + modulus.parse::<num_bigint::BigUint>().unwrap();
    let message = proof_from_json(&proof.replacen(x, &sum.to_string(), 1)).unwrap_err().to_string();
    assert!(message.contains("pi_a"), "{message}");
    verifying_key_from_json(&vk.replacen("\"nPublic\": 4", "\"nPublic\": 5", 1)).unwrap_err();
    for length in (0..vk.len()).step_by(53) {
        verifying_key_from_json(&vk[..length]).unwrap_err();
    }
    let order = "21888242871839275222246405745257275088548364400416034343698204186575808495617";
    for text in ["", "{}", "[1]", "[\"-1\"]", "[\"0x1\"]", &format!("[\"{order}\"]")] {
        public_from_json(text).unwrap_err();
    }
}
