//! The verifier that snarkjs exports, beside ours: the same calls, and the gas of both.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::fmt::Write as _;
use std::fs;

use ark_bn254::{Fq, Fr};
use ark_ff::{BigInteger as _, PrimeField as _};
use ark_std::rand::SeedableRng as _;
use ark_std::rand::rngs::StdRng;
use common::{Trapdoor, compile, config, initcode};
use num_bigint::BigInt;
use revm::primitives::{Address, U256};
use tensorproof_contracts::evm::{self, Evm};
use tensorproof_contracts::{SignalRange, VerifierConfig, calldata};
use tensorproof_groth16::{VerifyingKey, prove, setup};
use tensorproof_oracles::{expect_success, snarkjs};
use tensorproof_r1cs::{Matrix, R1cs, Term, Wire, Witness};

/// A circuit that any public signals satisfy: signal * 1 = signal.
fn circuit(signals: u32) -> R1cs {
    let rows = |wire: fn(u32) -> u32| {
        let mut matrix = Matrix::new();
        for signal in 1..=signals {
            matrix.push_row([Term { wire: Wire(wire(signal)), coefficient: 0 }]);
        }
        matrix
    };
    R1cs {
        wires: signals + 1,
        public_outputs: 0,
        public_inputs: signals,
        private_inputs: 0,
        labels: u64::from(signals) + 1,
        wire_labels: (0..=u64::from(signals)).collect(),
        coefficients: vec![Fr::from(1)],
        a: rows(|signal| signal),
        b: rows(|_| 0),
        c: rows(|signal| signal),
    }
}

/// Both verifiers of one key on one chain, with a valid call of both.
struct Both {
    evm: Evm,
    ours: Address,
    theirs: Address,
    code_bytes: [usize; 2],
    deployment_gas: [u64; 2],
    key: VerifyingKey,
    valid: Vec<u8>,
}

fn deploy(signals: u32) -> Both {
    let circuit = circuit(signals);
    let mut rng = StdRng::seed_from_u64(11);
    let key = setup(&circuit, &mut rng).unwrap();
    let values: Vec<_> = (0..=u64::from(signals)).map(|value| Fr::from(value + 1).pow_of_seven()).collect();
    let proof = prove(&key, &circuit, &Witness(values.clone()), &mut rng).unwrap();

    let folder = tempfile::tempdir().unwrap();
    let mut bytes = Vec::new();
    key.write(&circuit, &mut bytes).unwrap();
    fs::write(folder.path().join("circuit.zkey"), bytes).unwrap();
    let exported = ["zkey", "export", "solidityverifier", "circuit.zkey", "Verifier.sol"];
    expect_success(&snarkjs(exported, folder.path()));
    let source = fs::read_to_string(folder.path().join("Verifier.sol")).unwrap();

    let mut evm = Evm::new();
    let ours = evm.deploy_verifier(&key.vk, &config()).unwrap();
    let theirs = evm.deploy(&initcode(&compile(&source), "Groth16Verifier")).unwrap();
    Both {
        evm,
        ours: ours.verifier,
        theirs: theirs.created.unwrap(),
        code_bytes: [ours.code_bytes, theirs.output.len()],
        deployment_gas: [ours.gas_used, theirs.gas_used],
        key: key.vk,
        valid: calldata(&proof, &values[1..]),
    }
}

/// Large values, so that call data has few zero bytes, as that of real signals.
trait Large {
    fn pow_of_seven(self) -> Self;
}

impl Large for Fr {
    fn pow_of_seven(self) -> Self {
        use ark_ff::Field as _;
        if self == Fr::from(1) { self } else { self.pow([777]) }
    }
}

impl Both {
    /// What ours and theirs say of a call: true, false or a revert.
    fn verdicts(&mut self, call: &[u8]) -> [Option<bool>; 2] {
        [self.ours, self.theirs].map(|verifier| {
            let outcome = self.evm.call(verifier, call).unwrap();
            outcome.success.then(|| outcome.returns_true())
        })
    }
}

#[test]
fn agrees_with_snarkjs_on_all_but_other_encodings() {
    let base = U256::from_be_slice(&Fq::MODULUS.to_bytes_be());
    let order = U256::from_be_slice(&Fr::MODULUS.to_bytes_be());
    for signals in [1, 10] {
        let mut both = deploy(signals);
        let valid = both.valid.clone();
        assert_eq!(both.verdicts(&valid), [Some(true); 2]);

        let at = |word: usize| U256::from_be_slice(&valid[4 + 32 * word..][..32]);
        let with = |changes: &[(usize, U256)]| {
            let mut call = valid.clone();
            for &(word, value) in changes {
                call[4 + 32 * word..][..32].copy_from_slice(&value.to_be_bytes::<32>());
            }
            call
        };
        let mut refused = Vec::new();
        for word in 0..8 + signals as usize {
            refused.push(with(&[(word, at(word) + U256::ONE)]));
            refused.push(with(&[(word, U256::MAX)]));
            // A zero is never what was there.
            refused.push(with(&[(word, U256::ZERO)]));
            refused.push(with(&[(word, at(word) + if word < 8 { base } else { order })]));
        }
        refused.remove(7);
        refused.push(with(&[(1, base - at(1))]));
        refused.push(with(&[(2, at(3)), (3, at(2)), (4, at(5)), (5, at(4))]));
        refused.push(with(&[(0, U256::ZERO), (1, U256::ZERO)]));
        refused.push(with(&[(0, at(6)), (1, at(7)), (6, at(0)), (7, at(1))]));
        for call in refused {
            assert_eq!(both.verdicts(&call), [Some(false); 2], "{call:02x?}");
        }
        assert_eq!(both.verdicts(&valid[..valid.len() - 1]), [None; 2]);
        assert_eq!(both.verdicts(&[&[1, 2, 3, 4], &valid[4..]].concat()), [None; 2]);

        // It negates A as (q - y mod 2^256) mod q, and so takes 2^256 - k q + y for y: five encodings, with us one.
        for multiple in 1..=4 {
            let call = with(&[(1, at(1).wrapping_sub(base * U256::from(multiple)))]);
            assert_eq!(both.verdicts(&call), [Some(false), Some(true)], "2^256 - {multiple} q + y");
        }
        // It ignores what follows the arguments.
        assert_eq!(both.verdicts(&[&valid[..], &[0]].concat()), [None, Some(true)]);
    }
}

#[test]
fn gas_and_code_sizes() {
    let mut table =
        String::from("signals  verifier      code bytes  deployment gas  call data  transaction gas\n");
    let mut row = |signals: usize, name: &str, code: usize, deployment: u64, calldata: usize, gas: u64| {
        writeln!(table, "{signals:>7}  {name:<12}  {code:>10}  {deployment:>14}  {calldata:>9}  {gas:>15}")
            .unwrap();
    };
    for signals in [1, 10] {
        let mut both = deploy(signals);
        let valid = both.valid.clone();
        let [ours, theirs] =
            [both.ours, both.theirs].map(|verifier| both.evm.call(verifier, &valid).unwrap());
        assert!(ours.returns_true() && theirs.returns_true());
        let signals = both.key.gamma_abc_g1.len() - 1;
        row(signals, "tensorproof", both.code_bytes[0], both.deployment_gas[0], valid.len(), ours.gas_used);
        row(signals, "snarkjs", both.code_bytes[1], both.deployment_gas[1], valid.len(), theirs.gas_used);
    }
    // What 784 pixels cost: of any value, of a digit (mostly zero), and with their range checked.
    let range = SignalRange { first: 0, count: 784, lo: BigInt::from(0), hi: BigInt::from(255) };
    let ranges = VerifierConfig { ranges: vec![range], ..config() };
    for (signals, values, config) in [
        (1, "random", config()),
        (10, "random", config()),
        (100, "random", config()),
        (384, "random", config()),
        (785, "random", config()),
        (785, "digit", config()),
        (785, "digit, range", ranges),
    ] {
        let mut trapdoor = Trapdoor::new(signals, 12);
        let mut inputs = trapdoor.signals();
        if values != "random" {
            for (index, input) in (0u64..).zip(&mut inputs) {
                *input = Fr::from(if index % 5 == 0 { index % 256 } else { 0 });
            }
        }
        let proof = trapdoor.prove(&inputs);
        let report = evm::verify(&trapdoor.key(), &config, &inputs, &proof).unwrap();
        row(
            signals,
            values,
            report.code_bytes,
            report.deployment_gas,
            report.calldata_bytes,
            report.gas_used,
        );
    }
    insta::assert_snapshot!(table);
}
