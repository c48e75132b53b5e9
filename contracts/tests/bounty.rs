//! The bounty market's own tests, in Solidity under forge, and the verifying keys that they use.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::path::{Path, PathBuf};

use ark_ff::PrimeField as _;
use common::{Trapdoor, config};
use num_bigint::BigUint;
use revm::primitives::{Address, hex};
use serde_json::{Map, Value, json};
use tensorproof_contracts::{data_contracts, runtime_code};
use tensorproof_r1cs::Fr;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("bounty")
}

/// A verifier, the code that it reads its key from, and the exponents that make proofs without a circuit.
fn verifier(signals: usize, seed: u8) -> Value {
    let trapdoor = Trapdoor::new(signals, u64::from(seed));
    let data = Address::repeat_byte(0xd0 + seed);
    let word = |exponent: &Fr| format!("{:#066x}", BigUint::from(exponent.into_bigint()));
    json!({
        "code": hex::encode_prefixed(runtime_code(&trapdoor.key(), &config(), &[data]).unwrap()),
        "dataAddress": data.to_string(),
        "dataCode": hex::encode_prefixed(&data_contracts(&trapdoor.key()).unwrap()[0].code),
        "alpha": word(&trapdoor.alpha),
        "beta": word(&trapdoor.beta),
        "gamma": word(&trapdoor.gamma),
        "delta": word(&trapdoor.delta),
        "gammaAbc": trapdoor.gamma_abc.iter().map(word).collect::<Vec<_>>(),
    })
}

/// `TENSORPROOF_REGENERATE=1 cargo nextest run -p tensorproof-contracts bounty` writes the file instead.
#[test]
fn keys_are_those_of_the_exported_verifier() {
    let path = folder().join("test/keys.json");
    let verifiers = [("testSet", 3), ("accuracy", 4), ("delivery", 3), ("inference", 3), ("foreign", 4)];
    let mut keys = Map::new();
    keys.insert("generated".into(), json!("by contracts/tests/bounty.rs; do not edit"));
    for (seed, (name, signals)) in (1..).zip(verifiers) {
        keys.insert(name.into(), verifier(signals, seed));
    }
    let text = format!("{:#}\n", Value::Object(keys));
    if std::env::var_os("TENSORPROOF_REGENERATE").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let shipped = std::fs::read_to_string(&path).unwrap();
    assert!(shipped == text, "{} differs from what this test generates", path.display());
}
