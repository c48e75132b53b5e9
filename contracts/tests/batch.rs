//! Batches and compressed proofs, on the verifier's bytecode.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use ark_bn254::{Fq, G1Affine, G2Affine};
use ark_ec::AffineRepr as _;
use ark_ff::{BigInteger as _, PrimeField as _};
use common::{Trapdoor, config, digest_config, g1};
use num_bigint::BigInt;
use revm::primitives::{Address, U256};
use tensorproof_contracts::evm::Evm;
use tensorproof_contracts::{SignalRange, VerifierConfig, batch_calldata, compressed_calldata, digest};
use tensorproof_groth16::Proof;
use tensorproof_r1cs::Fr;

/// Proofs of one key, and its verifier.
struct Case {
    evm: Evm,
    verifier: Address,
    trapdoor: Trapdoor,
    statements: Vec<(Proof, Vec<Fr>)>,
}

fn case(signals: usize, proofs: usize, config: &VerifierConfig) -> Case {
    let mut trapdoor = Trapdoor::new(signals, 31);
    let mut evm = Evm::new();
    let verifier = evm.deploy_verifier(&trapdoor.key(), config).unwrap().verifier;
    let statements = (0..proofs)
        .map(|_| {
            let signals = trapdoor.signals();
            (trapdoor.prove(&signals), signals)
        })
        .collect();
    Case { evm, verifier, trapdoor, statements }
}

impl Case {
    fn call(&self) -> Vec<u8> {
        let statements: Vec<_> =
            self.statements.iter().map(|(proof, signals)| (proof, signals.as_slice())).collect();
        batch_calldata(&statements)
    }

    #[track_caller]
    fn check(&mut self, what: &str, call: &[u8], expected: bool) {
        let outcome = self.evm.call(self.verifier, call).unwrap();
        assert!(outcome.success, "{what}: {}", outcome.describe());
        assert_eq!(outcome.returns_true(), expected, "{what}");
    }

    #[track_caller]
    fn check_malformed(&mut self, call: &[u8], error: &str) {
        let outcome = self.evm.call(self.verifier, call).unwrap();
        assert!(!outcome.success);
        assert_eq!(outcome.describe(), error);
    }

    /// The words of the compressed proof, changed.
    fn compressed(&self, change: impl Fn(&mut [U256; 4])) -> Vec<u8> {
        let (proof, signals) = &self.statements[0];
        let mut call = compressed_calldata(proof, signals).unwrap();
        let mut words = [0, 1, 2, 3].map(|index| U256::from_be_slice(&call[4 + 32 * index..][..32]));
        change(&mut words);
        for (index, word) in words.iter().enumerate() {
            call[4 + 32 * index..][..32].copy_from_slice(&word.to_be_bytes::<32>());
        }
        call
    }
}

fn changed(call: &[u8], word: usize, change: impl Fn(U256) -> U256) -> Vec<u8> {
    let mut call = call.to_vec();
    let bytes = &mut call[4 + 32 * word..][..32];
    let value = change(U256::from_be_slice(bytes));
    bytes.copy_from_slice(&value.to_be_bytes::<32>());
    call
}

#[test]
fn accepts_batches_and_refuses_any_changed_word() {
    let order = U256::from_be_slice(&Fr::MODULUS.to_bytes_be());
    for (signals, proofs) in [(1, 1), (1, 2), (2, 3), (3, 16), (5, 3), (390, 2)] {
        let mut case = case(signals, proofs, &config());
        let call = case.call();
        case.check("valid", &call, true);
        for word in 3..3 + 8 * proofs {
            case.check("a coordinate plus one", &changed(&call, word, |value| value + U256::ONE), false);
        }
        let first = 4 + 8 * proofs;
        for word in (first..first + signals * proofs).filter(|word| word % 97 < 8) {
            case.check("a signal plus one", &changed(&call, word, |value| value + U256::ONE), false);
            case.check("a signal plus r", &changed(&call, word, |value| value + order), false);
        }
    }
}

#[test]
fn refuses_errors_that_would_cancel_without_weights() {
    let mut case = case(2, 3, &config());
    let honest = case.statements.clone();
    let delta = g1(Fr::from(77));
    // C of one proof moves by a point, that of another by its opposite.
    for (one, other) in [(0, 1), (1, 2), (0, 2)] {
        case.statements[one].0.c = (honest[one].0.c + delta).into();
        case.statements[other].0.c = (honest[other].0.c - delta).into();
        let call = case.call();
        case.check("opposite errors", &call, false);
        case.statements.clone_from(&honest);
    }
    // The signals of two statements are exchanged, so that their sum is as before.
    let (one, other) = (honest[0].1.clone(), honest[1].1.clone());
    case.statements[0].1 = other;
    case.statements[1].1 = one;
    let call = case.call();
    case.check("exchanged signals", &call, false);
    case.statements.clone_from(&honest);
    let infinity = Proof { a: G1Affine::zero(), b: G2Affine::zero(), c: G1Affine::zero() };
    for index in 0..3 {
        case.statements[index].0 = infinity.clone();
        let call = case.call();
        case.check("points at infinity", &call, false);
        case.statements.clone_from(&honest);
    }
    case.statements[1] = case.statements[0].clone();
    let call = case.call();
    case.check("the same proof twice", &call, true);
    case.statements[2].0 = Trapdoor::new(2, 99).prove(&honest[2].1);
    let call = case.call();
    case.check("the proof of another key", &call, false);
}

#[test]
fn checks_ranges_and_digests_of_batches() {
    let range = SignalRange { first: 0, count: 1, lo: BigInt::from(0), hi: BigInt::from(9) };
    let mut ranged = case(2, 2, &VerifierConfig { ranges: vec![range], ..config() });
    for (value, expected) in [(9, true), (10, false)] {
        for (proof, signals) in &mut ranged.statements {
            signals[0] = Fr::from(value);
            *proof = ranged.trapdoor.prove(signals);
        }
        let call = ranged.call();
        ranged.check("range", &call, expected);
    }

    let domain = digest::domain(&Trapdoor::new(3, 31).key(), "");
    let mut case = case(3, 0, &digest_config(20, domain));
    for seed in 0..3 {
        let values = Trapdoor::new(20, seed).signals();
        let hash = Fr::from(seed);
        let proof = case.trapdoor.prove(&digest::public_signals(domain, hash, &values));
        case.statements.push((proof, digest::inputs(hash, &values)));
    }
    let call = case.call();
    case.check("digests", &call, true);
    for word in 4 + 24..4 + 24 + 63 {
        case.check("a value plus one", &changed(&call, word, |value| value + U256::ONE), false);
    }
}

#[test]
fn reverts_on_malformed_batches() {
    let mut case = case(2, 2, &config());
    let call = case.call();
    let length = call.len();
    case.check_malformed(&batch_calldata(&[]), "EmptyBatch()");
    let (proof, signals) = case.statements[0].clone();
    let short = batch_calldata(&[(&proof, &signals), (&proof, &signals[1..])]);
    case.check_malformed(&short, "WrongNumberOfPublicSignals(4, 3)");
    case.check_malformed(
        &[&call[..], &[0]].concat(),
        &format!("WrongCalldataLength({length}, {})", length + 1),
    );
    case.check_malformed(&call[..length - 1], "0x");
    case.check_malformed(&changed(&call, 0, |_| U256::MAX), "0x");
    case.check_malformed(&changed(&call, 2, |_| U256::MAX), "0x");
    case.check_malformed(&changed(&call, 2, |_| U256::from(1) << 251), "0x");
}

#[test]
fn accepts_compressed_proofs_in_one_encoding() {
    let base = U256::from_be_slice(&Fq::MODULUS.to_bytes_be());
    let flag = |bit: usize| U256::ONE << bit;
    let mut case = case(2, 12, &config());
    let mut minus = 0;
    for _ in 0..12 {
        let call = case.compressed(|words| {
            words[1] &= flag(254);
        });
        minus += usize::from(call[36] != 0);
        let call = case.compressed(|_| {});
        case.check("valid", &call, true);
        for word in 0..4 {
            for (what, bit) in [("bit 255", 255), ("bit 254", 254), ("the lowest bit", 0)] {
                let call = case.compressed(|words| words[word] ^= flag(bit));
                case.check(what, &call, false);
            }
            let call = case.compressed(|words| words[word] += base);
            case.check("plus q", &call, false);
            let call = case.compressed(|words| words[word] = U256::ZERO);
            case.check("zero", &call, false);
            let call = case.compressed(|words| words[word] = U256::MAX);
            case.check("the largest", &call, false);
        }
        let call = case.compressed(|words| words.swap(1, 2));
        case.check("limbs swapped", &call, false);
        let call = case.compressed(|words| words.swap(0, 3));
        case.check("A and C swapped", &call, false);
        case.statements.rotate_left(1);
    }
    assert!((1..12).contains(&minus), "both roots of norms occur");
    let infinity = Proof { a: G1Affine::zero(), ..case.statements[0].0.clone() };
    assert!(compressed_calldata(&infinity, &[]).is_err());
    let call = case.compressed(|_| {});
    let length = call.len();
    case.check_malformed(
        &[&call[..], &[0]].concat(),
        &format!("WrongCalldataLength({length}, {})", length + 1),
    );
    case.check_malformed(&call[..100], "0x");
    let (proof, signals) = case.statements[0].clone();
    let short = compressed_calldata(&proof, &signals[1..]).unwrap();
    case.check_malformed(&short, "WrongNumberOfPublicSignals(2, 1)");
}
