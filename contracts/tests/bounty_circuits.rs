//! Proofs of circuits for the bounty market's tests: how a prover meets the contracts' digests and domains.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeMap;
use std::path::Path;

use ark_ff::{BigInteger as _, PrimeField as _};
use ark_std::rand::SeedableRng as _;
use ark_std::rand::rngs::StdRng;
use common::config;
use num_bigint::BigUint;
use revm::primitives::{Address, U256, address, hex, keccak256};
use serde_json::{Value, json};
use tensorproof_circom::{Circuit, Options, Sources, compile};
use tensorproof_contracts::{calldata, data_contracts, runtime_code};
use tensorproof_groth16::{prove, setup, verify};
use tensorproof_r1cs::Fr;

/// forge's chain, its test contract, and the accounts of the private keys 1 and 2.
const CHAIN: u64 = 31_337;
const TEST_CONTRACT: Address = address!("7FA9385bE102ac3EAc297483Dd6233D62b3e1496");
const HOST: Address = address!("7E5F4552091A69125d5DfCb7b8C2659029395Bdf");
const HUNTER: Address = address!("2B5AD5c4795c026514f8317c7a215E218DcCD6cF");

fn word(value: &Fr) -> String {
    format!("{:#066x}", BigUint::from(value.into_bigint()))
}

/// The digest of `size` values, of which a real circuit would prove something more.
fn circuit(size: usize) -> Circuit {
    let source = format!(
        r#"pragma circom 2.1.0;
include "tensorproof/crypto/poseidon_sponge.circom";

template Statement(n) {{
    signal input x[n];
    signal input r;
    signal output h;
    signal output v;

    component hash = PoseidonSponge(n, 0);
    hash.in <== x;
    h <== hash.out;

    signal sum[n + 1];
    sum[0] <== 0;
    for (var i = 0; i < n; i++) {{
        sum[i + 1] <== (sum[i] + x[n - 1 - i]) * r;
    }}
    v <== sum[n];
}}

component main {{public [r]}} = Statement({size});
"#
    );
    let sources = Sources::from_text("statement.circom", &source).with_embedded(tensorproof_templates::FILES);
    compile(sources, Options::default()).map_err(|diagnostics| diagnostics.render(false)).unwrap()
}

/// Proves the values to a bounty in the name of `sender`, with a verifier of its own.
fn statement(x: &[Fr], sender: Address, seed: u8) -> Value {
    let mut rng = StdRng::seed_from_u64(u64::from(seed));
    let circuit = circuit(x.len());
    let key = setup(&circuit.r1cs, &mut rng).unwrap();
    let data = Address::repeat_byte(0xe0 + seed);
    let contracts = data_contracts(&key.vk).unwrap();
    assert!(contracts.len() <= 1);
    let code = runtime_code(&key.vk, &config(), &vec![data; contracts.len()]).unwrap();

    // Constructors make the factory, the first contract of the test, and two implementations, the first of the factory.
    let bounty = TEST_CONTRACT.create(1).create(3);
    let domain = keccak256(
        [
            U256::from(CHAIN).to_be_bytes::<32>(),
            bounty.into_word().0,
            keccak256(&code).0,
            sender.into_word().0,
        ]
        .concat(),
    );
    let inputs = |r| BTreeMap::from([("x".to_owned(), x.to_vec()), ("r".to_owned(), vec![r])]);
    // The hash does not depend on the challenge, the challenge on the hash.
    let hash = circuit.witness(&inputs(Fr::from(0))).unwrap().0[1];
    let words: Vec<u8> =
        [&hash].into_iter().chain(x).flat_map(|value| value.into_bigint().to_bytes_be()).collect();
    let challenge = Fr::from_be_bytes_mod_order(keccak256([domain.as_slice(), &words].concat()).as_slice());

    let witness = circuit.witness(&inputs(challenge)).unwrap();
    let signals = &witness.0[1..4];
    let proof = prove(&key, &circuit.r1cs, &witness, &mut rng).unwrap();
    verify(&key.vk, signals, &proof).unwrap();
    json!({
        "code": hex::encode_prefixed(code),
        "dataAddress": data.to_string(),
        "dataCode": contracts.first().map_or_else(|| "0x".into(), |data| hex::encode_prefixed(&data.code)),
        "bounty": bounty.to_string(),
        "values": x.iter().map(word).collect::<Vec<_>>(),
        "hash": word(&hash),
        "proof": hex::encode_prefixed(&calldata(&proof, signals)[4..260]),
    })
}

/// `TENSORPROOF_REGENERATE=1 cargo nextest run -p tensorproof-contracts proofs_are` writes the file instead.
#[test]
fn proofs_are_those_of_circuits() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("bounty/test/circuits.json");
    // EIP-2494's base point.
    let key_x = "5299619240641551281634865583518297030282874472190772894086521144482721001553";
    let key_y = "16950150798460657717958625567821834550301663161624707787222815936182638968203";
    let fields = |values: &[&str]| -> Vec<Fr> { values.iter().map(|value| value.parse().unwrap()).collect() };
    // Root, salt, two digests in halves, two labels.
    let test_set = fields(&["1001", "5", "11", "12", "21", "22", "7", "1"]);
    let accuracy = fields(&["1001", "2002", "2"]);
    let delivery = fields(&["2002", key_x, key_y, "91", "92", "93"]);
    let inference = fields(&["61", "62", "1001"]);
    let text = format!(
        "{:#}\n",
        json!({
            "generated": "by contracts/tests/bounty_circuits.rs; do not edit",
            "testSet": statement(&test_set, HOST, 1),
            "accuracy": statement(&accuracy, HUNTER, 2),
            "delivery": statement(&delivery, HUNTER, 3),
            "inference": statement(&inference, HUNTER, 4),
        })
    );
    if std::env::var_os("TENSORPROOF_REGENERATE").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let shipped = std::fs::read_to_string(&path).unwrap();
    assert!(shipped == text, "{} differs from what this test generates", path.display());
}
