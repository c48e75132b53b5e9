//! Bounties that pay for outputs, with the circuits of real models: a network of two layers on two digits, and a layer of a few
//! values where that is enough.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};
use tensorproof_contracts::keccak256;

use crate::endpoints::{recorder, shows_none};
use crate::fixture::{ACCOUNTS, BETTER, HOST, Market, WORSE};
use crate::support;
use crate::support::anvil::{failure, post, success};
use crate::{ETHER, PAYEE, text};

/// How a circuit is made that a bounty can be opened for.
const VISIBILITY: [&str; 6] =
    ["--input-visibility", "hashed", "--params-visibility", "fixed", "--public-signals", "digest"];
const OTHER_KIND: &str = "of the kind `compute`, this command is for the kind `model`";
/// Opens a bounty of two ether for an hour.
const CREATE: [&str; 8] = ["create", "public", "--data", "data.json", "--reward", "2", "--for", "1h"];

impl Market {
    /// Makes the build directory of a model, with a development key, and data of two samples with a salt.
    fn for_outputs(anvil_args: &[&str], model: &Path) -> Self {
        let market = Self::empty(anvil_args);
        market.transpile(model, "public", &VISIBILITY);
        success(&market.tensorproof(HOST, &["setup", "public"]));
        market.write_data("data.json", "7", 2);
        market
    }

    fn transpile(&self, model: &Path, folder: &str, flags: &[&str]) {
        let model = model.to_string_lossy();
        let args = ["transpile", &model, "-o", folder, "--input-range", "-1,1", "--raw", "--batch", "2"];
        success(&self.tensorproof(HOST, &[&args[..], flags].concat()));
    }

    fn write_data(&self, name: &str, salt: &str, samples: usize) {
        let input = self.read("public/settings.json")["inputs"][0].clone();
        let pixel = |sample: usize, at: usize| {
            let hundredths = u8::try_from(at * (7 + sample) % 100).unwrap();
            json!(f64::from(hundredths) / 100.0)
        };
        let shape: Vec<usize> = serde_json::from_value(input["shape"].clone()).unwrap();
        let size = shape.iter().product::<usize>();
        let samples: Vec<Value> = (0..samples)
            .map(|sample| nested(&shape, &(0..size).map(|at| pixel(sample, at)).collect::<Vec<_>>()))
            .collect();
        self.write(name, &json!({ text(&input["name"]): samples, "inputSalt": salt }).to_string());
    }

    fn solve(&self, account: usize, bounty: &str, args: &[&str]) -> Output {
        self.chain(account, &[&["submit", bounty, "public", "--data", "data.json"], args].concat())
    }

    /// Opens a bounty for outputs; returns its address.
    #[track_caller]
    fn open(&self) -> String {
        text(&success(&self.chain(HOST, &CREATE))["bounty"]).to_owned()
    }
}

fn nested(shape: &[usize], values: &[Value]) -> Value {
    match shape {
        [] => values[0].clone(),
        [length, inner @ ..] => {
            values.chunks(values.len() / length).map(|chunk| nested(inner, chunk)).collect()
        }
    }
}

/// A network of two layers.
fn network() -> PathBuf {
    support::model("mnist_mlp", "model.onnx")
}

/// A layer of five inputs and three outputs.
fn layer() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("transpiler/tests/cases/gemm.onnx")
}

#[test]
fn outputs_are_proven_and_paid() {
    let market = Market::for_outputs(&[], &network());
    let plan = success(&market.chain(HOST, &[&CREATE[..], &["--dry-run"]].concat()));
    assert!(plan["gas"].as_u64().unwrap() > 3_000_000 && plan["bounty"].is_null(), "{plan}");
    assert_eq!(market.anvil.request("eth_blockNumber", &json!([])), "0x0");
    let created = success(&market.chain(HOST, &CREATE));
    let (estimated, used) = (plan["gas"].as_f64().unwrap(), created["gas"].as_f64().unwrap());
    assert!((estimated / used - 1.0).abs() < 0.05, "{estimated} {used}");
    assert_eq!((&created["kind"], &created["terms"]["outputs"]), (&json!("compute"), &json!(20)));
    // A run that is interrupted pays no second reward.
    market.anvil.request("evm_setAutomine", &json!([false]));
    failure(&market.chain(HOST, &[&CREATE[..], &["--timeout", "1"]].concat()), "was not included within 1 s");
    let sent = market.read("public/bounty/opening.json")["hash"].clone();
    market.anvil.request("evm_mine", &json!([]));
    market.anvil.request("evm_setAutomine", &json!([true]));
    let resumed = success(&market.chain(HOST, &CREATE));
    assert_eq!(resumed["transaction"], sent);
    assert!(!market.path("public/bounty/opening.json").exists());

    let bounty = text(&created["bounty"]);
    let listed = success(&market.chain(HOST, &["list"]))["bounties"].clone();
    assert_eq!(listed.as_array().unwrap().len(), 2);
    assert_eq!(
        [&listed[0]["kind"], &listed[0]["bounty"], &listed[0]["phase"]],
        [&json!("compute"), &json!(bounty), &json!("Open")]
    );
    let check = ["check", "public", "--data", "data.json", "--bounty", bounty];
    let checked = success(&market.chain(WORSE, &check));
    assert_eq!(checked["architecture"], created["terms"]["architecture"]);
    assert_eq!(checked["data"]["digest"], created["terms"]["data_digest"]);
    let shown = success(&market.chain(HOST, &["show", bounty]));
    assert_eq!(
        (&shown["phase"], &shown["solver"], &shown["integers"]),
        (&json!("Open"), &json!(null), &json!(null))
    );

    // What the solver would send, in the name of somebody else. No endpoint sees it before.
    let (recorder, requests) = recorder(&market.anvil);
    let solve = ["submit", bounty, "public", "--data", "data.json", "--dry-run", "--rpc-url", &recorder];
    let dry = success(&market.run(WORSE, &solve));
    shows_none(&requests, text(&dry["data"]), "");
    assert!(dry["transaction"].is_null() && dry["gas"].as_u64().unwrap() > 200_000, "{dry}");
    let call = |from: usize| {
        let transaction = json!({ "from": ACCOUNTS[from], "to": bounty, "data": dry["data"] });
        let params = json!([transaction, "latest"]);
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "eth_call", "params": params });
        serde_json::from_str::<Value>(&post(market.anvil.port, &body.to_string())).unwrap()
    };
    let refused = keccak256("InvalidProof()").to_string()[..10].to_owned();
    assert_eq!(call(BETTER)["error"]["data"], refused);
    assert_eq!(call(WORSE)["result"], "0x");

    let solved = success(&market.solve(WORSE, bounty, &["--to", PAYEE]));
    assert_eq!(
        (solved["amount"].clone(), market.balance(PAYEE)),
        (json!((2 * ETHER).to_string()), 2 * ETHER)
    );
    assert_eq!(market.balance(bounty), 0);
    let witness = success(&market.tensorproof(HOST, &["witness", "public", "--input", "data.json"]));
    assert_eq!((&solved["outputs"], &solved["class"]), (&witness["outputs"], &witness["class"]));
    let hash = &created["terms"]["data_hash"];
    assert_eq!(&witness["commitments"]["input"], hash);
    success(&market.tensorproof(HOST, &["prove", "public", "--batch", "data.json"]));
    let proven = market.read("public/proofs/0.public_values.json");
    assert_eq!((proven.as_array().unwrap().len(), &proven[20]), (21, hash));
    let integers = solved["integers"].as_array().unwrap();
    assert_eq!(integers.len(), 20);
    assert!(integers.iter().any(|integer| text(integer).starts_with('-')), "{integers:?}");
    let shown = success(&market.chain(HOST, &["show", bounty, "--folder", "public"]));
    assert_eq!((&shown["phase"], &shown["solver"]), (&json!("Solved"), &json!(ACCOUNTS[WORSE])));
    assert_eq!((&shown["outputs"], &shown["integers"]), (&solved["outputs"], &solved["integers"]));
    failure(&market.solve(BETTER, bounty, &[]), "in phase Solved, this call belongs to Open");
    failure(&market.chain(HOST, &["refund", bounty]), "in phase Solved, this call belongs to Expired");
}

#[test]
fn rewards_come_back_when_time_is_over() {
    let market = Market::for_outputs(&[], &layer());
    let bounty = market.open();
    let refund = |account, args: &[&str]| market.chain(account, &[&["refund", &bounty], args].concat());
    failure(&refund(HOST, &[]), "in phase Open, this call belongs to Expired");
    market.wait();
    failure(&market.solve(WORSE, &bounty, &[]), "in phase Expired, this call belongs to Open");
    let shown = success(&market.chain(HOST, &["show", &bounty]));
    assert_eq!((&shown["phase"], &shown["due"]), (&json!("Expired"), &json!((2 * ETHER).to_string())));
    failure(&refund(WORSE, &[]), "is not the host of the bounty");
    assert!(success(&refund(HOST, &["--dry-run"]))["transaction"].is_null());
    let refunded = success(&refund(HOST, &["--to", PAYEE]));
    assert_eq!((&refunded["as"], market.balance(PAYEE)), (&json!("host"), 2 * ETHER));
    failure(&refund(HOST, &[]), "nothing is due to");
    assert_eq!(success(&market.chain(HOST, &["show", &bounty]))["due"], "0");
}

#[test]
fn other_data_folders_and_commands_are_refused() {
    let market = Market::for_outputs(&[], &layer());
    let bounty = market.open();
    let solve = |account, folder: &str, data: &str| {
        market.chain(account, &["submit", &bounty, folder, "--data", data])
    };
    let check = |data: &str| market.chain(HOST, &["check", "public", "--data", data, "--bounty", &bounty]);

    market.write_data("salted.json", "8", 2);
    failure(&solve(WORSE, "public", "salted.json"), "the bounty's SHA-256 of the data is 0x");
    failure(&check("salted.json"), "the bounty's SHA-256 of the data is 0x");
    market.write_data("three.json", "7", 3);
    failure(&solve(WORSE, "public", "three.json"), "has 3 samples, expected 2 as the circuit");
    let honest = fs::read_to_string(market.path("data.json")).unwrap();
    market.write("far.json", &honest.replacen("0.07", "1.07", 1));
    failure(&solve(WORSE, "public", "far.json"), "1.07");
    market.write("salt.json", &honest.replace("\"7\"", "7"));
    failure(&solve(WORSE, "public", "salt.json"), "`inputSalt` is 7, expected a string");

    // Whoever could choose the parameters could prove any outputs.
    for (at, visibility, message) in [
        (1, "private", "has `private` input, expected `hashed`"),
        (3, "private", "has `private` parameters, expected `fixed`"),
        (3, "hashed", "has `hashed` parameters, expected `fixed`"),
        (5, "plain", "has `plain` public signals, expected `digest`"),
    ] {
        let mut flags = VISIBILITY;
        flags[at] = visibility;
        market.transpile(&layer(), "other", &flags);
        failure(&solve(WORSE, "other", "data.json"), message);
        let mut create = CREATE;
        create[1] = "other";
        failure(&market.chain(HOST, &create), message);
    }
    // Settings that lie about that.
    market.transpile(&layer(), "other", &[&VISIBILITY[..3], &["private"], &VISIBILITY[4..]].concat());
    let settings = fs::read_to_string(market.path("other/settings.json")).unwrap();
    let from = "\"params_visibility\": \"private\"";
    assert!(settings.contains(from));
    market.write("other/settings.json", &settings.replace(from, "\"params_visibility\": \"fixed\""));
    success(&market.tensorproof(HOST, &["setup", "other"]));
    let create = ["create", "other", "--data", "data.json", "--reward", "2", "--for", "1h"];
    failure(&market.chain(HOST, &create), "expected the input and its salt alone");
    // Another key, then another circuit under the right one.
    market.transpile(&layer(), "other", &VISIBILITY);
    success(&market.tensorproof(HOST, &["setup", "other"]));
    failure(&solve(WORSE, "other", "data.json"), "the code hash of the bounty's verifier is 0x");
    fs::copy(market.path("public/verification_key.json"), market.path("other/verification_key.json"))
        .unwrap();
    let source = fs::read_to_string(market.path("other/circuit.circom")).unwrap();
    market.write("other/circuit.circom", &format!("{source}// Another.\n"));
    failure(&solve(WORSE, "other", "data.json"), "the bounty's architecture is 0x");
    success(&check("data.json"));
    market.write("public/circuit.r1cs", "nothing");
    failure(&check("data.json"), "is not what the sources compile to");
    failure(&market.chain(HOST, &CREATE), "is not what the sources compile to");

    for call in ["commit", "reveal", "claim", "decrypt"] {
        let flags: &[&str] = match call {
            "reveal" => &["--test-set", "data.json"],
            "decrypt" => &["--key", "data.json", "--output", "weights.json"],
            _ => &["--submission", "public"],
        };
        failure(&market.chain(WORSE, &[&[call, &bounty, "public"], flags].concat()), OTHER_KIND);
    }
    failure(&market.chain(HOST, &["cancel", &bounty]), OTHER_KIND);
    let accuracy = ["submit", &bounty, "public", "--submission", "public", "--samples", "."];
    failure(&market.chain(WORSE, &accuracy), OTHER_KIND);
    let both = [&CREATE[..], &["--threshold", "1"]].concat();
    failure(&market.chain(HOST, &both), "'--threshold <THRESHOLD>' cannot be used with");
    failure(&market.chain(HOST, &["create", "public", "--reward", "2"]), "--test-set <FILE>");
    failure(
        &market.chain(HOST, &["create", "public", "--data", "data.json", "--reward", "2"]),
        "--for <TIME>",
    );
}

#[test]
fn development_keys_stay_off_public_chains() {
    let market = Market::for_outputs(&["--chain-id", "1"], &layer());
    failure(&market.chain(HOST, &CREATE), "chain 1 is public: whoever made it can forge proofs");
    success(&market.chain(HOST, &[&CREATE[..], &["--allow-dev-key", "--yes"]].concat()));
}
