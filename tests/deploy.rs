//! `deploy` and `verify --rpc-url` against anvil, and endpoints that misbehave.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod support;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::{Value, json};
use support::anvil::{Anvil, KEY, failure, post, proxy, success};
use support::json as run_json;
use tempfile::TempDir;
use tensorproof_contracts::chain::REGISTRATION_GAS;
use tensorproof_contracts::keccak256;

/// The address of anvil's first account.
const SENDER: &str = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

/// The key of its second account.
const OTHER_KEY: &str = "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d";

/// The number of transactions of the first account.
fn transactions(anvil: &Anvil) -> Value {
    anvil.request("eth_getTransactionCount", &json!([SENDER, "latest"]))
}

/// An endpoint that answers one method by itself.
fn answering(anvil: &Anvil, method: &'static str, mut answer: Value) -> String {
    answer["jsonrpc"] = "2.0".into();
    answer["id"] = 1.into();
    proxy(anvil, move |_, body, ask| Some(if body.contains(method) { answer.to_string() } else { ask() }))
}

/// A circuit with its development key and a proof.
fn circuit() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("product.circom");
    fs::write(
        &source,
        "pragma circom 2.1.0;\ntemplate Product() { signal input a; signal input b; signal output c; c <== a * b; }\n\
         component main {public [a]} = Product();\n",
    )
    .unwrap();
    let input = folder.path().join("input.json");
    fs::write(&input, r#"{"a": 3, "b": 11}"#).unwrap();
    run_json(["setup".as_ref(), source.as_os_str()]);
    run_json(["prove".as_ref(), source.as_os_str(), "--input".as_ref(), input.as_os_str()]);
    (folder, source)
}

/// Runs the command with a key in the environment, or none.
fn tensorproof(command: &str, dir: &Path, url: &str, args: &[&str], key: Option<&str>) -> Output {
    let mut process = Command::new(env!("CARGO_BIN_EXE_tensorproof"));
    process.arg(command).arg(dir).args(["--json", "--rpc-url", url]).args(args).env("NO_COLOR", "1");
    process.env_remove("TENSORPROOF_PRIVATE_KEY").stdin(Stdio::null());
    if let Some(key) = key {
        process.env("TENSORPROOF_PRIVATE_KEY", key);
    }
    process.output().unwrap()
}

fn deploy(dir: &Path, url: &str, args: &[&str]) -> Output {
    tensorproof("deploy", dir, url, args, Some(KEY))
}

fn read(path: PathBuf) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn deploys_once_and_verifies() {
    let anvil = Anvil::start(&[]);
    let url = anvil.url();
    let (folder, dir) = circuit();
    let plan = success(&tensorproof("deploy", &dir, &url, &["--dry-run"], None));
    assert!(plan["gas"].as_u64().unwrap() > 1_000_000);
    let nobody = anvil.request("eth_getCode", &json!([plan["address"], "latest"]));
    assert_eq!(nobody, "0x");

    let first = success(&deploy(&dir, &url, &["--chain-id", "31337", "--confirmations", "1"]));
    assert_eq!(first["address"], plan["address"]);
    assert_eq!(first["chain_id"], 31337);
    assert_eq!(first["contracts"][0]["receipt"]["status"], "0x1");
    assert!(first["transaction"].is_string() && first["cost"].as_str().unwrap().len() > 10);
    let recorded = read(folder.path().join("deployment.json"));
    assert_eq!(recorded["address"], first["address"]);
    assert!(recorded["pending"].is_null());
    let input = read(folder.path().join("Verifier.input.json"));
    assert_eq!(input["language"], "Solidity");

    // Nothing is left to do, and nobody has to pay for it.
    let again = success(&tensorproof("deploy", &dir, &url, &[], None));
    assert_eq!(again["transaction"], first["transaction"]);
    let address = first["address"].as_str().unwrap();
    let verified = success(&tensorproof("verify", &dir, &url, &["--address", address], None));
    assert_eq!(verified["valid"], true);
    let sent = success(&tensorproof("verify", &dir, &url, &["--address", address, "--send"], Some(KEY)));
    assert!(sent["gas"].as_u64().unwrap() > 200_000 && sent["receipt"]["status"] == "0x1");

    // Another address for another salt; the same code.
    let salt = "0x0101010101010101010101010101010101010101010101010101010101010101";
    let other = success(&deploy(&dir, &url, &["--salt", salt]));
    assert_ne!(other["address"], first["address"]);
}

#[test]
fn checks_the_code_before_it_believes_a_contract() {
    let anvil = Anvil::start(&[]);
    let url = anvil.url();
    let (_one, dir) = circuit();
    let (_other, other) = circuit();
    let address = success(&deploy(&other, &url, &[]))["address"].clone();
    let verify = |address: &str| tensorproof("verify", &dir, &url, &["--address", address], None);
    failure(&verify(address.as_str().unwrap()), "it is our verifier with other values of");
    failure(&verify("0x4e59b44847b379578588920cA78FbF26c0B4956C"), "it has another length");
    failure(&verify("0x0000000000000000000000000000000000000001"), "there is none");
    failure(&verify("nowhere"), "--address `nowhere` is not an address");
}

#[test]
fn refuses_what_would_go_wrong_before_it_sends_anything() {
    let anvil = Anvil::start(&[]);
    let url = anvil.url();
    let (_folder, dir) = circuit();
    failure(&deploy(&dir, &url, &["--chain-id", "1"]), "is on chain 31337, expected 1");
    let poor = format!("0x{}", "11".repeat(32));
    failure(&tensorproof("deploy", &dir, &url, &[], Some(&poor)), "has 0.000000 ETH, expected at least");
    failure(&tensorproof("deploy", &dir, &url, &[], None), "there is no private key");
    failure(&tensorproof("deploy", &dir, &url, &[], Some("0x12")), "the private key is not usable");
    failure(&deploy(&dir, &url, &["--salt", "5"]), "--salt `5` is not 32 bytes");
    failure(&deploy(&dir, "file:///x", &[]), "the RPC URL is not usable");
    failure(&deploy(&dir, "http://user:secret@127.0.0.1:9/key", &[]), "`eth_chainId` at http://127.0.0.1:9:");
    let nothing = anvil.request("eth_blockNumber", &json!([]));
    assert_eq!(nothing, "0x0");
    let warned = deploy(&dir, &url, &["--private-key", KEY]);
    success(&warned);
    assert!(String::from_utf8_lossy(&warned.stderr).contains("shell's history"));
}

#[test]
fn keeps_development_keys_off_public_chains() {
    let anvil = Anvil::start(&["--chain-id", "1"]);
    let (_folder, dir) = circuit();
    let refused = deploy(&dir, &anvil.url(), &[]);
    failure(&refused, "chain 1 is public: whoever made it can forge proofs");
    failure(&refused, "--allow-dev-key");
    success(&deploy(&dir, &anvil.url(), &["--allow-dev-key", "--yes"]));
}

/// What a key says of its contributions, whoever made the file wrote.
#[test]
fn public_chains_take_keys_whose_contributions_were_verified_here() {
    let anvil = Anvil::start(&["--chain-id", "1"]);
    let (folder, dir) = circuit();
    let (url, caches) = (anvil.url(), tempfile::tempdir().unwrap());
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tensorproof"));
        command.args(args).arg("--json").current_dir(folder.path()).env("NO_COLOR", "1").stdin(Stdio::null());
        command.env("XDG_CACHE_HOME", caches.path()).env("TENSORPROOF_PRIVATE_KEY", KEY).output().unwrap()
    };
    for args in [
        &["setup", "ptau", "new", "--power", "4", "-o", "powers.ptau"][..],
        &["setup", "ptau", "contribute", "powers.ptau"],
        &["setup", "ptau", "prepare", "powers.ptau"],
        &["setup", "product.circom", "--ptau", "powers.ptau"],
        &["setup", "contribute", "product.circom"],
    ] {
        success(&run(args));
    }
    let deploy = ["deploy", dir.to_str().unwrap(), "--rpc-url", &url, "--yes"];
    let refused = run(&deploy);
    failure(&refused, "says that it has contributions, which was not verified here, and chain 1 is public");
    failure(&refused, "tensorproof setup verify");
    success(&run(&["setup", "verify", "product.circom", "--ptau", "powers.ptau"]));
    success(&run(&deploy));
}

#[test]
fn without_a_terminal_a_public_chain_takes_yes() {
    let anvil = Anvil::start(&["--chain-id", "1"]);
    let (_folder, dir) = circuit();
    let url = anvil.url();
    let refusal = "chain 1 is public, and there is no terminal to ask at, expected `--yes`";
    failure(&deploy(&dir, &url, &["--allow-dev-key"]), refusal);
    assert_eq!(transactions(&anvil), "0x0");
    success(&deploy(&dir, &url, &["--allow-dev-key", "--dry-run"]));
    let address = success(&deploy(&dir, &url, &["--allow-dev-key", "--yes"]))["address"].clone();
    // Where nothing is sent there is nothing to say yes to.
    success(&deploy(&dir, &url, &["--allow-dev-key"]));
    let send = ["--address", address.as_str().unwrap(), "--send"];
    let verify = |args: &[&str]| tensorproof("verify", &dir, &url, &[&send, args].concat(), Some(KEY));
    failure(&verify(&[]), refusal);
    assert_eq!(transactions(&anvil), "0x1");
    success(&verify(&["--yes"]));
}

/// An endpoint that says of each transaction that another one has its nonce has no more signed than the plan told.
#[test]
fn no_more_is_signed_than_was_planned() {
    let anvil = Anvil::start(&[]);
    let (_folder, dir) = circuit();
    let sent = std::sync::Arc::new(AtomicUsize::new(0));
    let count = sent.clone();
    let url = proxy(&anvil, move |_, body, ask| {
        let answer = |key: &str, value: Value| json!({ "jsonrpc": "2.0", "id": 1, key: value }).to_string();
        if body.contains("eth_sendRawTransaction") {
            count.fetch_add(1, Ordering::SeqCst);
            return Some(answer("error", json!({ "code": -32000, "message": "nonce too low" })));
        }
        if body.contains("eth_getTransactionCount") && body.contains("pending") {
            return Some(answer("result", json!(format!("{:#x}", count.load(Ordering::SeqCst)))));
        }
        Some(ask())
    });
    let refused = deploy(&dir, &url, &["--max-cost", "100"]);
    failure(&refused, "nonce too low");
    assert_eq!(sent.load(Ordering::SeqCst), 2);
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(told.contains("ETH at most should each have to be signed twice"), "{told}");
}

/// The record of one chain says nothing of another, and stays.
#[test]
fn each_chain_has_a_record_of_its_own() {
    let (one, other) = (Anvil::start(&[]), Anvil::start(&["--chain-id", "1337"]));
    let (folder, dir) = circuit();
    let first = success(&deploy(&dir, &one.url(), &[]));
    let path = folder.path().join("deployment.json");
    let kept = fs::read(&path).unwrap();
    let second = success(&deploy(&dir, &other.url(), &[]));
    assert_ne!(first["transaction"], second["transaction"]);
    assert_eq!(fs::read(&path).unwrap(), kept);
    let record = read(folder.path().join("deployment-1337.json"));
    assert_eq!((&record["chain_id"], &record["transaction"]), (&json!(1337), &second["transaction"]));
    for (anvil, done) in [(&one, &first), (&other, &second)] {
        let again = success(&tensorproof("deploy", &dir, &anvil.url(), &[], None));
        assert_eq!(again["transaction"], done["transaction"]);
    }
    fs::rename(&path, folder.path().join("deployment-1337.json")).unwrap();
    let refused = tensorproof("deploy", &dir, &other.url(), &[], None);
    failure(&refused, "deployment-1337.json`: has `chain_id` 31337, expected 1337");
}

#[test]
fn opens_a_keystore() {
    let anvil = Anvil::start(&[]);
    let (folder, dir) = circuit();
    // Written by eth-keystore for anvil's first key, with few rounds of scrypt.
    let store = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/keystore.json");
    let password = folder.path().join("password");
    fs::write(&password, "anvil\n").unwrap();
    let args = |password: &Path| {
        [
            "--keystore".into(),
            store.display().to_string(),
            "--password-file".into(),
            password.display().to_string(),
        ]
    };
    let run = |args: [String; 4]| {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        tensorproof("deploy", &dir, &anvil.url(), &args, None)
    };
    let wrong = folder.path().join("wrong");
    fs::write(&wrong, "another").unwrap();
    failure(&run(args(&wrong)), "keystore `");
    success(&run(args(&password)));
}

#[test]
fn survives_dropped_connections() {
    let anvil = Anvil::start(&[]);
    let (_folder, dir) = circuit();
    // Every other request is answered by nothing, after the chain has had it.
    let url = proxy(&anvil, |number, _, ask| {
        let answer = ask();
        (number % 2 == 1).then_some(answer)
    });
    success(&deploy(&dir, &url, &[]));
    assert_eq!(transactions(&anvil), "0x1");
    let dead = proxy(&anvil, |_, _, _| None);
    failure(&deploy(&dir, &dead, &[]), "`eth_chainId` at http://127.0.0.1:");
    let odd = proxy(&anvil, |_, _, _| Some("<html>".into()));
    failure(&deploy(&dir, &odd, &[]), "the answer is not JSON");
}

#[test]
fn is_not_fooled_by_an_endpoint_that_lies() {
    let anvil = Anvil::start(&[]);
    let (_folder, dir) = circuit();
    let lie = |asked, answer: Value| answering(&anvil, asked, json!({ "result": answer }));
    // Another chain: refused when the user named it, and else by the network, as the signature is for the other one.
    let other = lie("eth_chainId", json!("0x1"));
    failure(&deploy(&dir, &other, &["--chain-id", "31337"]), "is on chain 1, expected 31337");
    failure(&deploy(&dir, &other, &[]), "chain 1 is public");
    failure(&deploy(&dir, &other, &["--allow-dev-key", "--yes"]), "`eth_sendRawTransaction`");
    // Other numbers and other code.
    failure(&deploy(&dir, &lie("eth_chainId", json!("31337")), &[]), "the answer is not a quantity");
    failure(
        &deploy(&dir, &lie("eth_estimateGas", json!("0xffffffffffff")), &[]),
        "expected at most 16777216",
    );
    failure(&deploy(&dir, &lie("eth_getCode", json!("0x00")), &[]), "deployment proxy");
    let refusal = json!({ "error": { "code": -32000, "message": "no" } });
    let refusing = answering(&anvil, "eth_sendRaw", refusal);
    failure(&deploy(&dir, &refusing, &[]), "answered: no (code -32000)");
    assert_eq!(anvil.request("eth_blockNumber", &json!([])), "0x0");
    success(&deploy(&dir, &anvil.url(), &[]));
}

#[test]
fn pays_no_more_than_was_allowed_whatever_an_endpoint_says() {
    let anvil = Anvil::start(&[]);
    let (_folder, dir) = circuit();
    let address = success(&deploy(&dir, &anvil.url(), &[]))["address"].clone();
    let address = address.as_str().unwrap();
    let salt = "0x0101010101010101010101010101010101010101010101010101010101010101";
    let lie = |asked, answer: Value| answering(&anvil, asked, json!({ "result": answer }));
    let both = |url: &str, args: &[&str], expected: &str| {
        failure(&deploy(&dir, url, &[&["--salt", salt], args].concat()), expected);
        let send = [&["--address", address, "--send"], args].concat();
        failure(&tensorproof("verify", &dir, url, &send, Some(KEY)), expected);
    };
    let gwei = |count: u64| format!("{:#x}", u128::from(count) * 1_000_000_000);
    let tip = |count| lie("eth_maxPriorityFeePerGas", json!(gwei(count)));
    both(&tip(6), &[], "asks for a priority fee of 6 gwei, expected at most 5");
    both(&tip(31_337_000), &["--max-priority-fee", "30"], "`--max-priority-fee GWEI` allows more");
    let base =
        |count| lie("eth_getBlockByNumber", json!({ "baseFeePerGas": gwei(count), "timestamp": "0x1" }));
    both(&base(200), &[], "a unit of gas costs 201 gwei as the endpoint says, expected at most 200");
    both(&base(u64::MAX), &["--max-fee", "300"], "`--max-fee GWEI` allows more");
    both(&anvil.url(), &["--max-cost", "0.0001"], "ETH, expected at most 0.000100 ETH");
    both(&base(190), &["--max-cost", "0.01"], "`--max-cost ETHER` allows more");
    // Within what a transaction may take, and far over what these take.
    both(&lie("eth_estimateGas", json!("0xf00000")), &[], "takes 15728640 gas as the endpoint estimates");
    both(&lie("eth_estimateGas", json!("0xffffffffffffffff")), &[], "expected at most 16777216");
    // Transactions that could be included at any later time.
    let far = proxy(&anvil, |_, body, ask| {
        let is_nonce = body.contains("eth_getTransactionCount") && body.contains("pending");
        Some(if is_nonce {
            json!({ "jsonrpc": "2.0", "id": 1, "result": "0x50" }).to_string()
        } else {
            ask()
        })
    });
    both(&far, &[], "wait to be included as the endpoint says, expected at most 64");
    // Another chain by the time that something is signed.
    for other in ["0x1", "0x539"] {
        let asked = AtomicUsize::new(0);
        let answer = json!({ "jsonrpc": "2.0", "id": 1, "result": other }).to_string();
        let turning = proxy(&anvil, move |_, body, ask| {
            let is_later = body.contains("eth_chainId") && asked.fetch_add(1, Ordering::SeqCst) % 2 == 1;
            Some(if is_later { answer.clone() } else { ask() })
        });
        both(&turning, &[], ", expected 31337");
    }
    assert_eq!(transactions(&anvil), "0x1");
    // What was sent is known by its hash, in a block of any number.
    let receipt = |name: &'static str, value: &'static str| {
        proxy(&anvil, move |_, body, ask| {
            let mut answer: Value = serde_json::from_str(&ask()).unwrap();
            if body.contains("eth_getTransactionReceipt") && answer["result"].is_object() {
                answer["result"][name] = value.into();
            }
            Some(answer.to_string())
        })
    };
    let send = ["--address", address, "--send", "--timeout", "1"];
    let verify = |url: &str| tensorproof("verify", &dir, url, &send, Some(KEY));
    failure(&verify(&receipt("transactionHash", salt)), "is not a receipt of this transaction");
    failure(&verify(&receipt("blockNumber", "0xffffffffffffffff")), "was not included within 1 s");
}

#[test]
fn takes_up_an_interrupted_deployment() {
    let anvil = Anvil::start(&["--no-mining"]);
    let (folder, dir) = circuit();
    failure(&deploy(&dir, &anvil.url(), &["--timeout", "1"]), "was not included within 1 s");
    let pending = || read(folder.path().join("deployment.json"))["pending"]["hash"].clone();
    let first = pending();
    assert!(first.is_string());
    // The chain forgets the transaction; the second run sends the same one.
    anvil.request("anvil_dropAllTransactions", &json!([]));
    failure(&deploy(&dir, &anvil.url(), &["--timeout", "1"]), "was not included within 1 s");
    assert_eq!(pending(), first);
    // Whatever the endpoint refuses it for, what was signed may be included later.
    let no = json!({ "error": { "code": -32000, "message": "max fee per gas less than block base fee" } });
    let refusing = answering(&anvil, "eth_sendRaw", no);
    failure(&deploy(&dir, &refusing, &["--timeout", "1"]), "was not included within 1 s");
    assert_eq!(pending(), first);
    // So may it when another deployment begins, or somebody else's.
    let salt = "0x0101010101010101010101010101010101010101010101010101010101010101";
    failure(&deploy(&dir, &anvil.url(), &["--timeout", "1", "--salt", salt]), "was not included within 1 s");
    let stranger = tensorproof("deploy", &dir, &anvil.url(), &["--timeout", "1"], Some(OTHER_KEY));
    failure(
        &stranger,
        &format!("has a transaction of {SENDER} that may still be included, expected one of 0x"),
    );
    assert_eq!(pending(), first);
    anvil.request("evm_mine", &json!([]));
    let done = success(&deploy(&dir, &anvil.url(), &[]));
    assert_eq!(done["contracts"][0]["address"], done["address"]);
    assert_eq!(transactions(&anvil), "0x1");
    assert_eq!(done["transaction"], first);
    assert!(pending().is_null());
}

#[test]
fn signs_anew_when_another_transaction_takes_the_nonce() {
    let anvil = Anvil::start(&[]);
    let (_folder, dir) = circuit();
    // The first answer about the nonce is out of date.
    anvil.request("eth_sendTransaction", &json!([{ "from": SENDER, "to": SENDER }]));
    let stale = json!({ "jsonrpc": "2.0", "id": 1, "result": "0x0" }).to_string();
    let told = AtomicBool::new(false);
    let url = proxy(&anvil, move |_, body, ask| {
        let is_nonce = body.contains("eth_getTransactionCount") && body.contains("pending");
        let is_first = is_nonce && !told.swap(true, Ordering::SeqCst);
        Some(if is_first { stale.clone() } else { ask() })
    });
    success(&deploy(&dir, &url, &[]));
}

#[test]
fn signs_anew_when_its_transaction_is_replaced() {
    let anvil = Anvil::start(&[]);
    let (_folder, dir) = circuit();
    // The transaction gets lost, and another one of the account is included with its nonce.
    let port = anvil.port;
    let told = AtomicBool::new(false);
    let url = proxy(&anvil, move |_, body, ask| {
        if !body.contains("eth_sendRawTransaction") || told.swap(true, Ordering::SeqCst) {
            return Some(ask());
        }
        let transfer = json!([{ "from": SENDER, "to": SENDER }]);
        let other = json!({ "jsonrpc": "2.0", "id": 1, "method": "eth_sendTransaction", "params": transfer });
        Some(post(port, &other.to_string()))
    });
    let done = success(&deploy(&dir, &url, &[]));
    assert_eq!(done["contracts"][0]["receipt"]["status"], "0x1");
    assert_eq!(transactions(&anvil), "0x2");
}

#[test]
fn tells_what_reverts() {
    let anvil = Anvil::start(&[]);
    let (_folder, dir) = circuit();
    // Enough to be included, too little to create the contract.
    let estimate = answering(&anvil, "eth_estimateGas", json!({ "result": "0x61a80" }));
    failure(&deploy(&dir, &estimate, &[]), "reverted");
    let address = success(&deploy(&dir, &anvil.url(), &[]))["address"].clone();
    let address = address.as_str().unwrap();
    let ask = |answer| {
        tensorproof("verify", &dir, &answering(&anvil, "eth_call", answer), &["--address", address], None)
    };
    // The selector of InvalidProof().
    let invalid = json!({ "error": { "code": 3, "message": "execution reverted", "data": "0x09bde339" } });
    failure(&ask(invalid), "refuses the proof: InvalidProof()");
    failure(&ask(json!({ "result": "0x01" })), "it returned something, expected nothing");
    failure(&ask(json!({ "error": { "code": 3, "message": "no" } })), "`eth_call` at http://127.0.0.1");
}

/// The circuit of a model with its development key and a proof.
fn inference() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let args = ["--scale", "10^2", "--params-visibility", "fixed", "--input-visibility", "private"];
    let (file, samples) =
        (support::model("mnist_mlp", "model.onnx"), support::model("mnist_mlp", "samples.npz"));
    let mut all: Vec<&OsStr> = vec!["run".as_ref(), file.as_os_str(), "-i".as_ref(), samples.as_os_str()];
    all.extend(["-o".as_ref(), folder.path().as_os_str()]);
    all.extend(args.iter().map(|arg| OsStr::new(*arg)));
    run_json(all);
    folder
}

#[test]
fn registers_the_verifier_by_the_models_hash() {
    let anvil = Anvil::start(&[]);
    let url = anvil.url();
    let folder = inference();
    let dir = folder.path();
    let hash = keccak256(fs::read(support::model("mnist_mlp", "model.onnx")).unwrap()).to_string();

    let plan = success(&tensorproof("deploy", dir, &url, &["--registry", "new", "--dry-run"], None));
    // The chain fails after it has had the third transaction, which is the registration.
    let sent = AtomicUsize::new(0);
    let failing = proxy(&anvil, move |_, body, ask| {
        let is_sent = body.contains("eth_sendRawTransaction");
        let count =
            if is_sent { sent.fetch_add(1, Ordering::SeqCst) + 1 } else { sent.load(Ordering::SeqCst) };
        let answer = if count < 3 || is_sent && count == 3 { Some(ask()) } else { None };
        answer.filter(|_| count < 3)
    });
    failure(&deploy(dir, &failing, &["--registry", "new"]), "`eth_sendRawTransaction` at http://127.0.0.1");
    assert!(read(dir.join("deployment.json"))["pending"]["hash"].is_string());
    let done = success(&deploy(dir, &url, &["--registry", "new"]));
    assert_eq!(transactions(&anvil), "0x3");
    let [gas, planned] = [&done, &plan].map(|json| json["gas"].as_u64().unwrap());
    let registration = done["registry"]["receipt"]["gasUsed"].as_str().unwrap();
    let registration = u64::from_str_radix(&registration[2..], 16).unwrap();
    // As the README says; a zero byte of the hash makes it a little less.
    assert!((49_000..50_500).contains(&registration) && registration < REGISTRATION_GAS, "{registration}");
    assert!(gas.abs_diff(planned) < planned / 20, "{gas}, planned {planned}");
    assert_eq!(done["contracts"][0]["name"], "VerifierRegistry");
    assert_eq!(done["address"], plan["address"]);
    let entry = &done["registry"];
    assert_eq!(entry["model"], hash);
    assert_eq!(entry["publisher"], SENDER);
    assert_eq!(entry["receipt"]["status"], "0x1");

    // Nothing is left to do, with the address as with `new`, and the record stays without either.
    let registry = entry["address"].as_str().unwrap();
    for args in [&["--registry", "new"][..], &["--registry", registry], &[]] {
        let again = success(&tensorproof("deploy", dir, &url, args, None));
        assert_eq!(again["registry"], *entry);
    }
    assert_eq!(transactions(&anvil), "0x3");

    let verify = |dir: &Path, args: &[&str]| {
        tensorproof("verify", dir, &url, &[&["--registry", registry], args].concat(), None)
    };
    // Whose the folder is it cannot say itself.
    let unverified = verify(dir, &[]);
    let verified = success(&unverified);
    assert_eq!((&verified["address"], &verified["publisher"]), (&done["address"], &json!(SENDER)));
    assert_eq!(verified["publisher_given"], false);
    let warning = format!("that {SENDER} publishes in registry {registry} says `deployment.json` alone");
    assert!(String::from_utf8_lossy(&unverified.stderr).contains(&warning));
    let again = tensorproof("deploy", dir, &url, &["--registry", registry], None);
    assert!(String::from_utf8_lossy(&again.stderr).contains(&warning));
    // Another account has not published it, whatever the record says.
    let planned = ["--registry", registry, "--dry-run"];
    let planned = success(&tensorproof("deploy", dir, &url, &planned, Some(OTHER_KEY)));
    assert_eq!(planned["gas"], REGISTRATION_GAS);
    let other = "0x70997970C51812dc3A010C7d01b50e0d17dc79C8";
    failure(&verify(dir, &["--publisher", other]), &format!("names no verifier for model {hash} by {other}"));
    failure(&verify(dir, &["--publisher", "me"]), "--publisher `me` is not an address");
    fs::remove_file(dir.join("deployment.json")).unwrap();
    failure(&verify(dir, &[]), "nothing says whose entry of registry");
    let verified = success(&verify(dir, &["--publisher", SENDER]));
    assert_eq!((&verified["address"], &verified["publisher_given"]), (&done["address"], &json!(true)));
    let proxy = "0x4e59b44847b379578588920cA78FbF26c0B4956C";
    let wrong = tensorproof("verify", dir, &url, &["--registry", proxy, "--publisher", SENDER], None);
    failure(&wrong, "is not the registry of verifiers: it is another contract");

    // The record is gone: who pays is asked for, and has registered it already.
    let again = success(&deploy(dir, &url, &["--registry", registry]));
    assert_eq!(again["registry"]["publisher"], SENDER);
    assert_eq!(transactions(&anvil), "0x3");
    // Another verifier of the same model, by the same publisher.
    let another = inference();
    failure(&deploy(another.path(), &url, &["--registry", registry]), "expected 0x");
    failure(&deploy(another.path(), &url, &["--registry", proxy]), "is not the registry of verifiers");
    failure(
        &deploy(another.path(), &url, &["--registry", "old"]),
        "--registry `old` is not `new` or an address",
    );
    assert_eq!(transactions(&anvil), "0x3");
    failure(&verify(another.path(), &["--publisher", SENDER]), "it is our verifier with other values of");
    let (_circuit, circuit) = circuit();
    failure(&deploy(&circuit, &url, &["--registry", "new"]), "settings.json` does not exist");
}

#[test]
fn asks_on_a_terminal_before_it_sends_to_a_public_chain() {
    let anvil = Anvil::start(&["--chain-id", "1"]);
    let (folder, dir) = circuit();
    let (script, url) = (Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/terminal.py"), anvil.url());
    let deploy = |answer: &str, more: &[&str]| {
        let program = env!("CARGO_BIN_EXE_tensorproof");
        let dir = dir.to_str().unwrap();
        let args =
            [answer, program, "deploy", dir, "--rpc-url", &url, "--private-key", KEY, "--allow-dev-key"];
        let output = tensorproof_oracles::python(&script, [&args, more].concat(), folder.path());
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    for answer in ["n", "", "yep"] {
        let (code, text) = deploy(answer, &[]);
        assert_eq!(code, Some(1), "{text}");
        assert!(text.contains("chain 1 is public") && text.contains("nothing was sent"), "{text}");
    }
    assert_eq!(transactions(&anvil), "0x0");
    let (code, text) = deploy("Y", &[]);
    assert!(code == Some(0) && text.contains("send? [y/N]"), "{text}");
    let salt = "0x0101010101010101010101010101010101010101010101010101010101010101";
    let (code, text) = deploy("n", &["--yes", "--salt", salt]);
    assert!(code == Some(0) && !text.contains("send?"), "{text}");
    assert_eq!(transactions(&anvil), "0x2");
    // With nothing to send there is nothing to ask.
    let (code, text) = deploy("n", &[]);
    assert!(code == Some(0) && !text.contains("send?"), "{text}");
    // The same of what is not a deployment.
    let record = read(folder.path().join("deployment.json"));
    let address = record["address"].as_str().unwrap().to_owned();
    let verify = |answer: &str| {
        let program = env!("CARGO_BIN_EXE_tensorproof");
        let dir = dir.to_str().unwrap();
        let args =
            [answer, program, "verify", dir, "--rpc-url", &url, "--private-key", KEY, "--send", "--address"];
        let output = tensorproof_oracles::python(&script, [&args[..], &[&address]].concat(), folder.path());
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, text) = verify("n");
    assert!(
        code == Some(1) && text.contains("chain 1 is public") && text.contains("nothing was sent"),
        "{text}"
    );
    assert_eq!(transactions(&anvil), "0x2");
    let (code, text) = verify("yes");
    assert!(code == Some(0) && text.contains("send? [y/N]"), "{text}");
}

#[test]
fn exports_calldata() {
    let (_folder, dir) = circuit();
    let run = |args: &[&str]| {
        let mut all: Vec<&OsStr> = vec!["export-calldata".as_ref(), dir.as_os_str()];
        all.extend(args.iter().map(|arg| OsStr::new(*arg)));
        let output = support::tensorproof(all);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let hex = run(&[]);
    assert!(hex.starts_with("0x") && hex.trim().len() == 2 + 2 * (4 + 256 + 64));
    let nested: Value = serde_json::from_str(&run(&["--format", "json"])).unwrap();
    assert_eq!(nested["signature"], "verifyProof(uint256[2],uint256[2][2],uint256[2],uint256[2])(bool)");
    assert_eq!(nested["arguments"][3][0], format!("0x{:064x}", 33));
    let foundry = run(&["--format", "foundry", "--function", "verify-compressed"]);
    assert!(foundry.starts_with("'verifyCompressed(uint256[4],uint256[])(bool)' '[0x"), "{foundry}");
    // A statement that the proof does not show is not worth its gas.
    let public = dir.with_file_name("public.json");
    let text = fs::read_to_string(&public).unwrap();
    fs::write(&public, text.replacen("\"33\"", "\"34\"", 1)).unwrap();
    let output = support::tensorproof(["export-calldata".as_ref(), dir.as_os_str()]);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && error.contains("does not show this statement"), "{error}");
}
