//! What the verifier's bytecode accepts and refuses, on the embedded EVM.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use ark_bn254::{Fq, Fr, G2Affine};
use ark_ff::{BigInteger as _, PrimeField, Zero as _};
use common::{Trapdoor, config, g1, g2};
use num_bigint::BigInt;
use revm::primitives::{Address, U256, keccak256};
use tensorproof_contracts::evm::{self, Evm, Outcome};
use tensorproof_contracts::{
    ContractsError, DataContract, SignalRange, VerifierConfig, batch_calldata, calldata, compressed_calldata,
    creation_code, data_contracts,
};
use tensorproof_groth16::Proof;

const DYNAMIC: &str = "(uint256[2],uint256[2][2],uint256[2],uint256[])";
const PROOF: std::ops::Range<usize> = 4..260;

fn modulus<F: PrimeField>() -> U256 {
    U256::from_be_slice(&F::MODULUS.to_bytes_be())
}

fn selector(signature: &str) -> [u8; 4] {
    keccak256(signature)[..4].try_into().unwrap()
}

/// Turns a call of the form with n signals into a call of `name` with an array of any length.
fn dynamic(name: &str, fixed: &[u8]) -> Vec<u8> {
    let signals = &fixed[PROOF.end..];
    let mut bytes = selector(&format!("{name}{DYNAMIC}")).to_vec();
    bytes.extend(&fixed[PROOF]);
    bytes.extend(U256::from(0x120).to_be_bytes::<32>());
    bytes.extend(U256::from(signals.len() / 32).to_be_bytes::<32>());
    bytes.extend(signals);
    bytes
}

fn read(bytes: &[u8], word: usize) -> U256 {
    U256::from_be_slice(&bytes[4 + 32 * word..][..32])
}

fn write(bytes: &mut [u8], word: usize, value: U256) {
    bytes[4 + 32 * word..][..32].copy_from_slice(&value.to_be_bytes::<32>());
}

/// A verifier on chain, with a valid call of it.
struct Case {
    evm: Evm,
    verifier: Address,
    valid: Vec<u8>,
    trapdoor: Trapdoor,
    signals: Vec<Fr>,
}

fn case(signals: usize, config: &VerifierConfig) -> Case {
    let mut trapdoor = Trapdoor::new(signals, 7);
    let mut evm = Evm::new();
    let verifier = evm.deploy_verifier(&trapdoor.key(), config).unwrap().verifier;
    let signals = trapdoor.signals();
    let valid = calldata(&trapdoor.prove(&signals), &signals);
    Case { evm, verifier, valid, trapdoor, signals }
}

impl Case {
    fn call(&mut self, bytes: &[u8]) -> Outcome {
        self.evm.call(self.verifier, bytes).unwrap()
    }

    /// All three entries agree: true, or false and the named error.
    #[track_caller]
    fn check(&mut self, what: &str, fixed: &[u8], error: Option<&str>) {
        for bytes in [fixed.to_vec(), dynamic("verifyProof", fixed)] {
            let outcome = self.call(&bytes);
            assert!(outcome.success, "{what}: {}", outcome.describe());
            assert_eq!(outcome.output, U256::from(u8::from(error.is_none())).to_be_bytes::<32>(), "{what}");
        }
        let outcome = self.call(&dynamic("requireProof", fixed));
        assert_eq!(outcome.success, error.is_none(), "{what}");
        match error {
            Some(error) => assert_eq!(outcome.describe(), error, "{what}"),
            None => assert!(outcome.output.is_empty()),
        }
    }

    /// The call reverts with an error.
    #[track_caller]
    fn check_malformed(&mut self, bytes: &[u8], error: &str) {
        let outcome = self.call(bytes);
        assert!(!outcome.success);
        assert_eq!(outcome.describe(), error);
    }
}

#[test]
fn accepts_valid_proofs_and_refuses_changed_signals() {
    let (one, order) = (U256::ONE, modulus::<Fr>());
    for signals in [1, 2, 3, 4, 10, 386, 387, 769, 770, 785] {
        let mut case = case(signals, &config());
        let valid = case.valid.clone();
        case.check("valid", &valid, None);

        // The ends of the data contracts. Other signals are zero, for speed.
        let chosen = [0, 1, 2, 3, signals / 2, 385, 386, 768, 769, signals - 1];
        let mut inputs = case.signals.clone();
        for (index, input) in inputs.iter_mut().enumerate() {
            if !chosen.contains(&index) {
                *input = Fr::zero();
            }
        }
        let valid = calldata(&case.trapdoor.prove(&inputs), &inputs);
        case.check("valid", &valid, None);
        for index in chosen {
            if index >= signals {
                continue;
            }
            let mut refuse = |value: U256, error: &str| {
                let mut changed = valid.clone();
                write(&mut changed, 8 + index, value);
                case.check(&format!("signal {index} of {signals} is {value}"), &changed, Some(error));
            };
            let signal = read(&valid, 8 + index);
            let not_in_field = format!("PublicSignalNotInField({index})");
            refuse(signal + one, "InvalidProof()");
            refuse(signal - one, "InvalidProof()");
            refuse(U256::ZERO, "InvalidProof()");
            refuse(signal + order, &not_in_field);
            refuse(order, &not_in_field);
            refuse(U256::MAX, &not_in_field);
        }
    }
}

/// Creates a contract with this code.
fn with_code(evm: &mut Evm, code: Vec<u8>) -> Address {
    evm.deploy(&DataContract { code }.initcode()).unwrap().created.unwrap()
}

/// Without the points in a data contract, a proof for zeros would prove every value of their signals.
#[test]
fn reverts_unless_each_data_contract_holds_its_points() {
    for signals in [4, 10, 386, 387, 1535] {
        let mut trapdoor = Trapdoor::new(signals, 7);
        let key = trapdoor.key();
        let mut evm = Evm::new();
        let contracts = data_contracts(&key).unwrap();
        let addresses: Vec<_> =
            contracts.iter().map(|contract| with_code(&mut evm, contract.code.clone())).collect();
        for (index, contract) in contracts.iter().enumerate() {
            let code = &contract.code;
            let mut other_point = code.clone();
            other_point[1..65].copy_from_slice(&code.iter().rev().copied().take(64).collect::<Vec<_>>());
            let mut codes = vec![
                ("none", Vec::new()),
                ("STOP alone", vec![0]),
                ("a byte less", code[..code.len() - 1].to_vec()),
                ("a point less", code[..code.len() - 64].to_vec()),
                ("zeros", vec![0; code.len()]),
                ("another point", other_point),
            ];
            if code.len() + 64 <= 24_576 {
                codes.push(("a point more", [code.as_slice(), &[0; 64]].concat()));
            }
            let mut wrong: Vec<_> =
                codes.into_iter().map(|(what, code)| (what, with_code(&mut evm, code))).collect();
            wrong.extend([
                ("no account", Address::repeat_byte(7)),
                ("the zero address", Address::ZERO),
                ("a precompile", Address::with_last_byte(4)),
                ("the next one", addresses[(index + 1) % addresses.len()]),
            ]);
            for (what, address) in wrong {
                if address == addresses[index] {
                    continue;
                }
                let mut chosen = addresses.clone();
                chosen[index] = address;
                let code = creation_code(&key, &config(), &chosen).unwrap();
                let verifier = evm.deploy(&code).unwrap().created.unwrap();

                // Proved for zeros from the contract's first signal on, and claimed for others.
                let mut proved = vec![Fr::zero(); signals];
                proved[..3].copy_from_slice(&[5, 6, 7].map(Fr::from));
                let proof = trapdoor.prove(&proved);
                let mut claimed = proved.clone();
                claimed[3 + 383 * index] = Fr::from(8);
                let fixed = calldata(&proof, &claimed);
                for bytes in [
                    fixed.clone(),
                    dynamic("verifyProof", &fixed),
                    dynamic("requireProof", &fixed),
                    compressed_calldata(&proof, &claimed).unwrap(),
                    batch_calldata(&[(&proof, &claimed)]),
                    calldata(&proof, &proved),
                ] {
                    let outcome = evm.call(verifier, &bytes).unwrap();
                    let what = format!("{what} for data contract {index} of {signals} signals");
                    assert!(!outcome.success, "{what}: {}", outcome.describe());
                    assert_eq!(outcome.describe(), format!("WrongDataContract({index})"), "{what}");
                }
            }
        }
    }
}

#[test]
fn every_signal_counts() {
    let mut case = case(785, &config());
    let inputs = vec![Fr::zero(); 785];
    let valid = calldata(&case.trapdoor.prove(&inputs), &inputs);
    case.check("valid", &valid, None);
    for index in 0..785 {
        let mut changed = valid.clone();
        write(&mut changed, 8 + index, U256::ONE);
        let outcome = case.call(&changed);
        assert_eq!(outcome.output, [0; 32], "signal {index}");
    }
}

#[test]
fn accepts_zero_and_largest_signals() {
    for signals in [1, 2, 10] {
        let mut case = case(signals, &config());
        for value in [Fr::zero(), Fr::from(1), -Fr::from(1)] {
            let inputs = vec![value; signals];
            let proof = case.trapdoor.prove(&inputs);
            case.check("valid", &calldata(&proof, &inputs), None);
        }
    }
}

#[test]
fn refuses_changed_proofs() {
    let base = modulus::<Fq>();
    for signals in [1, 10] {
        let mut case = case(signals, &config());
        let valid = case.valid.clone();
        let mut refuse = |what: &str, changes: &[(usize, U256)]| {
            let mut changed = valid.clone();
            for &(word, value) in changes {
                write(&mut changed, word, value);
            }
            case.check(what, &changed, Some("InvalidProof()"));
        };
        let at = |word| read(&valid, word);
        for word in 0..8 {
            refuse("a coordinate plus one", &[(word, at(word) + U256::ONE)]);
            refuse("a coordinate plus q", &[(word, at(word) + base)]);
            refuse("a coordinate of q", &[(word, base)]);
            refuse("a coordinate of zero", &[(word, U256::ZERO)]);
            refuse("the largest coordinate", &[(word, U256::MAX)]);
        }
        // Encodings that a contract which negates A modulo 2^256 or q accepts.
        for multiple in (1..=4).map(|multiple| base * U256::from(multiple)) {
            refuse("A.y plus a multiple of q", &[(1, at(1) + multiple)]);
            refuse("A.y minus a multiple of q", &[(1, at(1).wrapping_sub(multiple))]);
        }
        refuse("A negated", &[(1, base - at(1))]);
        refuse("B negated", &[(4, base - at(4)), (5, base - at(5))]);
        refuse("C negated", &[(7, base - at(7))]);
        refuse("A at infinity", &[(0, U256::ZERO), (1, U256::ZERO)]);
        refuse("B at infinity", &[2, 3, 4, 5].map(|word| (word, U256::ZERO)));
        refuse("C at infinity", &[(6, U256::ZERO), (7, U256::ZERO)]);
        refuse("all at infinity", &[0, 1, 2, 3, 4, 5, 6, 7].map(|word| (word, U256::ZERO)));
        refuse("A and C swapped", &[(0, at(6)), (1, at(7)), (6, at(0)), (7, at(1))]);
        refuse("x and y of A swapped", &[(0, at(1)), (1, at(0))]);
        refuse("limbs of B swapped", &[(2, at(3)), (3, at(2)), (4, at(5)), (5, at(4))]);
        refuse("limbs of B.x swapped", &[(2, at(3)), (3, at(2))]);
        refuse("coordinates of B swapped", &[(2, at(4)), (3, at(5)), (4, at(2)), (5, at(3))]);
    }
}

#[test]
fn refuses_points_outside_the_groups() {
    let mut case = case(1, &config());
    let signals = case.signals.clone();
    let proof = case.trapdoor.prove(&signals);
    // The curve of G2 has a cofactor: most of its points are outside the subgroup.
    let outside = (1u64..)
        .find_map(|x| G2Affine::get_point_from_x_unchecked(x.into(), true))
        .filter(|point| !point.is_in_correct_subgroup_assuming_on_curve())
        .unwrap();
    for (what, proof) in [
        ("B outside the subgroup", Proof { b: outside, ..proof.clone() }),
        ("another A", Proof { a: g1(Fr::from(5)), ..proof.clone() }),
        ("another B", Proof { b: g2(Fr::from(5)), ..proof.clone() }),
        ("another C", Proof { c: g1(Fr::from(5)), ..proof.clone() }),
        ("alpha, beta", Proof { a: g1(case.trapdoor.alpha), b: g2(case.trapdoor.beta), ..proof }),
    ] {
        case.check(what, &calldata(&proof, &signals), Some("InvalidProof()"));
    }
}

#[test]
fn refuses_the_proof_of_another_key() {
    let mut case = case(10, &config());
    let signals = case.signals.clone();
    let mut other = Trapdoor::new(10, 8);
    let bytes = calldata(&other.prove(&signals), &signals);
    case.check("another key", &bytes, Some("InvalidProof()"));

    let key = case.trapdoor.key();
    let refused = evm::verify(&key, &config(), &signals, &other.prove(&signals)).unwrap_err();
    assert_eq!(refused.to_string(), "the verifier contract refused the proof: InvalidProof()");
}

#[test]
fn accepts_another_form_of_the_same_proof() {
    // Groth16 proofs are malleable by anyone: (-A, -B, C) is as valid as (A, B, C), which nothing may rest on.
    let mut case = case(2, &config());
    let signals = case.signals.clone();
    let Proof { a, b, c } = case.trapdoor.prove(&signals);
    case.check("both negated", &calldata(&Proof { a: -a, b: -b, c }, &signals), None);
}

#[test]
fn reverts_on_malformed_calls() {
    for signals in [1, 10, 785] {
        let mut case = case(signals, &config());
        let valid = case.valid.clone();
        let (fixed_length, dynamic_length) = (valid.len(), valid.len() + 64);

        let lengths = [4, 5, 260, fixed_length - 32, fixed_length - 1, fixed_length + 1, fixed_length + 32];
        for length in lengths {
            let mut bytes = valid.clone();
            bytes.resize(length, 0);
            case.check_malformed(&bytes, &format!("WrongCalldataLength({fixed_length}, {length})"));
        }
        for name in ["verifyProof", "requireProof"] {
            let whole = dynamic(name, &valid);
            for extra in [1, 32] {
                let mut bytes = whole.clone();
                bytes.resize(dynamic_length + extra, 0);
                let length = bytes.len();
                case.check_malformed(&bytes, &format!("WrongCalldataLength({dynamic_length}, {length})"));
            }
            for length in [4, 260, 292, dynamic_length - 1] {
                // Solidity's decoder reverts without an error when an argument is cut off.
                case.check_malformed(&whole[..length], "0x");
            }
            for count in [0, signals - 1] {
                let bytes = dynamic(name, &valid[..PROOF.end + 32 * count]);
                case.check_malformed(&bytes, &format!("WrongNumberOfPublicSignals({signals}, {count})"));
            }
            let longer = [&valid[..], &[0; 32]].concat();
            let count = signals + 1;
            case.check_malformed(
                &dynamic(name, &longer),
                &format!("WrongNumberOfPublicSignals({signals}, {count})"),
            );
            // The array elsewhere than behind its length: the decoder allows it only inside the call data.
            let mut bytes = whole.clone();
            write(&mut bytes, 8, U256::from(0x140));
            assert!(!case.call(&bytes).success);
            write(&mut bytes, 8, U256::MAX);
            assert!(!case.call(&bytes).success);
        }

        let mut bytes = valid.clone();
        bytes[..4].copy_from_slice(&selector(&format!(
            "verifyProof(uint256[2],uint256[2][2],uint256[2],uint256[{}])",
            signals + 1
        )));
        let unknown = format!("UnknownFunction(0x{})", revm::primitives::hex::encode(&bytes[..4]));
        case.check_malformed(&bytes, &unknown);
        case.check_malformed(&[], "UnknownFunction(0x00000000)");
        case.check_malformed(
            &valid[..3],
            &format!("UnknownFunction(0x{}00)", revm::primitives::hex::encode(&valid[..3])),
        );
    }
}

#[test]
fn no_number_of_signals_has_the_selector_of_another_function() {
    let others = [
        format!("verifyProof{DYNAMIC}"),
        format!("requireProof{DYNAMIC}"),
        "verifyCompressed(uint256[4],uint256[])".into(),
        "verifyBatch(uint256[8][],uint256[])".into(),
    ]
    .map(|signature| selector(&signature));
    for signals in 1..=20_000 {
        let fixed = selector(&format!("verifyProof(uint256[2],uint256[2][2],uint256[2],uint256[{signals}])"));
        assert!(!others.contains(&fixed), "{signals}");
    }
}

#[test]
fn enforces_declared_ranges() {
    let range = |first, count, lo: i64, hi: i64| SignalRange {
        first,
        count,
        lo: BigInt::from(lo),
        hi: BigInt::from(hi),
    };
    let order = BigInt::from_bytes_be(num_bigint::Sign::Plus, &Fr::MODULUS.to_bytes_be());
    let ranges = vec![
        range(0, 2, -128, 127),
        range(2, 1, 0, 0),
        range(4, 5, 5, 1000),
        SignalRange { first: 9, count: 1, lo: BigInt::from(-1), hi: &order - 3 },
    ];
    let config = VerifierConfig { ranges, ..config() };
    let mut case = case(10, &config);
    let inside: [i64; 10] = [-128, 127, 0, 12345, 5, 6, 7, 8, 1000, -1];
    for (index, value, allowed) in [
        (0, -128, true),
        (0, -129, false),
        (0, 127, true),
        (0, 128, false),
        (1, 0, true),
        (1, -1, true),
        (1, 128, false),
        (2, 1, false),
        (2, -1, false),
        (3, -1_000_000, true),
        (4, 4, false),
        (4, -5, false),
        (8, 1001, false),
        (9, -2, false),
        (9, -3, true),
        (9, 0, true),
    ] {
        let mut signals = inside.map(Fr::from);
        signals[index] = Fr::from(value);
        // The proof is valid: only the range can refuse it.
        let bytes = calldata(&case.trapdoor.prove(&signals), &signals);
        let error = format!("PublicSignalOutOfRange({index})");
        case.check(&format!("signal {index} is {value}"), &bytes, (!allowed).then_some(error.as_str()));

        let mut shifted = bytes.clone();
        write(&mut shifted, 8 + index, read(&bytes, 8 + index) + modulus::<Fr>());
        let expected = if allowed { format!("PublicSignalNotInField({index})") } else { error };
        case.check("plus r", &shifted, Some(&expected));
    }
}

#[test]
fn reports_what_a_verification_takes() {
    let mut trapdoor = Trapdoor::new(10, 9);
    let (key, signals) = (trapdoor.key(), trapdoor.signals());
    let proof = trapdoor.prove(&signals);
    let report = evm::verify(&key, &config(), &signals, &proof).unwrap();
    assert_eq!(report.calldata_bytes, 4 + 256 + 320);
    assert_eq!(report.data_contracts, 1);
    assert!(report.code_bytes < 6200, "{report:?}");
    assert!(report.execution_gas + 21_000 < report.gas_used);

    let wrong = evm::verify(&key, &config(), &signals[1..], &proof).unwrap_err();
    assert!(matches!(wrong, ContractsError::PublicSignals { expected: 10, actual: 9 }));
}

#[test]
fn takes_as_many_signals_as_data_contracts_hold() {
    let mut trapdoor = Trapdoor::new(1535, 10);
    let (key, mut signals) = (trapdoor.key(), trapdoor.signals());
    signals[800..1500].fill(Fr::zero());
    let proof = trapdoor.prove(&signals);
    let report = evm::verify(&key, &config(), &signals, &proof).unwrap();
    assert_eq!(report.data_contracts, 4);
}
