//! What an endpoint may ask: every command that sends is held to the caps, and signs nothing beyond them.

use std::collections::BTreeSet;
use std::process::{Command, Output};

use serde_json::json;

use crate::fixture::{BETTER, CREATE, HOST, Market, WORSE};
use crate::support::anvil::{failure, proxy, success};
use crate::text;

/// Returns the names of all commands with an option, from what they tell of themselves.
fn commands_with(option: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut rest = vec![Vec::<String>::new()];
    while let Some(words) = rest.pop() {
        let output =
            Command::new(env!("CARGO_BIN_EXE_tensorproof")).args(&words).arg("--help").output().unwrap();
        let help = String::from_utf8(output.stdout).unwrap();
        if help.contains(option) {
            found.insert(words.join(" "));
        }
        let commands = help.split("Commands:\n").nth(1).unwrap_or_default().lines();
        let commands = commands.take_while(|line| line.starts_with("  "));
        // A description that goes on in the next line stands further in.
        let names = commands.filter_map(|line| line.strip_prefix("  ").filter(|line| !line.starts_with(' ')));
        let names = names.filter_map(|line| line.split(' ').next()).filter(|name| *name != "help");
        rest.extend(names.map(|name| [words.clone(), vec![name.to_owned()]].concat()));
    }
    found
}

/// Runs commands with an endpoint that asks for a hundred thousand gwei, and then with an honest one.
struct Walk {
    market: Market,
    liar: String,
    refused: BTreeSet<String>,
}

impl Walk {
    fn run(&self, account: usize, words: &[&str], url: &str) -> Output {
        self.market.tensorproof(account, &[words, &["--rpc-url", url]].concat())
    }

    /// Expects that nothing is sent to the one that lies.
    #[track_caller]
    fn refuses(&mut self, account: usize, words: &[&str]) {
        let blocks = || self.market.anvil.request("eth_blockNumber", &json!([]));
        let before = blocks();
        failure(&self.run(account, words, &self.liar), "`--max-priority-fee GWEI` allows more");
        assert_eq!(blocks(), before);
        let count = if words[0] == "bounty" { 2 } else { 1 };
        self.refused.insert(words[..count].join(" "));
    }

    #[track_caller]
    fn does(&mut self, account: usize, words: &[&str]) -> serde_json::Value {
        self.refuses(account, words);
        success(&self.run(account, words, &self.market.url))
    }
}

#[test]
fn no_command_pays_what_an_endpoint_asks() {
    let market = Market::new(&[]);
    let tip = json!({ "jsonrpc": "2.0", "id": 1, "result": "0x5af3107a4000" }).to_string();
    let liar = proxy(&market.anvil, move |_, body, ask| {
        Some(if body.contains("eth_maxPriorityFeePerGas") { tip.clone() } else { ask() })
    });
    let mut walk = Walk { market, liar, refused: BTreeSet::new() };
    let create = [&["bounty"], &CREATE[..]].concat();
    let created = walk.does(HOST, &create);
    let bounty = text(&created["bounty"]);
    walk.refuses(HOST, &["bounty", "cancel", bounty]);
    for (account, name) in [(WORSE, "worse"), (BETTER, "better")] {
        walk.does(account, &["bounty", "commit", bounty, "bounty", "--submission", name]);
    }
    walk.market.wait();
    walk.does(HOST, &["bounty", "reveal", bounty, "bounty", "--test-set", "testset.json"]);
    for (account, name) in [(WORSE, "worse"), (BETTER, "better")] {
        let submit = ["bounty", "submit", bounty, "bounty", "--submission", name, "--samples", "."];
        walk.does(account, &submit);
    }
    walk.market.wait();
    walk.market.wait();
    walk.does(WORSE, &["bounty", "advance", bounty]);
    walk.refuses(WORSE, &["bounty", "resign", bounty]);
    walk.does(BETTER, &["bounty", "claim", bounty, "bounty", "--submission", "better"]);
    walk.does(WORSE, &["bounty", "refund", bounty]);

    let source = "pragma circom 2.1.0;\ntemplate Product() { signal input a; signal input b; signal output c; c <== a * b; }\n\
                  component main {public [a]} = Product();\n";
    walk.market.write("product.circom", source);
    walk.market.write("input.json", r#"{"a": 3, "b": 11}"#);
    success(&walk.market.tensorproof(HOST, &["setup", "product.circom"]));
    success(&walk.market.tensorproof(HOST, &["prove", "product.circom", "--input", "input.json"]));
    let deployed = walk.does(HOST, &["deploy", "product.circom"]);
    walk.does(HOST, &["verify", "product.circom", "--send", "--address", text(&deployed["address"])]);

    let sending = commands_with("--private-key");
    assert!(sending.len() >= 10, "{sending:?}");
    assert_eq!(walk.refused, sending);
    assert_eq!(commands_with("--max-priority-fee"), sending);
}

/// What is told before anything is sent: account, chain, contract, value, gas and the most that it can cost.
#[test]
fn a_plan_says_all_that_is_about_to_be_sent() {
    let market = Market::new(&[]);
    let bounty = market.create(&[])["bounty"].clone();
    let bounty = text(&bounty);
    let words = ["bounty", "commit", bounty, "bounty", "--submission", "worse", "--dry-run", "--rpc-url"];
    let output = market.tensorproof(WORSE, &[&words[..], &[&market.url]].concat());
    success(&output);
    let told = String::from_utf8(output.stderr).unwrap();
    for expected in [
        "chain 31337 at http://127.0.0.1:",
        &format!("account {}", crate::ACCOUNTS[WORSE]),
        &format!("commit: {bounty}, pays 0.500000 ETH, at most "),
        "ETH at the present fees; 0.000",
        "with a priority fee of 1.000000, pays 0.500000 ETH",
        "reveal 1 h, proofs 1 h",
        "each turn 1 h or more",
    ] {
        assert!(told.contains(expected), "{expected}: {told}");
    }
}
