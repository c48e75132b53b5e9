//! What goes wrong in markets that are made without care, and is refused here.

use std::fs;

use serde_json::{Value, json};
use tensorproof_contracts::bounty::{Call, Event, Evidence, ModelBounty};
use tensorproof_contracts::chain::{Message, PROXY};
use tensorproof_contracts::{Address, B256, U256, hex, keccak256};
use tensorproof_groth16::Proof;
use tensorproof_r1cs::fr_from_decimal;

use crate::forgery;
use crate::stage::{ALICE, HOST, MALLORY, Result, Stage, THIEF};

/// Commits to the hash of another hunter, which anybody can read.
pub(crate) fn copies_a_commitment(stage: &mut Stage<'_>, bounty: Address) -> Result<()> {
    let contract = ModelBounty::new(&stage.rpc, bounty);
    let hash = contract.hunter(ALICE.address()?)?.parameters_hash;
    let parameters_hash = fr_from_decimal(&hash.to_string()).ok_or("a commitment is no element")?;
    let call = Call::Commit { parameters_hash, stake: contract.terms()?.stake };
    stage.sends(THIEF, "commits to alice's hash, a copy", call.message(bounty))?;
    Ok(())
}

/// Copies the call data of a proof that waits to be included, and is first, with a higher tip. Returns its transaction.
pub(crate) fn sends_a_proof_of_another(stage: &mut Stage<'_>, bounty: Address, seen: &Value) -> Result<B256> {
    let data = hex::decode(seen["input"].as_str().unwrap_or_default())?;
    let gas = seen["gas"].as_str().and_then(|gas| u64::from_str_radix(gas.trim_start_matches("0x"), 16).ok());
    let message = Message::new(bounty, data);
    // A proof is bound to its sender.
    let what = "sees alice's call waiting, and sends it as its own";
    stage.is_refused(THIEF, what, &message, "the verifier refuses the proof")?;
    stage.sends_first(THIEF, message, gas.ok_or("alice's call has no gas")?)
}

/// Checks that a copy was included before the call that it is of, and changed nothing.
pub(crate) fn was_first_in_vain(stage: &mut Stage<'_>, copy: B256, submitted: &Value) -> Result<()> {
    let receipt = |hash: Value| stage.rpc.request("eth_getTransactionReceipt", &json!([hash]));
    let (copied, own) = (receipt(copy.to_string().into())?, receipt(submitted["transaction"].clone())?);
    let place = |receipt: &Value| {
        let number = |field: &str| receipt[field].as_str().and_then(|text| text.parse::<U256>().ok());
        (number("blockNumber"), number("transactionIndex"))
    };
    if copied["status"] != "0x0" || own["status"] != "0x1" || place(&copied) >= place(&own) {
        return Err("the thief's call should have been included first, and have reverted".into());
    }
    stage.say("", "the thief's tip was higher: its call is included first and reverts, alice's counts")
}

/// Code that returns true whatever it is asked.
const ALWAYS_YES: [u8; 8] = hex!("60015f5260205ff3");

/// Creates a verifier that accepts everything, and sends a proof of nothing.
pub(crate) fn brings_its_own_verifier(stage: &mut Stage<'_>, bounty: Address, samples: u32) -> Result<()> {
    // Stores the code as a word and returns its last eight bytes.
    let creation = [hex!("67").as_slice(), &ALWAYS_YES, &hex!("5f5260086018f3")].concat();
    let verifier = PROXY.create2(B256::ZERO, keccak256(&creation));
    let message = Message::new(PROXY, [B256::ZERO.to_vec(), creation].concat());
    stage.sends(MALLORY, "creates a verifier that accepts everything", message)?;
    let code = stage.rpc.code(verifier)?;
    let says_yes = U256::try_from_be_slice(&stage.rpc.call(verifier, &[])?) == Some(U256::ONE);
    let approved = ModelBounty::new(&stage.rpc, bounty).terms()?.statements[1];
    if code != ALWAYS_YES || !says_yes || keccak256(&code) == approved.code_hash {
        return Err("mallory's verifier is not what it should be".into());
    }
    stage.say("", "the bounty does not ask it: its terms name another verifier and the hash of its code")?;
    let evidence = Evidence { hash: 1u64.into(), proof: Proof::default() };
    let call = Call::Submit { correct: samples, hint: Address::ZERO, evidence };
    let what = "sends a proof that only its own verifier accepts";
    stage.is_refused(MALLORY, what, &call.message(bounty), "the verifier refuses the proof")
}

/// Makes a key of its own, whose proofs it could forge.
pub(crate) fn makes_its_own_key(stage: &mut Stage<'_>, bounty: Address, samples: u32) -> Result<()> {
    copy(stage, "bounty", "own")?;
    // A circuit that counts every answer.
    let circuit = stage.path("own/accuracy/circuit.circom");
    let source = fs::read_to_string(&circuit)?;
    fs::remove_file(&circuit)?;
    let lie = source.replace("correct <== count", &format!("correct <== {samples}"));
    if lie == source {
        return Err("the circuit of accuracy counts in another way".into());
    }
    fs::write(&circuit, lie)?;
    stage.does(MALLORY, "makes a circuit that counts all digits as right", "compile own/accuracy --O2")?;
    stage.does(MALLORY, "makes a key of its own for that", "setup own/accuracy")?;
    let command = format!("bounty submit {bounty} own --submission mallory --samples digits --rpc-url URL");
    let expected = "the code hash of the bounty's verifier of the accuracy is";
    stage.fails(MALLORY, "proves with that key", &command, expected)?;
    // The command can be passed over, the contract cannot.
    let evidence = forgery::prove_accuracy(stage, bounty, MALLORY, "own", samples)?;
    let call = Call::Submit { correct: samples, hint: Address::ZERO, evidence };
    let what = "sends such a proof without the command";
    stage.is_refused(MALLORY, what, &call.message(bounty), "the verifier refuses the proof")
}

/// Takes other parameters when it has seen the digits.
pub(crate) fn changes_its_parameters(stage: &mut Stage<'_>, bounty: Address) -> Result<()> {
    let params = "bounty params bounty bob.onnx -o fitted";
    stage.does(MALLORY, "takes parameters that read the digits revealed", params)?;
    let command = format!("bounty submit {bounty} bounty --submission fitted --samples digits --rpc-url URL");
    stage.fails(MALLORY, "proves with these", &command, "the account's commitment is")
}

/// Reads the ciphertext, and decrypts it with another key than the host's.
pub(crate) fn reads_what_is_on_chain(stage: &mut Stage<'_>, bounty: Address) -> Result<()> {
    let events = ModelBounty::new(&stage.rpc, bounty).events(0)?;
    let ciphertext = events.into_iter().find_map(|(event, _)| match event {
        Event::Delivered { ciphertext, .. } => Some(ciphertext),
        _ => None,
    });
    let ciphertext: Vec<String> =
        ciphertext.ok_or("nothing was delivered")?.iter().map(ToString::to_string).collect();
    let [elements @ .., tag, x, y] = ciphertext.as_slice() else {
        return Err("a ciphertext has no tag".into());
    };
    let mut tensors = stage.read("bounty/bounty.json")?["parameters"].take();
    for tensor in tensors.as_array_mut().into_iter().flatten() {
        let signal = tensor.as_object_mut().and_then(|fields| fields.shift_remove("signal"));
        tensor["name"] = signal.ok_or("a parameter has no signal")?;
    }
    let json = json!({
        "format": 2,
        "kind": "params",
        "tensors": tensors,
        "sender": [x, y],
        "ciphertext": elements,
        "tag": tag,
    });
    fs::write(stage.path("seen.json"), json.to_string())?;
    stage.does(THIEF, "makes a key", "keygen -o thief.json")?;
    stage.fails(
        THIEF,
        "decrypts what is on chain with it",
        "decrypt seen.json --key thief.json",
        "was encrypted for another key",
    )?;
    stage.does(HOST, "decrypts the same with its own", "decrypt seen.json --key host.json")?;
    Ok(())
}

/// Copies a bounty folder.
fn copy(stage: &Stage<'_>, from: &str, to: &str) -> Result<()> {
    fs::create_dir(stage.path(to))?;
    for entry in fs::read_dir(stage.path(from))? {
        let (entry, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
        let name = name.to_string_lossy();
        if entry.is_dir() {
            copy(stage, &format!("{from}/{name}"), &format!("{to}/{name}"))?;
        } else {
            // Keys are large, and are replaced, never changed.
            fs::hard_link(&entry, stage.path(&format!("{to}/{name}")))?;
        }
    }
    Ok(())
}
