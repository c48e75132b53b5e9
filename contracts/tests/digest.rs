//! The digest of many public values, on the verifier's bytecode.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use ark_ff::{BigInteger as _, PrimeField as _, Zero as _};
use common::{Trapdoor, digest_config};
use num_bigint::BigInt;
use revm::primitives::{Address, B256, U256, keccak256};
use tensorproof_contracts::evm::{self, Evm};
use tensorproof_contracts::{
    ContractsError, SignalRange, VerifierConfig, calldata, compressed_calldata, digest, dynamic_calldata,
};
use tensorproof_r1cs::Fr;

/// A verifier with a digest, a hash and values of it, and a valid call.
struct Case {
    evm: Evm,
    verifier: Address,
    trapdoor: Trapdoor,
    domain: B256,
    hash: Fr,
    values: Vec<Fr>,
}

fn case(values: usize, ranges: Vec<SignalRange>) -> Case {
    let trapdoor = Trapdoor::new(digest::SIGNALS, 21);
    let domain = digest::domain(&trapdoor.key(), "");
    let config = VerifierConfig { ranges, ..digest_config(values, domain) };
    let mut evm = Evm::new();
    let verifier = evm.deploy_verifier(&trapdoor.key(), &config).unwrap().verifier;
    let mut random = Trapdoor::new(values + 1, 22).signals();
    let hash = random.pop().unwrap();
    Case { evm, verifier, trapdoor, domain, hash, values: random }
}

impl Case {
    /// The call of a proof that the circuit gives for these values and this hash.
    fn valid(&mut self) -> Vec<u8> {
        let signals = digest::public_signals(self.domain, self.hash, &self.values);
        calldata(&self.trapdoor.prove(&signals), &digest::inputs(self.hash, &self.values))
    }

    #[track_caller]
    fn check(&mut self, what: &str, call: &[u8], expected: bool) {
        let outcome = self.evm.call(self.verifier, call).unwrap();
        assert!(outcome.success, "{what}: {}", outcome.describe());
        assert_eq!(outcome.returns_true(), expected, "{what}");
    }
}

fn word(call: &[u8], index: usize) -> U256 {
    U256::from_be_slice(&call[260 + 32 * index..][..32])
}

fn with(call: &[u8], index: usize, value: U256) -> Vec<u8> {
    let mut changed = call.to_vec();
    changed[260 + 32 * index..][..32].copy_from_slice(&value.to_be_bytes::<32>());
    changed
}

#[test]
fn refuses_a_change_of_any_value_or_of_the_hash() {
    let order = U256::from_be_slice(&Fr::MODULUS.to_bytes_be());
    for values in [1, 2, 5, 100, 785] {
        let mut case = case(values, Vec::new());
        let valid = case.valid();
        case.check("valid", &valid, true);
        for index in 0..=values {
            let honest = word(&valid, index);
            case.check("plus one", &with(&valid, index, honest + U256::ONE), false);
            if index < 12 {
                case.check("zero", &with(&valid, index, U256::ZERO), false);
                case.check("plus r", &with(&valid, index, honest + order), false);
                case.check("the largest", &with(&valid, index, U256::MAX), false);
            }
        }
        if values > 1 {
            let swapped = with(&with(&valid, 1, word(&valid, 2)), 2, word(&valid, 1));
            case.check("swapped", &swapped, false);
        }
    }
}

#[test]
fn takes_the_challenge_from_nobody() {
    // Proofs that are valid for the circuit, with a challenge or a value that the contract does not compute.
    let mut case = case(4, Vec::new());
    let [hash, value, challenge] = digest::public_signals(case.domain, case.hash, &case.values);
    let inputs = digest::inputs(case.hash, &case.values);
    let one = Fr::from(1);
    for signals in [
        [hash + one, value, challenge],
        [hash, value + one, challenge],
        [hash, value, challenge + one],
        [hash, value, Fr::zero()],
        [hash, Fr::zero(), Fr::zero()],
        [hash, challenge, value],
    ] {
        let call = calldata(&case.trapdoor.prove(&signals), &inputs);
        case.check("another signal", &call, false);
    }
    // Of the same key for another use.
    for domain in [digest::domain(&case.trapdoor.key(), "chain 1"), B256::ZERO] {
        let signals = digest::public_signals(domain, case.hash, &case.values);
        let call = calldata(&case.trapdoor.prove(&signals), &inputs);
        case.check("another domain", &call, false);
    }
}

#[test]
fn separates_keys_and_labels() {
    let (one, other) = (Trapdoor::new(3, 1).key(), Trapdoor::new(3, 2).key());
    let domains = [digest::domain(&one, ""), digest::domain(&one, "x"), digest::domain(&other, "")];
    assert!(domains[0] != domains[1] && domains[0] != domains[2] && domains[1] != domains[2]);
}

#[test]
fn challenge_is_the_hash_of_domain_hash_and_values() {
    let mut bytes = vec![7; 32];
    for value in [5u8, 6, 7] {
        bytes.extend([0; 31]);
        bytes.push(value);
    }
    let domain = B256::repeat_byte(7);
    let values = [Fr::from(6), Fr::from(7)];
    let challenge = digest::challenge(domain, Fr::from(5), &values);
    assert_eq!(challenge, Fr::from_be_bytes_mod_order(keccak256(bytes).as_slice()));
    let expected = values[0] * challenge + values[1] * challenge * challenge;
    assert_eq!(digest::public_signals(domain, Fr::from(5), &values), [Fr::from(5), expected, challenge]);
}

#[test]
fn names_what_is_wrong_and_checks_ranges() {
    let range = SignalRange { first: 1, count: 2, lo: BigInt::from(-5), hi: BigInt::from(5) };
    let mut case = case(4, vec![range]);
    case.values = [1_000, -5, 5, 1_000].map(Fr::from).to_vec();
    let valid = case.valid();
    case.check("valid", &valid, true);
    for (index, value, error) in [
        (1, -6, "PublicSignalOutOfRange(2)"),
        (2, 6, "PublicSignalOutOfRange(3)"),
        (2, 4, "InvalidProof()"),
        (0, 4, "InvalidProof()"),
    ] {
        let mut values = case.values.clone();
        values[index] = Fr::from(value);
        let signals = digest::public_signals(case.domain, case.hash, &case.values);
        let proof = case.trapdoor.prove(&signals);
        let call = dynamic_calldata("requireProof", &proof, &digest::inputs(case.hash, &values));
        let outcome = case.evm.call(case.verifier, &call).unwrap();
        assert_eq!(outcome.describe(), error);
    }
    for index in [0, 1, 4] {
        let mut call = valid.clone();
        call[260 + 32 * index..][..32].fill(0xff);
        let mut dynamic = dynamic_calldata("requireProof", &case.trapdoor.prove(&[Fr::zero(); 3]), &[]);
        let length = dynamic.len();
        dynamic[length - 1] = 5;
        dynamic.extend(&call[260..]);
        let outcome = case.evm.call(case.verifier, &dynamic).unwrap();
        assert_eq!(outcome.describe(), format!("PublicSignalNotInField({index})"));
    }
}

#[test]
fn takes_compressed_proofs_and_reports_gas() {
    let mut case = case(784, Vec::new());
    let signals = digest::public_signals(case.domain, case.hash, &case.values);
    let proof = case.trapdoor.prove(&signals);
    let inputs = digest::inputs(case.hash, &case.values);
    case.check("compressed", &compressed_calldata(&proof, &inputs).unwrap(), true);
    let config = digest_config(784, case.domain);
    let report = evm::verify(&case.trapdoor.key(), &config, &inputs, &proof).unwrap();
    assert_eq!(report.data_contracts, 0);
    assert!(report.gas_used < 1_100_000, "{report:?}");
}

#[test]
fn refuses_keys_without_a_digest() {
    let domain = B256::repeat_byte(1);
    let refuse = |signals: usize, values: usize| {
        let mut trapdoor = Trapdoor::new(signals, 5);
        let (key, inputs) = (trapdoor.key(), trapdoor.signals());
        let proof = trapdoor.prove(&inputs);
        evm::verify(&key, &digest_config(values, domain), &inputs, &proof).unwrap_err().to_string()
    };
    assert_eq!(refuse(4, 9), "a digest of 9 values needs a verifying key with 3 public signals, found 4");
    assert!(refuse(3, 0).contains("no public signals"));
    assert!(refuse(3, 1 << 21).contains("expected at most"));
    assert_eq!(refuse(3, 9), "3 public signals, expected 10");
}

#[test]
fn names_the_gas_when_a_verification_is_over_the_cap() {
    let case = case(40_000, Vec::new());
    let mut trapdoor = case.trapdoor;
    let signals = digest::public_signals(case.domain, case.hash, &case.values);
    let proof = trapdoor.prove(&signals);
    let inputs = digest::inputs(case.hash, &case.values);
    let error =
        evm::verify(&trapdoor.key(), &digest_config(40_000, case.domain), &inputs, &proof).unwrap_err();
    assert!(matches!(error, ContractsError::GasCap { gas, .. } if gas > 20_000_000), "{error}");
}
