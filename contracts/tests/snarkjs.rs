//! The verifier that snarkjs exports, beside ours: the same calls, and the gas of both.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use ark_bn254::{Fq, Fr, G1Affine, G2Affine};
use ark_ff::{BigInteger as _, PrimeField as _};
use ark_std::rand::SeedableRng as _;
use ark_std::rand::rngs::StdRng;
use common::{Trapdoor, compile, config, digest_config, initcode};
use num_bigint::BigInt;
use revm::primitives::{Address, U256};
use tensorproof_contracts::evm::Evm;
use tensorproof_contracts::{
    SignalRange, VerifierConfig, batch_calldata, calldata, compressed_calldata, digest,
};
use tensorproof_groth16::{Proof, VerifyingKey, prove, setup};
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
    valid: Vec<u8>,
    signals: Vec<Fr>,
    proof: Proof,
    /// A proof of the same signals by another key.
    other: Proof,
    key: VerifyingKey,
}

fn deploy(signals: u32) -> Both {
    let circuit = circuit(signals);
    let mut rng = StdRng::seed_from_u64(11);
    let key = setup(&circuit, &mut rng).unwrap();
    let values: Vec<_> = (0..=u64::from(signals)).map(|value| Fr::from(value + 1).pow_of_seven()).collect();
    let witness = Witness(values.clone());
    let proof = prove(&key, &circuit, &witness, &mut rng).unwrap();
    let other = prove(&setup(&circuit, &mut rng).unwrap(), &circuit, &witness, &mut rng).unwrap();

    let folder = tempfile::tempdir().unwrap();
    let mut bytes = Vec::new();
    key.write(&circuit, &mut bytes).unwrap();
    fs::write(folder.path().join("circuit.zkey"), bytes).unwrap();
    let exported = ["zkey", "export", "solidityverifier", "circuit.zkey", "Verifier.sol"];
    expect_success(&snarkjs(exported, folder.path()));
    let source = fs::read_to_string(folder.path().join("Verifier.sol")).unwrap();

    let mut evm = Evm::without_code_limit();
    let ours = evm.deploy_verifier(&key.vk, &config()).unwrap();
    let theirs = evm.deploy(&initcode(&compile(&source), "Groth16Verifier")).unwrap();
    Both {
        evm,
        ours: ours.verifier,
        theirs: theirs.created.unwrap(),
        code_bytes: [ours.code_bytes, theirs.output.len()],
        deployment_gas: [ours.gas_used, theirs.gas_used],
        valid: calldata(&proof, &values[1..]),
        signals: values[1..].to_vec(),
        proof,
        other,
        key: key.vk,
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
        // Points that are none, of the wrong group, or not those of the proof.
        let Proof { a, b, c } = both.proof.clone();
        let outside = (1u64..)
            .find_map(|x| G2Affine::get_point_from_x_unchecked(x.into(), true))
            .filter(|point| !point.is_in_correct_subgroup_assuming_on_curve())
            .unwrap();
        let (zero_a, zero_b) = (G1Affine::identity(), G2Affine::identity());
        let (alpha, beta) = (both.key.alpha_g1, both.key.beta_g2);
        for proof in [
            both.other.clone(),
            Proof { a, b, c: both.other.c },
            Proof { a, b: outside, c },
            Proof { a: zero_a, b, c },
            Proof { a, b: zero_b, c },
            Proof { a, b, c: zero_a },
            Proof { a: zero_a, b: zero_b, c: zero_a },
            Proof { a: alpha, b: beta, c },
            Proof { a: alpha, b: beta, c: zero_a },
            Proof { a: c, b, c: a },
            Proof { a, b: -b, c },
            Proof { a, b, c: -c },
        ] {
            refused.push(calldata(&proof, &both.signals));
        }
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

/// Gas that no verifier can do without: 21,000, the call data, and the precompiles. For each proof a pairing of (A, B)
/// and for all of them three more; for each scalar a product and a sum; for each proof of a batch but the first the
/// weighted A and C, and for the batch the weighted alpha and constant.
fn floor(calldata: &[u8], scalars: u64, proofs: u64) -> u64 {
    let tokens: u64 = calldata.iter().map(|byte| if *byte == 0 { 1 } else { 4 }).sum();
    let batch = if proofs > 1 { 2 * 6_000 + (proofs - 1) * (2 * 6_000 + 150) } else { 0 };
    let precompiles = 45_000 + 34_000 * (proofs + 3) + 6_150 * scalars + batch;
    // EIP-2028 with EIP-1108, or the least price of EIP-7623.
    21_000 + (4 * tokens + precompiles).max(10 * tokens)
}

/// One line of the table.
struct Row<'a> {
    signals: usize,
    what: &'a str,
    code_bytes: usize,
    deployment_gas: u64,
    calldata: &'a [u8],
    gas: u64,
    floor: u64,
}

impl Row<'_> {
    fn write(&self, table: &mut String) {
        let Self { signals, what, code_bytes, deployment_gas, calldata, gas, floor } = self;
        let size = calldata.len();
        writeln!(
            table,
            "{signals:>7}  {what:<20}  {code_bytes:>10}  {deployment_gas:>14}  {size:>9}  {gas:>9}  {floor:>9}"
        )
        .unwrap();
    }
}

/// What ours takes of a call.
fn ours<'a>(
    signals: usize,
    what: &'a str,
    key: &VerifyingKey,
    config: &VerifierConfig,
    call: &'a [u8],
    floor: u64,
) -> Row<'a> {
    let mut evm = Evm::new();
    let deployed = evm.deploy_verifier(key, config).unwrap();
    let outcome = evm.call(deployed.verifier, call).unwrap();
    assert!(outcome.returns_true());
    assert!(deployed.code_bytes < 6_200);
    Row {
        signals,
        what,
        code_bytes: deployed.code_bytes,
        deployment_gas: deployed.gas_used,
        calldata: call,
        gas: outcome.gas_used,
        floor,
    }
}

/// Returns the table as README.md has it.
fn markdown(table: &str) -> String {
    let mut text =
        String::from("| public values | verifier | code | deployment | call data | gas | floor |\n");
    text.push_str("|---|---|---|---|---|---|---|\n");
    for line in table.lines().skip(1) {
        // Cells are two spaces apart; a name has single ones.
        let cells: Vec<_> = line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect();
        let cells: Vec<_> = cells.iter().map(|cell| grouped(cell)).collect();
        writeln!(text, "| {} |", cells.join(" | ")).unwrap();
    }
    text
}

/// Returns an integer with its thousands apart; anything else as it stands.
fn grouped(cell: &str) -> String {
    if cell.parse::<u64>().is_err() {
        return cell.to_owned();
    }
    let mut text = String::new();
    for (position, digit) in cell.chars().enumerate() {
        if position > 0 && (cell.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[test]
fn gas_and_code_sizes() {
    let mut table = String::from(
        "signals  verifier              code bytes  deployment gas  call data        gas      floor\n",
    );
    for signals in [1u32, 10, 100, 784] {
        let mut both = deploy(signals);
        let valid = both.valid.clone();
        let [plain, theirs] =
            [both.ours, both.theirs].map(|verifier| both.evm.call(verifier, &valid).unwrap());
        assert!(plain.returns_true() && theirs.returns_true());
        let plain_floor = floor(&valid, u64::from(signals), 1);
        for (index, what, outcome) in [(1, "snarkjs", &theirs), (0, "plain", &plain)] {
            Row {
                signals: signals as usize,
                what,
                code_bytes: both.code_bytes[index],
                deployment_gas: both.deployment_gas[index],
                calldata: &valid,
                gas: outcome.gas_used,
                floor: plain_floor,
            }
            .write(&mut table);
        }

        let mut trapdoor = Trapdoor::new(digest::SIGNALS, 12);
        let (values, hash) = (Trapdoor::new(signals as usize, 13).signals(), Fr::from(3).pow_of_seven());
        let domain = digest::domain(&trapdoor.key(), "");
        let config = digest_config(values.len(), domain);
        let proof = trapdoor.prove(&digest::public_signals(domain, hash, &values));
        let call = calldata(&proof, &digest::inputs(hash, &values));
        let row = ours(values.len(), "digest", &trapdoor.key(), &config, &call, floor(&call, 3, 1));
        row.write(&mut table);

        match signals {
            1 => assert!(plain.gas_used <= theirs.gas_used),
            100 => assert!(5 * row.gas <= 2 * theirs.gas_used),
            784 => assert!(5 * row.gas <= theirs.gas_used),
            _ => {}
        }
    }

    // What the pixels of a digit cost: mostly zero, with their range checked.
    let values: Vec<_> = (0..784u64).map(|i| Fr::from(if i % 5 == 0 { i % 256 } else { 0 })).collect();
    let ranges = vec![SignalRange { first: 0, count: 784, lo: BigInt::from(0), hi: BigInt::from(255) }];
    let mut trapdoor = Trapdoor::new(784, 12);
    let call = calldata(&trapdoor.prove(&values), &values);
    let config_plain = VerifierConfig { ranges: ranges.clone(), ..config() };
    ours(784, "plain, digit", &trapdoor.key(), &config_plain, &call, floor(&call, 156, 1)).write(&mut table);
    let mut trapdoor = Trapdoor::new(digest::SIGNALS, 12);
    let domain = digest::domain(&trapdoor.key(), "");
    let hash = Fr::from(3).pow_of_seven();
    let proof = trapdoor.prove(&digest::public_signals(domain, hash, &values));
    let call = calldata(&proof, &digest::inputs(hash, &values));
    let config_digest = VerifierConfig { ranges, ..digest_config(784, domain) };
    ours(784, "digest, digit", &trapdoor.key(), &config_digest, &call, floor(&call, 3, 1)).write(&mut table);

    // One proof compressed, and sixteen in a batch.
    let mut trapdoor = Trapdoor::new(1, 12);
    let statements: Vec<_> = (0..16)
        .map(|_| {
            let signals = trapdoor.signals();
            (trapdoor.prove(&signals), signals)
        })
        .collect();
    let (proof, signals) = &statements[0];
    let call = compressed_calldata(proof, signals).unwrap();
    // Four powers of 251 bits (EIP-7883).
    let least = floor(&call, 1, 1) + 4 * 16 * 251;
    ours(1, "compressed", &trapdoor.key(), &config(), &call, least).write(&mut table);
    let single = ours(1, "single", &trapdoor.key(), &config(), &calldata(proof, signals), 0).gas;
    let batch: Vec<_> = statements.iter().map(|(proof, signals)| (proof, signals.as_slice())).collect();
    let call = batch_calldata(&batch);
    let row = ours(1, "batch of 16", &trapdoor.key(), &config(), &call, floor(&call, 1, 16));
    assert!(2 * row.gas < 16 * single);
    row.write(&mut table);
    insta::assert_snapshot!(table);
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md")).unwrap();
    let expected = markdown(&table);
    assert!(readme.contains(&expected), "README.md has another table than\n{expected}");
}
