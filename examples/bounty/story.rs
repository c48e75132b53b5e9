//! The story: one bounty that is won, between cheats, and one whose host keeps silent.

use std::time::Instant;

use serde_json::Value;
use tensorproof::terminal::grouped;
use tensorproof_contracts::Address;
use tensorproof_contracts::bounty::Factory;

use crate::data::{self, SAMPLE_BYTES};
use crate::stage::{ALICE, BOB, HOST, MALLORY, Result, Stage, THIEF};
use crate::{cheats, compute};

/// Most bytes of a contract's code (EIP-170).
const MOST_CODE: usize = 24_576;
/// What the host pays and asks for.
const TERMS: &str =
    "--reward 2 --stake 0.5 --threshold 1 --commit-for 1h --reveal-for 1h --prove-for 1h --turn 1h";

/// Tells the story with so many digits.
///
/// # Errors
/// When anything goes another way.
pub(crate) fn tell(stage: &mut Stage<'_>, samples: u32) -> Result<()> {
    let started = Instant::now();
    let digits = data::lay_out(stage.folder.path(), samples as usize)?;
    let bounty = prepare(stage, samples, &digits)?;
    commit(stage, bounty)?;
    reveal(stage, bounty)?;
    prove(stage, bounty, samples)?;
    deliver(stage, bounty)?;
    pay_back(stage, bounty)?;
    silence(stage)?;
    compute::outputs_are_bought(stage)?;
    stage.chapter(&format!("All this took {:.0} s.", started.elapsed().as_secs_f64()))
}

fn prepare(stage: &mut Stage<'_>, samples: u32, digits: &[String]) -> Result<Address> {
    stage.chapter("A host looks for a model that reads its digits")?;
    let made = stage.does(
        HOST,
        &format!("makes the circuits of a convolutional network, for {}", count(samples)),
        &format!(
            "bounty circuits architecture.onnx -o bounty --samples {samples} --sample-bytes {SAMPLE_BYTES}"
        ),
    )?;
    for (kind, what) in [("testset", "the test set"), ("accuracy", "accuracy"), ("delivery", "delivery")] {
        let constraints = made["constraints"][kind].as_u64().unwrap_or_default();
        let what = format!("makes the keys of {what}: {} constraints", grouped(constraints));
        stage.does(HOST, &what, &format!("setup bounty/{kind}"))?;
    }
    stage
        .say("", "(keys for development: who made them could forge. A real host starts from powers of tau")?;
    stage.say(
        "",
        " with `setup --ptau`, it and hunters contribute, and `bounty check --ptau` verifies that)",
    )?;
    let files = digits.join(" ");
    stage.does(
        HOST,
        "makes the salted root of digits and labels, which are a secret",
        &format!("bounty testset bounty {files} --labels labels.json -o testset.json"),
    )?;
    stage.does(HOST, "makes a key that parameters are encrypted to", "keygen -o host.json")?;
    let created = stage.does(
        HOST,
        "opens the bounty: 2 ETH for 1 right answer, 0.5 ETH stake",
        &format!("bounty create bounty --test-set testset.json --key host.json {TERMS} --rpc-url URL"),
    )?;
    sizes(stage, &created["contracts"])?;
    Ok(created["bounty"].as_str().unwrap_or_default().parse()?)
}

/// Tells the sizes of the contracts, which no chain would take if they were larger.
fn sizes(stage: &mut Stage<'_>, contracts: &Value) -> Result<()> {
    let mut sizes = Vec::new();
    for contract in contracts.as_array().into_iter().flatten() {
        let address = contract["address"].as_str().unwrap_or_default().parse()?;
        let name = contract["name"].as_str().unwrap_or_default();
        sizes.push((stage.rpc.code(address)?.len(), name.to_owned()));
    }
    let (implementation, _) = Factory::new()?.implementation;
    sizes.push((stage.rpc.code(implementation)?.len(), "ModelBounty".to_owned()));
    let total = sizes.len();
    let Some((size, name)) = sizes.into_iter().max() else {
        return Err("there are no contracts".into());
    };
    if size > MOST_CODE {
        return Err(format!("{name} has {size} bytes, EIP-170 allows {MOST_CODE}").into());
    }
    let (size, most) = (grouped(size), grouped(MOST_CODE));
    stage.say("", &format!("{total} contracts, the largest is {name} with {size} of EIP-170's {most} bytes"))
}

fn commit(stage: &mut Stage<'_>, bounty: Address) -> Result<()> {
    stage.chapter("Hunters commit to parameters, before they can see a digit")?;
    let check = format!("bounty check bounty --bounty {bounty} --rpc-url URL");
    stage.does(ALICE, "checks circuits, keys and verifiers", &check)?;
    for (hunter, model) in [(BOB, "bob.onnx"), (ALICE, "alice.onnx"), (MALLORY, "architecture.onnx")] {
        let name = hunter.name;
        stage.does(
            hunter,
            &format!("makes parameters of {model}"),
            &format!("bounty params bounty {model} -o {name}"),
        )?;
        stage.does(
            hunter,
            "commits to them, with the stake",
            &format!("bounty commit {bounty} bounty --submission {name} --rpc-url URL"),
        )?;
    }
    cheats::copies_a_commitment(stage, bounty)?;
    stage.fails(
        HOST,
        "wants its money back",
        &format!("bounty cancel {bounty} --rpc-url URL"),
        "the host is bound to the bounty",
    )?;
    stage.fails(BOB, "wants to prove, too early", &submit(bounty, "bounty", "bob"), "in phase Committing")
}

fn count(digits: u32) -> String {
    if digits == 1 { "1 digit".to_owned() } else { format!("{digits} digits") }
}

fn submit(bounty: Address, folder: &str, hunter: &str) -> String {
    format!("bounty submit {bounty} {folder} --submission {hunter} --samples digits --rpc-url URL")
}

fn reveal(stage: &mut Stage<'_>, bounty: Address) -> Result<()> {
    stage.wait(1)?;
    stage.chapter("The host reveals the digits, and proves that they are those of the root")?;
    let command = format!("bounty reveal {bounty} bounty --test-set testset.json --rpc-url URL");
    stage.does(HOST, "reveals CIDs, labels and salt", &command)?;
    stage.fails(
        BOB,
        "wants to commit, too late",
        &format!("bounty commit {bounty} bounty --submission bob --rpc-url URL"),
        "in phase Proving",
    )
}

fn prove(stage: &mut Stage<'_>, bounty: Address, samples: u32) -> Result<()> {
    stage.chapter("Hunters prove how many digits their parameters read")?;
    for (hunter, right) in [(BOB, 1), (ALICE, samples.min(2))] {
        let what = format!("proves its accuracy, on {}", count(samples));
        let command = submit(bounty, "bounty", hunter.name);
        let mut copy = None;
        let proved = if hunter.name == ALICE.name {
            stage.does_seen(hunter, &what, &command, |stage, seen| {
                copy = Some(cheats::sends_a_proof_of_another(stage, bounty, seen)?);
                Ok(())
            })?
        } else {
            stage.does(hunter, &what, &command)?
        };
        if let Some(copy) = copy {
            cheats::was_first_in_vain(stage, copy, &proved)?;
        }
        let correct = proved["correct"].as_u64().unwrap_or_default();
        stage.say("", &format!("{correct} of {samples} are right"))?;
        if correct < u64::from(right) {
            return Err(format!("{} should have been right on {right} digits", hunter.name).into());
        }
    }
    cheats::brings_its_own_verifier(stage, bounty, samples)?;
    cheats::makes_its_own_key(stage, bounty, samples)?;
    cheats::changes_its_parameters(stage, bounty)
}

fn deliver(stage: &mut Stage<'_>, bounty: Address) -> Result<()> {
    stage.wait(2)?;
    stage.chapter("The winner delivers, encrypted to the host, and is paid by the same call")?;
    let shown = stage.does(HOST, "looks whose turn it is", &format!("bounty show {bounty} --rpc-url URL"))?;
    let candidate = shown["turn"]["account"].as_str().unwrap_or_default();
    // With one digit both are right, and the earlier commitment wins.
    let is_alice = candidate == ALICE.address()?.to_string();
    let (winner, other) = if is_alice { (ALICE, BOB) } else { (BOB, ALICE) };
    let claim = |name| format!("bounty claim {bounty} bounty --submission {name} --rpc-url URL");
    stage.fails(other, "wants to be paid first", &claim(other.name), "it is the turn of")?;
    stage.does(winner, "delivers its parameters, and gets 2.5 ETH", &claim(winner.name))?;
    let decrypt = format!("bounty decrypt {bounty} bounty --key host.json -o weights.json --rpc-url URL");
    let decrypted = stage.does(HOST, "decrypts them", &decrypt)?;
    let committed = stage.read(&format!("{}/hunter.json", winner.name))?;
    if integers(&decrypted["parameters"]) != integers(&committed["parameters"]) {
        return Err("the decrypted parameters are not those of the winner".into());
    }
    let count = integers(&committed["parameters"]).len();
    stage.say("", &format!("the {} integers are those that {} committed to", grouped(count), winner.name))?;
    cheats::reads_what_is_on_chain(stage, bounty)
}

/// Returns the integers of nested lists by name, whether they are strings or numbers.
fn integers(value: &Value) -> Vec<String> {
    match value {
        Value::Array(items) => items.iter().flat_map(integers).collect(),
        Value::Object(entries) => {
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_by_key(|(name, _)| *name);
            entries.into_iter().flat_map(|(_, value)| integers(value)).collect()
        }
        Value::String(text) => vec![text.clone()],
        other => vec![other.to_string()],
    }
}

fn pay_back(stage: &mut Stage<'_>, bounty: Address) -> Result<()> {
    stage.chapter("The others take their stakes back")?;
    let shown = stage.does(HOST, "looks at the end", &format!("bounty show {bounty} --rpc-url URL"))?;
    let winner = shown["winner"].as_str().unwrap_or_default();
    for hunter in [BOB, ALICE, MALLORY, THIEF] {
        if hunter.address()?.to_string() != winner {
            let refund = format!("bounty refund {bounty} --rpc-url URL");
            stage.does(hunter, "takes its stake back", &refund)?;
        }
    }
    let left = stage.rpc.balance(bounty)?;
    if !left.is_zero() {
        return Err(format!("{left} wei are left in the bounty").into());
    }
    stage.say("", "no wei is left in the bounty")
}

fn silence(stage: &mut Stage<'_>) -> Result<()> {
    stage.chapter("A host that reveals nothing pays all the same")?;
    let created = stage.does(
        HOST,
        "opens another bounty; the contracts are there by now",
        &format!("bounty create bounty --test-set testset.json --key host.json {TERMS} --rpc-url URL"),
    )?;
    let bounty = created["bounty"].as_str().unwrap_or_default();
    stage.does(
        ALICE,
        "commits to its parameters",
        &format!("bounty commit {bounty} bounty --submission alice --rpc-url URL"),
    )?;
    stage.wait(2)?;
    stage.fails(
        HOST,
        "wants to reveal, too late",
        &format!("bounty reveal {bounty} bounty --test-set testset.json --rpc-url URL"),
        "in phase Forfeited",
    )?;
    let refunded =
        stage.does(ALICE, "takes reward and stake", &format!("bounty refund {bounty} --rpc-url URL"))?;
    if refunded["amount"] != "2500000000000000000" {
        return Err(format!("alice got {} wei, expected 2.5 ether", refunded["amount"]).into());
    }
    stage.say("", "2.5 ETH")
}
