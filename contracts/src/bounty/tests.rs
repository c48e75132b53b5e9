//! The signatures here against the interfaces that solc made.

use std::collections::BTreeSet;

use ark_bn254::{G1Affine, G2Affine};
use ark_ec::AffineRepr as _;
use revm::primitives::{Address, B256, keccak256};
use serde_json::Value;
use tensorproof_groth16::Proof;

use super::event::ANNOUNCED;
use super::factory::BOUNTIES;
use super::terms::{COMPUTE_TERMS, TERMS};
use super::*;
use crate::abi::selector;
use crate::chain::Log;

/// Returns the type of a parameter in signatures.
fn type_of(parameter: &Value) -> String {
    let name = parameter["type"].as_str().unwrap();
    match name.strip_prefix("tuple") {
        Some(rest) => format!("({}){rest}", types(&parameter["components"])),
        None => name.to_owned(),
    }
}

fn types(parameters: &Value) -> String {
    parameters.as_array().unwrap().iter().map(type_of).collect::<Vec<_>>().join(",")
}

/// Returns the signatures of a kind in a contract's interface.
fn signatures(contract: &str, kind: &str) -> BTreeSet<String> {
    let entries = BOUNTIES[contract]["abi"].as_array().unwrap().iter();
    let entries = entries.filter(|entry| entry["type"] == kind);
    entries.map(|entry| format!("{}({})", entry["name"].as_str().unwrap(), types(&entry["inputs"]))).collect()
}

fn terms() -> ModelTerms {
    let statement =
        |byte| Statement { verifier: Address::repeat_byte(byte), code_hash: B256::repeat_byte(byte) };
    ModelTerms {
        host: Address::repeat_byte(1),
        reward: U256::from(2),
        stake: U256::from(3),
        threshold: 4,
        samples: 5,
        ciphertext_length: 6,
        commit_end: 7,
        reveal_end: 8,
        proof_end: 9,
        turn: 10,
        architecture: B256::repeat_byte(11),
        setup: B256::repeat_byte(12),
        test_set_root: U256::from(13),
        key: [U256::from(14), U256::from(15)],
        statements: [statement(16), statement(17), statement(18)],
    }
}

fn compute_terms() -> ComputeTerms {
    ComputeTerms {
        host: Address::repeat_byte(1),
        reward: U256::from(2),
        end: 3,
        outputs: 4,
        architecture: B256::repeat_byte(5),
        setup: B256::repeat_byte(6),
        data_hash: U256::from(7),
        data_digest: B256::repeat_byte(8),
        inference: Statement { verifier: Address::repeat_byte(9), code_hash: B256::repeat_byte(10) },
    }
}

#[test]
fn errors_are_those_of_the_contracts() {
    let known = error::ERRORS.iter().map(|(signature, _)| *signature).chain([error::WRONG_PHASE]);
    let known: BTreeSet<String> = known.map(str::to_owned).collect();
    assert_eq!(known, signatures("ModelBounty", "error"));
    assert!(signatures("ComputeBounty", "error").is_subset(&known));
    // Enough words for any of them.
    for (signature, _) in error::ERRORS {
        let data = [selector(signature).to_vec(), vec![0; 96]].concat();
        assert!(BountyError::read(&data, None).is_some(), "{signature}");
    }
    let data = [selector("WrongPhase(uint8)").to_vec(), U256::from(3).to_be_bytes::<32>().to_vec()].concat();
    let error = BountyError::read(&data, Some(Phase::Committing)).unwrap();
    assert_eq!(error.to_string(), "the bounty is in phase Proving, this call belongs to Committing");
    let error = BountyError::read(&data, Some(Phase::Open)).unwrap();
    assert_eq!(error.to_string(), "the bounty is in phase Expired, this call belongs to Open");
    let refused = |data: &str| {
        let data = Some(data.to_owned());
        let error = crate::chain::ChainError::Refused {
            method: "eth_call",
            endpoint: String::new(),
            code: 3,
            message: String::new(),
            data,
        };
        refusal(error, None).to_string()
    };
    assert_eq!(refused(&hex(&selector("InvalidProof()"))), "the verifier refuses the proof");
    assert_eq!(refused("0x12345678"), "the verifier contract refused the proof: 0x12345678");
}

fn hex(bytes: &[u8]) -> String {
    revm::primitives::hex::encode_prefixed(bytes)
}

#[test]
fn calls_are_those_of_the_contracts() {
    let functions = signatures("ModelBounty", "function");
    let compute = signatures("ComputeBounty", "function");
    let selectors = |functions: &BTreeSet<String>| -> BTreeSet<[u8; 4]> {
        functions.iter().map(|function| selector(function)).collect()
    };
    let (selectors, compute_selectors) = (selectors(&functions), selectors(&compute));
    let proof = Proof { a: G1Affine::generator(), b: G2Affine::generator(), c: G1Affine::generator() };
    let evidence = || Evidence { hash: Fr::from(1), proof: proof.clone() };
    let to = Address::repeat_byte(9);
    let calls = [
        Call::Commit { parameters_hash: Fr::from(1), stake: U256::from(7) },
        Call::Cancel { to },
        Call::Reveal {
            salt: Fr::from(1),
            digests: vec![B256::ZERO; 2],
            labels: vec![Fr::from(3); 2],
            evidence: evidence(),
        },
        Call::Submit { correct: 3, hint: to, evidence: evidence() },
        Call::Claim { ciphertext: vec![Fr::from(3); 5], evidence: evidence(), to },
        Call::Advance,
        Call::Resign { to },
        Call::Refund { to },
        Call::Reclaim { to },
    ];
    for (call, words) in calls.iter().zip([1, 1, 12 + 3 + 3, 11, 11 + 6, 1, 1, 1, 1]) {
        let data = call.message(to).data;
        assert!(selectors.contains(&data[..4]), "{call:?}");
        assert_eq!(data.len(), 4 + 32 * words, "{call:?}");
    }
    let calls = [
        Call::Solve { outputs: vec![Fr::from(3); 5], evidence: evidence(), to },
        Call::ReclaimExpired { to },
    ];
    for (call, words) in calls.iter().zip([11 + 6, 1]) {
        let data = call.message(to).data;
        assert!(compute_selectors.contains(&data[..4]), "{call:?}");
        assert_eq!(data.len(), 4 + 32 * words, "{call:?}");
    }
    for read in ["phase()", "terms()", "solver()", "reclaimed()"] {
        assert!(compute.contains(read), "{read}");
    }
    let reads = ["phase()", "terms()", "committed()", "proved()", "winner()", "refundable(address)"];
    let reads = reads.into_iter().chain(["reclaimable()", "turn()", "advance(uint256)", "hunters(address)"]);
    for read in reads {
        assert!(functions.contains(read), "{read}");
    }
    assert!(signatures("BountyFactory", "function").contains("isBounty(address)"));
    let opening = open(to, &terms());
    assert_eq!(opening.data.len(), 4 + 32 * 21);
    let open = format!("openModelBounty({TERMS})");
    assert!(signatures("BountyFactory", "function").contains(&open));
    assert_eq!(opening.data[..4], selector(&open));
    assert_eq!(opening.value, U256::from(2));
    let opening = open_compute(to, &compute_terms());
    assert_eq!(opening.data.len(), 4 + 32 * 10);
    let open = format!("openComputeBounty({COMPUTE_TERMS})");
    assert!(signatures("BountyFactory", "function").contains(&open));
    assert_eq!(opening.data[..4], selector(&open));
    assert_eq!(opening.value, U256::from(2));
}

#[test]
fn events_are_those_of_the_contracts() {
    let bytes = |words: Vec<U256>| words.iter().flat_map(U256::to_be_bytes::<32>).collect::<Vec<u8>>();
    let (model, compute) = (bytes(terms().words()), bytes(compute_terms().words()));
    let events = ["ModelBounty", "ComputeBounty"].map(|contract| signatures(contract, "event"));
    for signature in events.into_iter().flatten() {
        let topics = vec![keccak256(&signature), Address::repeat_byte(1).into_word()];
        // An empty list stands where the last word is zero.
        let list = |place: u64| U256::from(place).to_be_bytes::<32>().to_vec();
        let data = match signature.split('(').next().unwrap() {
            "Revealed" => [list(5), list(96), list(96), list(0)].concat(),
            "Delivered" | "Solved" => [list(32), list(0)].concat(),
            _ if signature.contains(COMPUTE_TERMS) => compute.clone(),
            _ => model.clone(),
        };
        let log = Log { address: Address::ZERO, topics, data, block: 1, transaction: B256::ZERO };
        let event = Event::read(&log);
        assert!(event.is_some(), "{signature}");
        match event {
            Some(Event::Opened(read)) => assert_eq!(*read, terms()),
            Some(Event::OpenedCompute(read)) => assert_eq!(*read, compute_terms()),
            _ => {}
        }
    }
    let announced = ANNOUNCED.map(|(event, _)| event.to_owned());
    assert_eq!(signatures("BountyFactory", "event"), BTreeSet::from(announced));
}

#[test]
fn limits_are_those_of_the_contracts() {
    let factory = Factory::new().unwrap();
    let mut evm = crate::evm::Evm::with_proxy();
    evm.call(crate::chain::PROXY, &factory.step.calldata).unwrap();
    let (model, compute) = (factory.implementation.0, factory.compute.0);
    for (contract, name, expected) in [
        (model, "MIN_DURATION()", MIN_DURATION),
        (model, "MAX_DURATION()", MAX_DURATION),
        (model, "MIN_LATER_TURN()", MIN_LATER_TURN),
        (model, "MAX_TURN()", MAX_TURN),
        (model, "MAX_CIPHERTEXT()", MAX_CIPHERTEXT.into()),
        (model, "MAX_SAMPLES()", MAX_SAMPLES.into()),
        (compute, "MIN_DURATION()", MIN_DURATION),
        (compute, "MAX_DURATION()", MAX_DURATION),
        (compute, "MAX_OUTPUTS()", MAX_OUTPUTS.into()),
    ] {
        let answer = evm.call(contract, &selector(name)).unwrap().output;
        assert_eq!(U256::from_be_slice(&answer), U256::from(expected), "{name}");
    }
}

/// What is not to be believed is four times as much.
#[test]
fn own_measures_of_gas_are_those_of_the_contracts() {
    let gas: Value = serde_json::from_str(include_str!("../../bounty/test/snapshots/gas.json")).unwrap();
    let proof = Proof { a: G1Affine::generator(), b: G2Affine::generator(), c: G1Affine::generator() };
    let evidence = || Evidence { hash: Fr::from(1), proof: proof.clone() };
    let to = Address::ZERO;
    let reveal = |samples| Call::Reveal {
        salt: Fr::from(1),
        digests: vec![B256::ZERO; samples],
        labels: vec![Fr::from(3); samples],
        evidence: evidence(),
    };
    let claim = |length| Call::Claim { ciphertext: vec![Fr::from(3); length], evidence: evidence(), to };
    let solve = |length| Call::Solve { outputs: vec![Fr::from(3); length], evidence: evidence(), to };
    let submit = || Call::Submit { correct: 3, hint: to, evidence: evidence() };
    let rows = [
        ("commit", Call::Commit { parameters_hash: Fr::from(1), stake: U256::from(7) }.gas()),
        ("cancel", Call::Cancel { to }.gas()),
        ("reveal", reveal(20).gas()),
        ("reveal of the most samples", reveal(MAX_SAMPLES as usize).gas()),
        ("submit", submit().gas()),
        ("submit behind a hundred without a hint", submit().gas()),
        ("advance to the next turn", Call::Advance.gas()),
        ("advance, the first", Call::Advance.gas()),
        ("claim 2394 parameters", claim(164).gas()),
        ("claim of the largest ciphertext", claim(MAX_CIPHERTEXT as usize).gas()),
        ("resign", Call::Resign { to }.gas()),
        ("refund", Call::Refund { to }.gas()),
        ("reclaim", Call::Reclaim { to }.gas()),
        ("solve with 10 outputs", solve(10).gas()),
        ("solve with the most outputs", solve(MAX_OUTPUTS as usize).gas()),
        ("openModelBounty", OPENING_GAS),
        ("openComputeBounty", OPENING_GAS),
    ];
    for (name, own) in rows {
        let measured: u64 = gas[name].as_str().unwrap().parse().unwrap();
        assert!(measured < own && own < 4 * measured, "{name}: {own}, measured {measured}");
    }
}

#[test]
fn factory_has_one_place() {
    let factory = Factory::new().unwrap();
    assert_eq!(factory.step.address.create(1), factory.implementation.0);
    assert_eq!(factory.step.address.create(2), factory.compute.0);
    // The sizes of the contracts' snapshot.
    let sizes: Value = serde_json::from_str(include_str!("../../bounty/test/snapshots/sizes.json")).unwrap();
    assert_eq!(sizes["BountyFactory"], factory.step.code.len().to_string());
    assert_eq!(sizes["ModelBounty"], factory.implementation.1.len().to_string());
    assert_eq!(sizes["ComputeBounty"], factory.compute.1.len().to_string());
}
