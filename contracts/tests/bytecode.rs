//! The bytecode that the crate ships is what solc makes of the exported source.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use ark_ff::{BigInteger as _, PrimeField as _};
use common::{Trapdoor, compile_without_warnings, config, initcode};
use num_bigint::{BigInt, Sign};
use revm::primitives::Address;
use serde_json::{Value, json};
use tensorproof_contracts::evm::Evm;
use tensorproof_contracts::{SignalRange, VerifierConfig, calldata, runtime_code, standard_json, verifier};
use tensorproof_r1cs::Fr;

/// The compiler and its settings, as [`standard_json`] has them.
const COMPILER: &str =
    "solc 0.8.37, evmVersion cancun, optimizer runs 200, bytecodeHash none, appendCBOR false";

/// `TENSORPROOF_REGENERATE=1 cargo nextest run -p tensorproof-contracts ships` writes the file instead.
#[test]
fn ships_what_solc_compiles() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("solidity/Verifier.runtime.json");
    let export = verifier(&Trapdoor::new(1, 1).key(), &config()).unwrap();
    let text = runtime_json(&compile_without_warnings(&export.solidity));
    if std::env::var_os("TENSORPROOF_REGENERATE").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let shipped = std::fs::read_to_string(&path).unwrap();
    assert!(shipped == text, "{} differs from what solc makes of Verifier.sol.in", path.display());
}

/// `TENSORPROOF_REGENERATE=1 cargo nextest run -p tensorproof-contracts ships` writes the file instead.
#[test]
fn ships_the_registry_that_solc_compiles() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("solidity");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let mut input = standard_json("");
    input["sources"] = json!({
        "ITensorProofVerifier.sol": { "content": read("ITensorProofVerifier.sol") },
        "VerifierRegistry.sol": { "content": read("VerifierRegistry.sol") },
    });
    let output = tensorproof_oracles::solc(&input);
    assert!(output["errors"].is_null(), "{output}");
    let code = &output["contracts"]["VerifierRegistry.sol"]["VerifierRegistry"]["evm"]["deployedBytecode"];
    assert_eq!(code["immutableReferences"], json!({}));
    let text = format!(
        "{:#}\n",
        json!({
            "generated": "from VerifierRegistry.sol by the test ships_the_registry_that_solc_compiles; do not edit",
            "compiler": COMPILER,
            "runtime": code["object"],
        })
    );
    let path = folder.join("VerifierRegistry.runtime.json");
    if std::env::var_os("TENSORPROOF_REGENERATE").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let shipped = std::fs::read_to_string(&path).unwrap();
    assert!(shipped == text, "{} differs from what solc makes of VerifierRegistry.sol", path.display());
}

/// Deploys the exported source's own initcode, and compares the code that this leaves on chain with ours.
fn check_deployment(signals: usize, config: &VerifierConfig) {
    let mut trapdoor = Trapdoor::new(signals, 2);
    let key = trapdoor.key();
    let export = verifier(&key, config).unwrap();
    let mut creation = initcode(&compile_without_warnings(&export.solidity), &config.contract);

    let mut evm = Evm::new();
    let mut addresses = Vec::new();
    for contract in &export.data_contracts {
        let outcome = evm.deploy(&contract.initcode()).unwrap();
        assert_eq!(outcome.output, contract.code);
        addresses.push(outcome.created.unwrap());
    }
    for address in &addresses {
        creation.extend(address.into_word());
    }
    let outcome = evm.deploy(&creation).unwrap();
    let verifier = outcome.created.unwrap();
    if export.data_contracts.is_empty() && signals > 3 {
        // The constructor's first creation.
        addresses.push(verifier.create(1));
    }
    assert_eq!(outcome.output, runtime_code(&key, config, &addresses).unwrap());

    let inputs = trapdoor.signals();
    let proof = trapdoor.prove(&inputs);
    assert!(evm.call(verifier, &calldata(&proof, &inputs)).unwrap().returns_true());
}

#[test]
fn exported_source_compiles_to_the_shipped_code_for_every_key() {
    for signals in [1, 3, 10, 386, 387, 785] {
        check_deployment(signals, &config());
    }
}

#[test]
fn name_and_ranges_change_only_immutables() {
    // The largest range that does not hold everything: random signals are in it.
    let order = BigInt::from_bytes_be(Sign::Plus, &Fr::MODULUS.to_bytes_be());
    let range = |first, count| SignalRange { first, count, lo: BigInt::from(-1), hi: &order - 3 };
    let ranges = vec![range(0, 10), range(3, 1), range(9, 1), range(0, 2)];
    check_deployment(10, &VerifierConfig { contract: "MnistVerifier_2".into(), ranges, ..config() });
}

#[test]
fn constructor_refuses_other_data_contracts() {
    let key = Trapdoor::new(785, 4).key();
    let export = verifier(&key, &config()).unwrap();
    let mut evm = Evm::new();
    let addresses: Vec<_> = export
        .data_contracts
        .iter()
        .map(|contract| evm.deploy(&contract.initcode()).unwrap().created.unwrap())
        .collect();
    let creation = initcode(&compile_without_warnings(&export.solidity), "Verifier");
    let mut check = |chosen: [Address; 3], expected: &str| {
        let arguments = chosen.iter().flat_map(Address::into_word);
        let outcome = evm.deploy(&creation.iter().copied().chain(arguments).collect::<Vec<_>>()).unwrap();
        assert!(!outcome.success);
        assert_eq!(outcome.describe(), expected);
    };
    let [first, second, third] = addresses[..] else { panic!("{} data contracts", addresses.len()) };
    check([second, first, third], "WrongDataContract(0)");
    check([first, first, third], "WrongDataContract(1)");
    check([first, second, Address::ZERO], "WrongDataContract(2)");
    check([first, second, Address::repeat_byte(7)], "WrongDataContract(2)");
}

/// Writes the runtime code, the places of its immutables by name and the settings as the crate reads them.
fn runtime_json(output: &Value) -> String {
    let names = immutable_names(&output["sources"]["Verifier.sol"]["ast"]);
    let contract = &output["contracts"]["Verifier.sol"]["Verifier"]["evm"];
    let code = &contract["deployedBytecode"];
    let mut places = BTreeMap::new();
    for (id, references) in code["immutableReferences"].as_object().unwrap() {
        let starts: Vec<_> = references
            .as_array()
            .unwrap()
            .iter()
            .map(|reference| {
                assert_eq!(reference["length"], 32);
                reference["start"].as_u64().unwrap()
            })
            .collect();
        places.insert(&names[id], starts);
    }
    let mut text = String::from("{\n");
    text.push_str(
        "  \"generated\": \"from Verifier.sol.in by the test ships_what_solc_compiles; do not edit\",\n",
    );
    writeln!(text, "  \"compiler\": \"{COMPILER}\",").unwrap();
    writeln!(text, "  \"functions\": {},", contract["methodIdentifiers"]).unwrap();
    text.push_str("  \"immutables\": {\n");
    let lines: Vec<_> = places.iter().map(|(name, starts)| format!("    \"{name}\": {starts:?}")).collect();
    text.push_str(&lines.join(",\n"));
    text.push_str("\n  },\n");
    writeln!(text, "  \"runtime\": {}\n}}", code["object"]).unwrap();
    text
}

/// Returns the names of all immutables by the identifiers of their declarations.
fn immutable_names(ast: &Value) -> BTreeMap<String, String> {
    let contracts =
        ast["nodes"].as_array().unwrap().iter().filter(|node| node["nodeType"] == "ContractDefinition");
    contracts
        .flat_map(|contract| contract["nodes"].as_array().unwrap())
        .filter(|node| node["mutability"] == "immutable")
        .map(|node| (node["id"].to_string(), node["name"].as_str().unwrap().into()))
        .collect()
}
