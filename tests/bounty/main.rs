//! `tensorproof bounty` against anvil: hosts, hunters, and what goes wrong between them.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod compute;
mod endpoints;
mod fees;
mod fixture;
#[path = "../support/mod.rs"]
mod support;

use std::fs;

use fixture::{ACCOUNTS, BETTER, CREATE, HOST, Market, WORSE};
use serde_json::{Value, json};
use support::anvil::{failure, proxy, success};

const ETHER: u128 = 1_000_000_000_000_000_000;
/// An account that nobody uses.
const PAYEE: &str = "0x00000000000000000000000000000000000000aA";

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

impl Market {
    #[track_caller]
    fn commits(&self, account: usize, bounty: &str, submission: &str) -> Value {
        success(&self.chain(account, &["commit", bounty, "bounty", "--submission", submission]))
    }

    fn reveal(&self, bounty: &str) -> std::process::Output {
        self.chain(HOST, &["reveal", bounty, "bounty", "--test-set", "testset.json"])
    }

    fn submit(&self, account: usize, bounty: &str, submission: &str) -> std::process::Output {
        self.chain(account, &["submit", bounty, "bounty", "--submission", submission, "--samples", "."])
    }

    fn claim(&self, account: usize, bounty: &str, submission: &str, args: &[&str]) -> std::process::Output {
        self.chain(account, &[&["claim", bounty, "bounty", "--submission", submission], args].concat())
    }

    #[track_caller]
    fn show(&self, bounty: &str) -> Value {
        success(&self.chain(HOST, &["show", bounty]))
    }
}

#[test]
fn the_best_model_is_delivered_and_paid() {
    let market = Market::new(&[]);
    let plan = market.create(&["--dry-run"]);
    assert!(plan["gas"].as_u64().unwrap() > 5_000_000 && plan["bounty"].is_null(), "{plan}");
    assert_eq!(market.anvil.request("eth_blockNumber", &json!([])), "0x0");
    let created = market.create(&["--chain-id", "31337"]);
    let bounty = text(&created["bounty"]);
    assert_eq!(created["factory"], plan["factory"]);
    assert_eq!(created["contracts"].as_array().unwrap().len(), 4);
    // The estimate was made without any of the contracts.
    let (estimated, used) = (plan["gas"].as_f64().unwrap(), created["gas"].as_f64().unwrap());
    assert!((estimated / used - 1.0).abs() < 0.05, "{estimated} {used}");
    assert!(!market.path("bounty/opening.json").exists());
    let listed = success(&market.run(HOST, &["list", "--rpc-url", &market.url]));
    assert_eq!(listed["bounties"][0]["bounty"], bounty);
    assert_eq!(
        (&listed["bounties"][0]["phase"], &listed["bounties"][0]["kind"]),
        (&json!("Committing"), &json!("model"))
    );
    let checked = success(&market.chain(WORSE, &["check", "bounty", "--bounty", bounty]));
    assert_eq!(checked["valid"], true);
    assert_eq!(checked["setup"], created["terms"]["setup"]);

    let dry = ["commit", bounty, "bounty", "--submission", "worse", "--dry-run"];
    assert!(success(&market.chain(WORSE, &dry))["transaction"].is_null());
    let committed = market.commits(WORSE, bounty, "worse");
    assert_eq!(committed["value"], (ETHER / 2).to_string());
    assert!(!committed.to_string().contains("parameters"));
    market.commits(BETTER, bounty, "better");
    market.wait();
    success(&market.reveal(bounty));
    let first = success(&market.submit(WORSE, bounty, "worse"));
    assert_eq!((&first["correct"], &first["samples"]), (&json!(1), &json!(2)));
    success(&market.submit(BETTER, bounty, "better"));
    let shown = market.show(bounty);
    assert_eq!(shown["phase"], "Proving");
    let ranks: Vec<_> = shown["hunters"].as_array().unwrap().iter().map(|hunter| &hunter["rank"]).collect();
    assert_eq!(ranks, [&json!(2), &json!(1)]);
    assert!(
        shown["deadlines"]["commit"].as_i64().unwrap() < 0
            && shown["deadlines"]["prove"].as_i64().unwrap() > 0
    );

    market.wait();
    market.wait();
    let shown = market.show(bounty);
    assert_eq!(shown["turn"]["account"], ACCOUNTS[BETTER]);
    assert!(shown["turn"]["left"].as_i64().unwrap() > 3000, "{shown}");
    failure(&market.claim(WORSE, bounty, "worse", &[]), &format!("it is the turn of {}", ACCOUNTS[BETTER]));
    let dry = success(&market.claim(BETTER, bounty, "better", &["--dry-run"]));
    assert!(dry["transaction"].is_null() && dry["gas"].as_u64().unwrap() > 200_000);
    let decrypt = ["decrypt", bounty, "bounty", "--key", "host.json", "--output", "weights.json"];
    failure(&market.chain(HOST, &decrypt), "nothing was delivered");
    let claimed = success(&market.claim(BETTER, bounty, "better", &["--to", PAYEE]));
    assert_eq!(claimed["amount"], (ETHER * 5 / 2).to_string());
    assert_eq!(market.balance(PAYEE), ETHER * 5 / 2);

    let decrypted = success(&market.chain(HOST, &decrypt));
    assert_eq!(decrypted["parameters"]["w"], json!([["1", "1"], ["1", "-1"]]));
    assert_eq!(market.read("weights.json"), decrypted["parameters"]);
    support::is_private(&market.path("weights.json"));
    assert_eq!(decrypted["commitment"], market.read("better/hunter.json")["paramsHash"]);
    support::json(["keygen".as_ref(), "-o".as_ref(), market.path("other.json").as_os_str()]);
    let other = ["decrypt", bounty, "bounty", "--key", "other.json", "--output", "weights.json"];
    failure(&market.chain(HOST, &other), "the bounty's key is");

    let refunded = success(&market.chain(WORSE, &["refund", bounty, "--to", PAYEE]));
    assert_eq!((&refunded["as"], &refunded["amount"]), (&json!("hunter"), &json!((ETHER / 2).to_string())));
    assert_eq!(market.balance(PAYEE), ETHER * 3);
    failure(&market.chain(WORSE, &["refund", bounty]), &format!("nothing is due to {}", ACCOUNTS[WORSE]));
    failure(&market.chain(HOST, &["refund", bounty]), "nothing is due");
    let shown = market.show(bounty);
    assert_eq!((&shown["phase"], &shown["winner"]), (&json!("Delivered"), &json!(ACCOUNTS[BETTER])));
    assert_eq!(market.balance(bounty), 0);
}

#[test]
fn every_ending_gives_the_money_back() {
    let market = Market::new(&[]);
    // Nobody came.
    let cancelled = market.create(&[])["bounty"].clone();
    let cancelled = text(&cancelled);
    let back = success(&market.chain(HOST, &["cancel", cancelled, "--to", PAYEE]));
    assert_eq!((&back["amount"], market.balance(PAYEE)), (&json!((2 * ETHER).to_string()), 2 * ETHER));
    failure(
        &market.chain(HOST, &["cancel", cancelled]),
        "in phase Cancelled, this call belongs to Committing",
    );

    // Endpoints that give the logs of two blocks at most are asked more often.
    let narrow = proxy(&market.anvil, |_, body, ask| {
        let json: Value = serde_json::from_str(body).unwrap();
        let block = |name: &str| {
            let text = json["params"][0][name].as_str()?;
            u64::from_str_radix(text.trim_start_matches("0x"), 16).ok()
        };
        let blocks = block("toBlock").zip(block("fromBlock")).map(|(last, first)| last - first + 1);
        let error = json!({ "code": -32005, "message": "too many blocks" });
        Some(match blocks {
            Some(3..) => json!({ "jsonrpc": "2.0", "id": 1, "error": error }).to_string(),
            _ => ask(),
        })
    });
    let list = |url: &str| success(&market.run(HOST, &["list", "--rpc-url", url]));
    assert_eq!(list(&narrow), list(&market.url));
    assert_eq!(list(&narrow)["bounties"][0]["phase"], "Cancelled");

    // The contracts are there by now: only the bounty is paid for.
    let forfeited = market.create(&[]);
    assert!(forfeited["gas"].as_u64().unwrap() < 600_000, "{forfeited}");
    let forfeited = text(&forfeited["bounty"]);
    // A run that is interrupted pays no second reward.
    market.anvil.request("evm_setAutomine", &json!([false]));
    let interrupted = market.chain(HOST, &[&CREATE[..], &["--timeout", "1"]].concat());
    failure(&interrupted, "was not included within 1 s");
    let sent = market.read("bounty/opening.json")["hash"].clone();
    market.anvil.request("evm_mine", &json!([]));
    market.anvil.request("evm_setAutomine", &json!([true]));
    let silent = market.create(&[]);
    assert_eq!(silent["transaction"], sent);
    let silent = text(&silent["bounty"]);
    assert!(!market.path("bounty/opening.json").exists());
    assert_eq!(list(&market.url)["bounties"].as_array().unwrap().len(), 3);
    for bounty in [forfeited, silent] {
        market.commits(WORSE, bounty, "worse");
        market.commits(BETTER, bounty, "better");
    }
    failure(&market.chain(HOST, &["cancel", silent]), "2 hunters have committed");
    market.wait();
    success(&market.reveal(silent));
    let first = success(&market.submit(BETTER, silent, "better"));
    assert_eq!(first["hint"], "0x0000000000000000000000000000000000000000");
    assert_eq!(success(&market.submit(WORSE, silent, "worse"))["hint"], ACCOUNTS[BETTER]);
    market.wait();
    // The host revealed nothing: its reward is shared.
    failure(&market.reveal(forfeited), "in phase Forfeited, this call belongs to Revealing");
    for account in [WORSE, BETTER] {
        let refunded = success(&market.chain(account, &["refund", forfeited]));
        assert_eq!(refunded["amount"], (ETHER * 3 / 2).to_string());
    }
    assert_eq!(market.balance(forfeited), 0);
    market.wait();
    market.wait();
    // The first does not deliver in its turn, and loses its stake: both halves of it are ended, by anybody.
    let advance = |account| market.chain(account, &["advance", silent]);
    assert_eq!(success(&advance(WORSE))["turn"], ACCOUNTS[BETTER]);
    failure(&advance(WORSE), &format!("the half turn of {} goes on for", ACCOUNTS[BETTER]));
    let shown = market.show(silent)["turn"].clone();
    assert_eq!((&shown["account"], &shown["half"]), (&json!(ACCOUNTS[BETTER]), &json!(1)));
    market.wait();
    assert_eq!(success(&advance(HOST))["turn"], ACCOUNTS[BETTER]);
    assert_eq!(market.show(silent)["turn"]["half"], 2);
    market.wait();
    let advanced = success(&advance(HOST));
    assert_eq!((&advanced["before"], &advanced["turn"]), (&json!(ACCOUNTS[BETTER]), &json!(ACCOUNTS[WORSE])));
    failure(&market.claim(BETTER, silent, "better", &[]), &format!("it is the turn of {}", ACCOUNTS[WORSE]));
    success(&market.claim(WORSE, silent, "worse", &[]));
    let reclaimed = success(&market.chain(HOST, &["refund", silent]));
    assert_eq!((&reclaimed["as"], &reclaimed["amount"]), (&json!("host"), &json!((ETHER / 2).to_string())));
    failure(&market.chain(BETTER, &["refund", silent]), "nothing is due");
    assert_eq!(market.balance(silent), 0);
}

/// Expects that parameters which are not the circuits', and unknown words, are refused.
#[track_caller]
fn refuses_other_parameters(
    market: &Market,
    hunter: &Value,
    commit: &dyn Fn(&'static str) -> std::process::Output,
) {
    for (field, value, message) in [
        ("more", json!(1), "unknown field `more`"),
        (
            "parameters",
            json!({ "w": [1, 1, 1, 1], "images": [1] }),
            "`parameters` has `images`, `w`, expected `w`",
        ),
        ("parameters", json!({ "labels": [1, 1, 1, 1] }), "`parameters` has `labels`, expected `w`"),
        ("parameters", json!({}), "`parameters` has , expected `w`"),
    ] {
        let mut changed = hunter.clone();
        changed[field] = value;
        market.write("liar/hunter.json", &changed.to_string());
        failure(&commit("liar"), message);
    }
}

#[test]
fn refuses_what_the_contracts_would() {
    let market = Market::new(&[]);
    failure(&market.chain(HOST, &["show", ACCOUNTS[HOST]]), "is no bounty that the factory 0x");
    failure(&market.chain(HOST, &["show", "nowhere"]), "expected an address");
    failure(
        &market.chain(HOST, &[&CREATE[..], &["--chain-id", "1"]].concat()),
        "is on chain 31337, expected 1",
    );
    let with = |place: usize, value: &'static str| {
        let mut args = CREATE;
        args[place] = value;
        market.chain(HOST, &args)
    };
    failure(&with(9, "3"), "the terms are not possible");
    failure(&with(11, "366d"), "the terms are not possible");
    for (place, option) in [(11, "--commit-for"), (13, "--reveal-for"), (15, "--prove-for")] {
        failure(&with(place, "1s"), &format!("{option} `1 s` is not a time of at least 30m"));
    }
    failure(&with(16, "--turn=29m"), "--turn `29 m` is not a time of at least 30m");
    failure(&with(16, "--turn=31d"), "--turn `31 d` is not a time of at most 30d");
    failure(&with(5, "20000"), "ETH, expected at least 20000.000000 ETH");
    failure(&with(5, "much"), "expected an amount of ether");
    market.write_test_set("6", &["0.pgm", "1.pgm"], &[11, 7]);
    let honest = market.read("testset.json");
    let mut other = honest.clone();
    other["testSetRoot"] = json!("1");
    market.write("testset.json", &other.to_string());
    failure(&market.chain(HOST, &CREATE), "the root in `testset.json` is 1, expected");
    other["more"] = json!(1);
    market.write("testset.json", &other.to_string());
    failure(&market.chain(HOST, &CREATE), "unknown field `more`");
    other = honest.clone();
    other["labels"] = json!([11]);
    market.write("testset.json", &other.to_string());
    failure(&market.chain(HOST, &CREATE), "1 labels, expected 2");
    // What makes test sets was changed, to labels of one bit more: the circuit that has to prove the root gives another.
    let root = fs::read_to_string(market.path("bounty/testset/root.circom")).unwrap();
    market.write("bounty/testset/root.circom", &root.replace("9, 0, 4, ", "9, 0, 5, "));
    fs::remove_file(market.path("testset.json")).unwrap();
    market.write("labels.json", "[11, 7]");
    let made = ["testset", "bounty", "0.pgm", "1.pgm", "--labels", "labels.json", "-o", "testset.json"];
    success(&market.run(HOST, &made));
    failure(&market.chain(HOST, &CREATE), "the root in `testset.json` is");
    market.write("bounty/testset/root.circom", &root.replace("<== testSetSalt", "<== testSetSalt + 1"));
    fs::remove_file(market.path("testset.json")).unwrap();
    failure(&market.run(HOST, &made), "is not the circuit of the root of these samples");
    market.write("bounty/testset/root.circom", &root);
    // Templates of ours that were changed are not taken, though the circuit is as it was.
    let root = "tensorproof/crypto/test_set_root.circom";
    for (name, text) in tensorproof_templates::FILES {
        let text = if *name == root { text.replace("<== salt;", "<== 0;") } else { (*text).to_owned() };
        market.write(&format!("bounty/testset/{name}"), &text);
    }
    market.write("testset.json", &honest.to_string());
    let message = "test_set_root.circom` is not the template of this name";
    failure(&market.run(HOST, &["check", "bounty"]), message);
    failure(&market.chain(HOST, &CREATE), message);
    fs::remove_dir_all(market.path("bounty/testset/tensorproof")).unwrap();
    assert_eq!(market.anvil.request("eth_blockNumber", &json!([])), "0x0");

    let bounty = market.create(&[])["bounty"].clone();
    let bounty = text(&bounty);
    failure(&market.reveal(bounty), "in phase Committing, this call belongs to Revealing");
    failure(&market.submit(WORSE, bounty, "worse"), "in phase Committing, this call belongs to Proving");
    failure(&market.claim(WORSE, bounty, "worse", &[]), "in phase Committing, this call belongs to Claiming");
    failure(&market.chain(WORSE, &["cancel", bounty]), "is not the host of the bounty");
    failure(&market.chain(WORSE, &["refund", bounty]), "nothing is due");
    let commit =
        |name: &'static str| market.chain(WORSE, &["commit", bounty, "bounty", "--submission", name]);
    let mut hunter = market.read("worse/hunter.json");
    refuses_other_parameters(&market, &hunter, &commit);
    hunter["paramsHash"] = json!("12");
    market.write("liar/hunter.json", &hunter.to_string());
    failure(&commit("liar"), "hash of the parameters in `hunter.json` is 12, expected");
    failure(&commit("nobody"), "nobody/hunter.json` could not be read");
    success(&commit("worse"));
    failure(&commit("worse"), "has committed already");
    market.wait();
    failure(&commit("better"), "in phase Revealing, this call belongs to Committing");
    let stranger = ["reveal", bounty, "bounty", "--test-set", "testset.json"];
    failure(&market.chain(WORSE, &stranger), "is not the host of the bounty");
    market.write_test_set("7", &["0.pgm", "1.pgm"], &[11, 7]);
    failure(&market.reveal(bounty), "the bounty's root of the test set is");
    market.write("testset.json", &honest.to_string());
    success(&market.reveal(bounty));
    failure(&market.submit(BETTER, bounty, "better"), "has not committed to parameters");
    failure(&market.submit(WORSE, bounty, "better"), "the account's commitment is");
    fs::rename(market.path("1.pgm"), market.path("1.jpg")).unwrap();
    fs::rename(market.path("0.pgm"), market.path("worse/0")).unwrap();
    failure(&market.submit(WORSE, bounty, "worse"), "has no file with the SHA-256 0x");
    fs::rename(market.path("worse/0"), market.path("0")).unwrap();
    success(&market.submit(WORSE, bounty, "worse"));
    failure(&market.submit(WORSE, bounty, "worse"), "has proved its accuracy already");
}

#[test]
fn check_finds_what_differs() {
    let market = Market::new(&["--chain-id", "1"]);
    failure(&market.chain(HOST, &CREATE), "chain 1 is public: whoever made it can forge proofs");
    let unasked = market.chain(HOST, &[&CREATE[..], &["--allow-dev-key"]].concat());
    failure(&unasked, "chain 1 is public, and there is no terminal to ask at, expected `--yes`");
    let bounty = market.create(&["--allow-dev-key", "--yes"])["bounty"].clone();
    let bounty = text(&bounty);
    // What is staked there somebody has to name.
    let stake = |args: &[&str]| {
        let commit = ["commit", bounty, "bounty", "--submission", "better"];
        market.chain(BETTER, &[&commit, args].concat())
    };
    failure(&stake(&[]), "expected `--yes`");
    failure(
        &stake(&["--yes"]),
        "0.500000 ETH are to be paid with the call as the endpoint says, and nobody is asked",
    );
    let over =
        "0.500000 ETH are to be paid with the call as the endpoint says, expected at most 0.499999 ETH";
    failure(&stake(&["--yes", "--max-value", "0.499999"]), over);
    success(&stake(&["--yes", "--max-value", "0.5"]));
    let check = || market.chain(HOST, &["check", "bounty", "--bounty", bounty]);
    success(&check());
    // A circuit that proves less, with a key of its own.
    let source = fs::read_to_string(market.path("bounty/accuracy/circuit.circom")).unwrap();
    market.write("bounty/accuracy/circuit.circom", &source.replace("right[0].out + right[1].out", "2"));
    failure(&check(), "`architecture` is 0x");
    market.write("bounty/accuracy/circuit.circom", &source);
    success(&check());
    let swap = |one: &str, other: &str| {
        let [one, other] = [one, other].map(|name| market.path(&format!("bounty/{name}")));
        let kept = fs::read(&one).unwrap();
        fs::copy(&other, &one).unwrap();
        (one, kept)
    };
    for (one, other, message) in [
        ("delivery/circuit.r1cs", "accuracy/circuit.r1cs", "is not what the sources compile to"),
        ("delivery/circuit.zkey", "accuracy/circuit.zkey", "is not the verifying key of the proving key"),
    ] {
        let (path, kept) = swap(one, other);
        failure(&check(), message);
        fs::write(path, kept).unwrap();
    }
    let described = market.read("bounty/bounty.json");
    for (field, value, message) in [
        ("format", json!(1), "was made by an earlier version, whose commitments do not cover their form"),
        ("format", json!(3), "has format 3, expected 2"),
        (
            "image",
            json!({ "first": 2, "size": 3, "factor": "2", "offset": "0", "divisor": "1" }),
            "`image.first` is 2, expected 0 to 1",
        ),
        (
            "image",
            json!({ "first": 1, "size": 3, "factor": "2", "offset": "0", "divisor": "0" }),
            "`image.divisor` is `0`, expected an integer",
        ),
        ("ciphertextLength", json!(4), "`ciphertextLength` is 4, expected 5"),
        ("architecture", json!("0x12"), "`architecture` is `0x12`, expected 32 bytes"),
        ("samples", json!(3), "the bounty's number of samples is 2, expected 3"),
        ("more", json!(1), "unknown field `more`"),
    ] {
        let mut changed = described.clone();
        changed[field] = value;
        market.write("bounty/bounty.json", &changed.to_string());
        failure(&market.chain(WORSE, &["commit", bounty, "bounty", "--submission", "worse"]), message);
    }
    market.write("bounty/bounty.json", &described.to_string());
    // Another key of the same circuit is right by itself, but not the one that the bounty names.
    support::json(["setup".as_ref(), market.path("bounty/delivery").as_os_str()]);
    success(&market.run(HOST, &["check", "bounty"]));
    failure(&check(), "code hash of the bounty's verifier of the delivery");
    failure(
        &market.chain(WORSE, &["commit", bounty, "bounty", "--submission", "worse"]),
        "code hash of the bounty's verifier of the delivery",
    );
}

#[test]
fn check_verifies_ceremonies() {
    let market = Market::new(&[]);
    let tensorproof = |args: &[&str]| success(&market.tensorproof(HOST, args));
    tensorproof(&["setup", "ptau", "new", "--power", "4", "--output", "powers.ptau"]);
    tensorproof(&["setup", "ptau", "contribute", "powers.ptau"]);
    tensorproof(&["setup", "ptau", "prepare", "powers.ptau"]);
    let check = || market.run(HOST, &["check", "bounty", "--ptau", "powers.ptau"]);
    let circuit = "pragma circom 2.1.0;\ntemplate Product() { signal input a; signal input b; signal output c; \
                   signal output d; c <== a * b; d <== a + b; }\n\
                   component main {public [a]} = Product();\n";
    let dirs = ["testset", "accuracy", "delivery"].map(|name| format!("bounty/{name}"));
    for dir in &dirs {
        market.write(&format!("{dir}/circuit.circom"), circuit);
        tensorproof(&["compile", &format!("{dir}/circuit.circom"), "--O2", "--r1cs", "-o", dir]);
        tensorproof(&["setup", dir]);
    }
    market.describe();
    let local = success(&market.run(HOST, &["check", "bounty"]));
    assert_eq!(local["ceremony"], false);
    failure(&check(), "testset/circuit.zkey`");
    for dir in &dirs {
        fs::remove_file(market.path(&format!("{dir}/circuit.zkey"))).unwrap();
        tensorproof(&["setup", dir, "--ptau", "powers.ptau"]);
        tensorproof(&["setup", "contribute", dir, "--name", "host"]);
    }
    let checked = success(&check());
    assert_eq!(checked["ceremony"], true);
    assert_eq!(checked["statements"]["delivery"]["contributions"][0]["name"], "host");
    assert_ne!(checked["setup"], local["setup"]);
}

/// Circuits of a real model: what a hunter takes on trust is nothing.
#[test]
fn parameters_are_those_of_the_circuits() {
    let folder = tempfile::tempdir().unwrap();
    let models = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/models");
    let model = |name: &str| models.join(name).join("model.onnx").to_string_lossy().into_owned();
    let bounty = |args: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_tensorproof"));
        command.arg("bounty").args(args).arg("--json").current_dir(folder.path()).output().unwrap()
    };
    let path = |name: &str| folder.path().join(name);
    let own = model("mnist_cnn");
    success(&bounty(&["circuits", &own, "-o", "digits", "--samples", "1", "--scale", "2^4"]));
    // What the folder that commands run in has under the names of templates is not read.
    for (name, _) in tensorproof_templates::FILES {
        fs::create_dir_all(path(name).parent().unwrap()).unwrap();
        fs::write(path(name), "no circom").unwrap();
    }
    fs::write(path("main.circom"), "no circom").unwrap();
    fs::write(path("digit"), [7; 784]).unwrap();
    fs::write(path("labels.json"), "[3]").unwrap();
    let test_set = ["testset", "digits", "digit", "--labels", "labels.json", "-o", "testset.json"];
    success(&bounty(&test_set));
    let params = ["params", "digits", own.as_str(), "-o", "mine"];
    let made = success(&bounty(&params));
    let hunter: Value = serde_json::from_str(&fs::read_to_string(path("mine/hunter.json")).unwrap()).unwrap();
    assert_eq!(made["commitment"], hunter["paramsHash"]);
    let described: Value =
        serde_json::from_str(&fs::read_to_string(path("digits/bounty.json")).unwrap()).unwrap();
    let described = described["parameters"].as_array().unwrap().iter().map(|tensor| text(&tensor["signal"]));
    let described: std::collections::BTreeSet<&str> = described.collect();
    assert_eq!(
        hunter["parameters"]
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect::<std::collections::BTreeSet<_>>(),
        described
    );
    support::is_private(&path("testset.json"));
    support::is_private(&path("mine/hunter.json"));
    // Another salt would make what was committed to worthless.
    for again in [&params[..], &test_set] {
        failure(&bounty(again), "is not a file that does not exist yet");
    }

    // The root of the test set is public: a circuit of it that somebody changed could show the salt.
    let root = path("digits/testset/root.circom");
    let kept = fs::read_to_string(&root).unwrap();
    for (from, to) in [
        ("testSetRoot <== root.out", "testSetRoot <== testSetSalt"),
        ("pragma circom 2.1.0;\n", "pragma circom 2.1.0;\ninclude \"x.circom\";\n"),
        ("TestSetRoot(1, 784, ", "TestSetRoot(1, 784, 0"),
        ("TestSetRoot(1, 784, ", "TestSetRoot(1, 785, "),
        ("images[1]", "images[2]"),
        ("images[1]", "images[0]"),
        ("images[1]", "images[18446744073709551615]"),
    ] {
        assert!(kept.contains(from), "{from}");
        fs::write(&root, kept.replace(from, to)).unwrap();
        let again = ["testset", "digits", "digit", "--labels", "labels.json", "-o", "again.json"];
        failure(&bounty(&again), "is not the circuit of the root of these samples");
    }
    fs::write(&root, kept).unwrap();

    let elsewhere = |name: &str| bounty(&["params", "digits", &model(name), "-o", "other"]);
    assert_eq!(elsewhere("mnist_lenet5").status.code(), Some(1));
    for (file, from, to, message) in [
        (
            "accuracy/circuit.circom",
            "correct <== count",
            "correct <== 1 + count",
            "is not the circuit of this model",
        ),
        (
            "delivery/tensorproof/crypto/pack.circom",
            "bits[at].in <== in[at]",
            "bits[at].in <== 0",
            "is not the circuit",
        ),
        ("bounty.json", "\"low\": \"-", "\"low\": \"-1", "does not describe the circuits"),
        ("bounty.json", "\"sums\": ", "\"sums\": 9999999", "expected 1 to 250"),
    ] {
        let file = path("digits").join(file);
        let kept = fs::read_to_string(&file).unwrap();
        assert!(kept.contains(from), "{from}");
        fs::write(&file, kept.replacen(from, to, 1)).unwrap();
        failure(&elsewhere("mnist_cnn"), message);
        fs::write(&file, kept).unwrap();
    }
    assert!(!path("other").exists());
    success(&elsewhere("mnist_cnn"));
}

/// A ciphertext of another length could never be delivered, and the stake would be lost.
#[test]
fn a_length_that_nobody_can_deliver_is_refused_before_the_stake() {
    let market = Market::new(&[]);
    let mut described = market.read("bounty/bounty.json");
    described["ciphertextLength"] = json!(6);
    described["parameters"] = json!([
        { "signal": "w", "shape": [2, 1], "order": "row-major", "scale": "2", "low": "-8", "bits": 200 },
    ]);
    market.write("bounty/bounty.json", &described.to_string());
    let created = market.create(&[]);
    let bounty = text(&created["bounty"]);
    failure(
        &market.chain(WORSE, &["commit", bounty, "bounty", "--submission", "worse"]),
        "length of ciphertexts is 6, expected 5",
    );
}

/// Who is not there in a short turn loses its stake.
#[test]
fn short_turns_are_taken_only_when_asked_for() {
    let market = Market::new(&[]);
    let mut args = CREATE;
    args[16] = "--turn=30m";
    let created = market.chain(HOST, &args);
    let bounty = success(&created)["bounty"].clone();
    let bounty = text(&bounty);
    assert!(String::from_utf8_lossy(&created.stderr).contains("--turn is shorter than 1 h"));
    let allowed = "--allow-short-phases";
    let refusal = "phase `turn` of the bounty takes 30 m, expected at least 1 h";
    let check = ["check", "bounty", "--bounty", bounty];
    let commit = ["commit", bounty, "bounty", "--submission", "worse"];
    let submit = ["submit", bounty, "bounty", "--submission", "worse", "--samples", "."];
    let run = |args: &[&str]| {
        let refused = market.chain(WORSE, args);
        failure(&refused, refusal);
        assert!(String::from_utf8_lossy(&refused.stderr).contains(allowed));
        let output = market.chain(WORSE, &[args, &[allowed]].concat());
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(told.contains("reveal 1 h, proofs 1 h") && told.contains("each turn 30 m"), "{told}");
        success(&output)
    };
    assert_eq!(run(&check)["phases"]["turn"], 1800);
    assert_eq!(run(&commit)["phases"]["turn"], 1800);
    market.wait();
    success(&market.reveal(bounty));
    assert_eq!(run(&submit)["phases"]["turn"], 1800);
}

/// A chain on which no block was made takes no turn, however long.
#[test]
fn a_chain_that_stands_still_takes_no_stake() {
    let market = Market::new(&[]);
    let bounty = market.create(&[])["bounty"].clone();
    let bounty = text(&bounty);
    market.commits(BETTER, bounty, "better");
    market.wait();
    success(&market.reveal(bounty));
    success(&market.submit(BETTER, bounty, "better"));
    // The next block is that of the claim, a hundred turns later.
    market.anvil.request("evm_increaseTime", &json!([100 * 3600]));
    market.anvil.request("evm_mine", &json!([]));
    assert_eq!(market.show(bounty)["phase"], "Claiming");
    failure(&market.chain(HOST, &["refund", bounty]), "nothing is due");
    success(&market.claim(BETTER, bounty, "better", &["--to", PAYEE]));
    assert_eq!(market.balance(PAYEE), ETHER * 5 / 2);
}

/// A host knows its test set, so that it can rank first with accounts of its own, and let their turns pass.
#[test]
fn a_host_that_ranks_first_holds_no_stake() {
    let market = Market::new(&[]);
    let bounty = market.create(&[])["bounty"].clone();
    let bounty = text(&bounty);
    let checked = market.chain(WORSE, &["check", "bounty", "--bounty", bounty]);
    let told = String::from_utf8_lossy(&checked.stderr).into_owned();
    assert!(told.contains("each turn 1 h or more, 1 d or more but for the first"), "{told}");
    assert!(told.contains("held until proofs end, in ") && told.contains("at the longest"), "{told}");
    let phases = success(&checked)["phases"].clone();
    assert_eq!((&phases["turn"], &phases["later_turn"]), (&json!(3600), &json!(86_400)));
    assert!(phases["stake_held"].as_u64().unwrap() <= 3 * 3600, "{phases}");

    market.commits(WORSE, bounty, "worse");
    market.commits(HOST, bounty, "better");
    market.commits(BETTER, bounty, "better");
    let resign = |account, args: &[&str]| market.chain(account, &[&["resign", bounty], args].concat());
    failure(&resign(WORSE, &[]), "in phase Committing, this call belongs to Claiming");
    market.wait();
    success(&market.reveal(bounty));
    for (account, submission) in [(WORSE, "worse"), (HOST, "better"), (BETTER, "better")] {
        success(&market.submit(account, bounty, submission));
    }
    market.wait();
    market.wait();
    // The ranks are those of host, better, worse; commitments came in another order.
    let hunters = market.show(bounty)["hunters"].clone();
    assert_eq!(hunters[0]["wait"], json!({ "least": 3600, "most": 3600 + 86_400 }));
    assert_eq!(hunters[1]["wait"], Value::Null);
    assert_eq!(hunters[2]["wait"], json!({ "least": 3600, "most": 3600 }));

    let refused = market.chain(WORSE, &["refund", bounty]);
    failure(&refused, "nothing is due");
    failure(&refused, "`bounty resign` gives it up");
    failure(&resign(HOST, &[]), "has no turn to come");
    assert!(success(&resign(WORSE, &["--dry-run"]))["transaction"].is_null());
    let resigned = success(&resign(WORSE, &["--to", PAYEE]));
    assert_eq!((&resigned["amount"], market.balance(PAYEE)), (&json!((ETHER / 2).to_string()), ETHER / 2));
    failure(&resign(WORSE, &[]), "has no turn to come");
    failure(&market.chain(WORSE, &["refund", bounty]), "nothing is due");
    let hunters = market.show(bounty)["hunters"].clone();
    assert_eq!((&hunters[0]["resigned"], &hunters[0]["rank"]), (&json!(true), &Value::Null));

    let advance = || market.chain(HOST, &["advance", bounty]);
    for _ in 0..2 {
        success(&advance());
        market.wait();
    }
    assert_eq!(success(&advance())["turn"], ACCOUNTS[BETTER]);
    // From here on a day, whenever the host has made it begin.
    assert!(market.show(bounty)["turn"]["left"].as_i64().unwrap() > 86_300);
    market.wait();
    failure(&advance(), &format!("the half turn of {} goes on for", ACCOUNTS[BETTER]));
    failure(&resign(BETTER, &[]), "has no turn to come");
    success(&market.claim(BETTER, bounty, "better", &[]));
    assert_eq!(success(&market.chain(HOST, &["refund", bounty]))["amount"], (ETHER / 2).to_string());
    assert_eq!(market.balance(bounty), 0);
}

/// The delivery is what a stake is lost for: a key that cannot prove it is found before the accuracy is proven.
#[test]
fn who_could_not_deliver_proves_no_accuracy() {
    let market = Market::new(&[]);
    let bounty = market.create(&[])["bounty"].clone();
    let bounty = text(&bounty);
    market.commits(WORSE, bounty, "worse");
    market.wait();
    success(&market.reveal(bounty));
    // Another key, beside the verifying key that the bounty names.
    let key = fs::read_to_string(market.path("bounty/delivery/verification_key.json")).unwrap();
    support::json(["setup".as_ref(), market.path("bounty/delivery").as_os_str()]);
    market.write("bounty/delivery/verification_key.json", &key);
    failure(&market.submit(WORSE, bounty, "worse"), "the proof is not valid");
}

#[test]
fn what_no_transaction_carries_is_refused_when_circuits_are_made() {
    let market = Market::new(&[]);
    let model = support::model("mnist_mlp", "model.onnx").to_string_lossy().into_owned();
    let circuits = |args: &[&str]| market.run(HOST, &[&["circuits", &model, "-o", "digits"], args].concat());
    failure(
        &circuits(&["--samples", "2001"]),
        "a bounty with 2001 samples is not possible, expected at most 2000",
    );
    assert!(!market.path("digits").exists());
    let mut described = market.read("bounty/bounty.json");
    described["ciphertextLength"] = json!(18_004);
    described["parameters"] = json!([{ "signal": "w", "shape": [270_000], "order": "row-major", "scale": "2", "low": "-8", "bits": 16 }]);
    market.write("bounty/bounty.json", &described.to_string());
    let limit = "`ciphertextLength` is 18004, expected 1 to 4000";
    failure(&market.chain(HOST, &CREATE), limit);
    failure(&market.run(HOST, &["check", "bounty"]), limit);
    let nowhere = ACCOUNTS[HOST];
    let commit = ["commit", nowhere, "bounty", "--submission", "worse"];
    failure(&market.chain(WORSE, &commit), "is no bounty");
}
