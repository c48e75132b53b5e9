//! The bounty market's own tests, in Solidity under forge, the verifying keys that they use, and slither's opinion.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::path::{Path, PathBuf};

use ark_ff::PrimeField as _;
use common::{Trapdoor, config};
use num_bigint::BigUint;
use revm::primitives::{Address, hex};
use serde_json::{Map, Value, json};
use tensorproof_contracts::{data_contracts, runtime_code};
use tensorproof_oracles::{expect_success, forge, slither};
use tensorproof_r1cs::Fr;

/// The folder of `foundry.toml`.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn regenerates() -> bool {
    std::env::var_os("TENSORPROOF_REGENERATE").is_some()
}

/// Compares a file with what it should hold, or writes it.
fn check_generated(path: &str, json: &Value) {
    let text = format!("{json:#}\n");
    if regenerates() {
        std::fs::write(root().join(path), &text).unwrap();
    }
    let shipped = std::fs::read_to_string(root().join(path)).unwrap();
    assert!(shipped == text, "{path} differs from what this test generates");
}

/// A verifier of three public signals, the contract that holds the rest of its key if there is one, and the exponents that make proofs without a
/// circuit.
fn verifier(seed: u8) -> Value {
    let trapdoor = Trapdoor::new(3, u64::from(seed));
    let data = Address::repeat_byte(0xd0 + seed);
    let contracts = data_contracts(&trapdoor.key()).unwrap();
    assert!(contracts.len() <= 1);
    let code = runtime_code(&trapdoor.key(), &config(), &vec![data; contracts.len()]).unwrap();
    let word = |exponent: &Fr| format!("{:#066x}", BigUint::from(exponent.into_bigint()));
    json!({
        "code": hex::encode_prefixed(code),
        "dataAddress": data.to_string(),
        "dataCode": contracts.first().map_or_else(|| "0x".into(), |data| hex::encode_prefixed(&data.code)),
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
    let names = ["testSet", "accuracy", "delivery", "inference", "foreign"];
    let mut keys = Map::new();
    keys.insert("generated".into(), json!("by contracts/tests/bounty.rs; do not edit"));
    for (seed, name) in (1..).zip(names) {
        keys.insert(name.into(), verifier(seed));
    }
    check_generated("contracts/bounty/test/keys.json", &Value::Object(keys));
}

/// Returns what forge made of a contract.
fn artifact(contract: &str) -> Value {
    let path = root().join(format!("target/bounty/out/{contract}.sol/{contract}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// `TENSORPROOF_REGENERATE=1 cargo nextest run -p tensorproof-contracts bounty` writes the snapshots of gas and sizes, and the
/// file with the interfaces of the contracts and the code that deploys the factory, which makes the others.
#[test]
fn contracts_pass_their_tests_at_the_recorded_gas() {
    let check = format!("--gas-snapshot-check={}", !regenerates());
    expect_success(&forge(["test", &check], &root()));

    let factory = artifact("BountyFactory");
    let bounties = json!({
        "BountyFactory": { "abi": factory["abi"], "bytecode": factory["bytecode"]["object"] },
        "ModelBounty": { "abi": artifact("ModelBounty")["abi"] },
        "ComputeBounty": { "abi": artifact("ComputeBounty")["abi"] },
    });
    check_generated("contracts/solidity/Bounties.json", &bounties);
}

#[test]
fn sources_are_formatted() {
    expect_success(&forge(["fmt", "--check"], &root()));
}

/// Three detectors are left out. `timestamp`: all phases end by time, of which validators shift seconds. `naming-convention`:
/// projective coordinates are X, Y and Z, immutables have names of constants. `assembly`: digests of thousands of values.
#[test]
fn slither_finds_nothing() {
    let args = [
        ".",
        "--exclude",
        "timestamp,naming-convention,assembly",
        "--filter-paths",
        "openzeppelin",
        "--fail-pedantic",
    ];
    expect_success(&slither(args, &root()));
}
