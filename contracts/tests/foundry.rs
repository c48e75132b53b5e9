//! Unit, fuzz and gas tests of the contracts by Foundry, in `solidity/test`, and slither's opinion of them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::fs;
use std::path::Path;

use common::{Trapdoor, config, digest_config};
use revm::primitives::hex;
use tempfile::TempDir;
use tensorproof_contracts::{
    Function, VerifierConfig, batch_calldata, calldata, compressed_calldata, digest, standard_json, verifier,
};
use tensorproof_oracles::{expect_success, slither};
use tensorproof_r1cs::Fr;

/// Copies the Solidity of a folder, and of the folders below it.
fn copy(from: &Path, to: &Path) {
    tensorproof_oracles::copy_folder(from, to).unwrap();
}

/// What the tests prove: for the fraud alarm, class and inputs of two transfers, and something else.
fn fixture() -> (Trapdoor, String) {
    let mut trapdoor = Trapdoor::new(3, 41);
    let statements: Vec<_> = [[1, 500_000, 0], [0, 700, 100], [5, 6, 7]]
        .map(|signals| signals.map(|signal: u64| Fr::from(signal)).to_vec())
        .into_iter()
        .map(|signals| (trapdoor.prove(&signals), signals))
        .collect();
    let (proof, signals) = &statements[0];
    let batch: Vec<_> = statements.iter().map(|(proof, signals)| (proof, signals.as_slice())).collect();
    let domain = digest::domain(&trapdoor.key(), "");
    let values = [8, 9, 10, 11, 12].map(Fr::from);
    let mut wide = wide();
    let wide_signals = wide.signals();
    let wide_proof = wide.prove(&wide_signals);
    let digested = trapdoor.prove(&digest::public_signals(domain, Fr::from(7), &values));
    let calls = [
        ("VALID", Function::VerifyProof.call(proof, signals).unwrap().data),
        ("COMPRESSED", compressed_calldata(proof, signals).unwrap()),
        ("BATCH", batch_calldata(&batch)),
        ("WIDE", calldata(&wide_proof, &wide_signals)),
        (
            "DIGEST",
            Function::VerifyProof.call(&digested, &digest::inputs(Fr::from(7), &values)).unwrap().data,
        ),
    ];
    let constants: Vec<_> = calls
        .iter()
        .map(|(name, data)| format!("    bytes internal constant {name} = hex\"{}\";\n", hex::encode(data)))
        .collect();
    let constants = constants.concat();
    let text = format!(
        "// SPDX-License-Identifier: MIT OR Apache-2.0\npragma solidity ^0.8.24;\n\nabstract contract Fixture {{\n{constants}}}\n"
    );
    (trapdoor, text)
}

/// A key with a data contract.
fn wide() -> Trapdoor {
    Trapdoor::new(5, 42)
}

/// Writes a project of Foundry with all contracts, a verifier with public signals, one with a data contract and one with a
/// digest, and the tests.
fn project() -> TempDir {
    let solidity = Path::new(env!("CARGO_MANIFEST_DIR")).join("solidity");
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    copy(&solidity.join("test"), &root.join("test"));
    copy(&solidity.join("examples"), &root.join("src/examples"));
    for file in ["ITensorProofVerifier.sol", "TensorProof.sol", "VerifierRegistry.sol"] {
        fs::copy(solidity.join(file), root.join("src").join(file)).unwrap();
    }
    let (trapdoor, text) = fixture();
    let key = trapdoor.key();
    fs::write(root.join("test/Fixture.sol"), text).unwrap();
    fs::write(root.join("src/Verifier.sol"), verifier(&key, &config()).unwrap().solidity).unwrap();
    let wide_config = VerifierConfig { contract: "WideVerifier".into(), ..config() };
    fs::write(root.join("src/WideVerifier.sol"), verifier(&wide().key(), &wide_config).unwrap().solidity)
        .unwrap();
    let digest_config =
        VerifierConfig { contract: "DigestVerifier".into(), ..digest_config(5, digest::domain(&key, "")) };
    fs::write(root.join("src/DigestVerifier.sol"), verifier(&key, &digest_config).unwrap().solidity).unwrap();
    let runs = &standard_json("")["settings"]["optimizer"]["runs"];
    let solc = Path::new(env!("CARGO_MANIFEST_DIR")).join("bounty/solc");
    let toml = format!(
        "[profile.default]\nsrc = \"src\"\ntest = \"test\"\nsolc = \"{}\"\nevm_version = \"cancun\"\noptimizer = true\n\
         optimizer_runs = {runs}\nbytecode_hash = \"none\"\ncbor_metadata = false\noffline = true\ndeny = \"warnings\"\n\
         [fuzz]\nruns = 64\nseed = \"0x1\"\n[lint]\nlint_on_build = false\n",
        solc.display()
    );
    fs::write(root.join("foundry.toml"), toml).unwrap();
    folder
}

#[test]
fn foundry_tests_pass() {
    let output = tensorproof_oracles::forge(["test"], project().path());
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("2 test suites") && text.contains(" 0 failed"), "{text}");
}

/// Five detectors are left out. `assembly`: precompiles, code as data and call data of any length are out of reach of Solidity.
/// `naming-convention`: immutables have names of constants. `missing-inheritance`: the exported verifier is one file.
/// `divide-before-multiply`: in `signalsOf`, where the shape was checked and no remainder is left. `missing-zero-check`: a token
/// without a guard, which nobody can pause, is its owner's choice.
#[test]
fn slither_finds_nothing() {
    let args = [
        ".",
        "--exclude",
        "assembly,naming-convention,missing-inheritance,divide-before-multiply,missing-zero-check",
        "--filter-paths",
        "test/",
        "--fail-pedantic",
    ];
    expect_success(&slither(args, project().path()));
}
