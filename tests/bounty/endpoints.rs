//! Endpoints that want what they are not given: parameters, test sets, outputs, stakes.

use std::fs;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tensorproof_contracts::U256;

use crate::fixture::{BETTER, HOST, Market};
use crate::support::anvil::{Anvil, failure, proxy, success};
use crate::support::json as run_json;
use crate::{ETHER, text};

/// An endpoint that keeps all that it is asked.
pub(crate) fn recorder(anvil: &Anvil) -> (String, Arc<Mutex<Vec<String>>>) {
    let requests = Arc::new(Mutex::new(Vec::new()));
    let kept = requests.clone();
    let url = proxy(anvil, move |_, body, ask| {
        kept.lock().unwrap().push(body.to_owned());
        Some(ask())
    });
    (url, requests)
}

/// Expects that nothing of a call's data was shown, but in requests of a method, none for "".
#[track_caller]
pub(crate) fn shows_none(requests: &Mutex<Vec<String>>, data: &str, method: &str) {
    let words: Vec<&str> = (10..data.len()).step_by(64).filter_map(|at| data.get(at..at + 64)).collect();
    // Small numbers, and addresses, are everywhere.
    let words: Vec<&str> = words.into_iter().filter(|word| !word.starts_with(&"0".repeat(24))).collect();
    assert!(words.len() > 5, "{data}");
    let requests = std::mem::take(&mut *requests.lock().unwrap());
    assert!(requests.len() > 5);
    for body in requests.iter().filter(|body| method.is_empty() || !body.contains(method)) {
        assert!(!body.contains(&data[..10]) && !words.iter().any(|word| body.contains(word)), "{body}");
    }
}

/// Returns a number as words of calls have it.
fn word(decimal: &str) -> String {
    format!("{:064x}", decimal.parse::<U256>().unwrap())
}

#[test]
fn parameters_and_test_sets_are_for_whom_they_were_meant() {
    let market = Market::new(&[]);
    let created = market.create(&[]);
    let bounty = text(&created["bounty"]);
    let host_file = format!("bounty/bounty-31337-{}.json", bounty.to_lowercase());
    let file = format!("better/bounty-31337-{}.json", bounty.to_lowercase());
    assert_eq!(market.read(&host_file)["terms"], created["terms"]);

    // An endpoint with a key of its own in the terms, and one with another stake.
    run_json(["keygen".as_ref(), "-o".as_ref(), market.path("thief.json").as_os_str()]);
    let key = |name: &str| {
        market.read(name)["publicKey"].as_array().unwrap().iter().map(|x| word(text(x))).collect::<Vec<_>>()
    };
    let replacing = |from: Vec<String>, to: Vec<String>| {
        proxy(&market.anvil, move |_, body, ask| {
            // Who lies about a stake says that the call would succeed.
            if body.contains("eth_estimateGas") {
                return Some(json!({ "jsonrpc": "2.0", "id": 1, "result": "0x12000" }).to_string());
            }
            let mut answer = ask();
            if body.contains("eth_call") {
                for (from, to) in from.iter().zip(&to) {
                    answer = answer.replace(from.as_str(), to);
                }
            }
            Some(answer)
        })
    };
    let thief = replacing(key("host.json"), key("thief.json"));
    let stakes = replacing(vec![word(&(ETHER / 2).to_string())], vec![word(&(ETHER * 100).to_string())]);
    let run = |account: usize, words: &[&str], url: &str| {
        market.run(account, &[words, &["--rpc-url", url]].concat())
    };

    let commit = ["commit", bounty, "bounty", "--submission", "better"];
    let named = [&commit[..], &["--key", "host.json"]].concat();
    failure(&run(BETTER, &named, &thief), "the bounty's key is ");
    let over =
        "100.000000 ETH are to be paid with the call as the endpoint says, expected at most 1.000000 ETH";
    failure(&run(BETTER, &commit, &stakes), over);
    success(&run(BETTER, &[&commit[..], &["--dry-run"]].concat(), &market.url));
    assert!(!market.path(&file).exists());
    success(&run(BETTER, &named, &market.url));
    assert_eq!(market.read(&file)["terms"], created["terms"]);
    market.wait();

    let reveal = ["reveal", bounty, "bounty", "--test-set", "testset.json"];
    let other_key = "`key` of the bounty is ";
    failure(&run(HOST, &reveal, &thief), other_key);
    let (recorder, requests) = recorder(&market.anvil);
    let dry = success(&run(HOST, &[&reveal[..], &["--dry-run"]].concat(), &recorder));
    shows_none(&requests, text(&dry["data"]), "");
    let input = |sent: &Value| {
        let sent = market.anvil.request("eth_getTransactionByHash", &json!([sent["transaction"]]));
        text(&sent["input"]).to_owned()
    };
    let told = run(HOST, &[&reveal[..], &["--constant-work"]].concat(), &recorder);
    shows_none(&requests, &input(&success(&told)), "eth_sendRawTransaction");
    assert!(
        String::from_utf8_lossy(&told.stderr)
            .contains("gas, computed here: the endpoint does not see the call")
    );

    let submit = ["submit", bounty, "bounty", "--submission", "better", "--samples", "."];
    failure(&run(BETTER, &submit, &thief), other_key);
    success(&run(BETTER, &[&submit[..], &["--constant-work"]].concat(), &market.url));
    market.wait();
    market.wait();

    let claim = ["claim", bounty, "bounty", "--submission", "better"];
    failure(&run(BETTER, &claim, &thief), other_key);
    failure(&run(BETTER, &[&claim[..], &["--dry-run"]].concat(), &thief), other_key);
    let kept = fs::read_to_string(market.path(&file)).unwrap();
    fs::remove_file(market.path(&file)).unwrap();
    failure(
        &run(BETTER, &claim, &thief),
        "does not exist: nothing but the endpoint says whom the parameters",
    );
    let named = [&claim[..], &["--key", "host.json"]].concat();
    failure(&run(BETTER, &named, &thief), "the bounty's key is ");
    success(&run(BETTER, &[&named[..], &["--dry-run"]].concat(), &market.url));
    market.write(&file, &kept);
    // A payment that is not taken would show the ciphertext for nothing.
    let factory = [&claim[..], &["--to", text(&created["factory"])]].concat();
    failure(&run(BETTER, &factory, &market.url), "does not take the payment");
    let dry = success(&run(BETTER, &[&claim[..], &["--dry-run"]].concat(), &recorder));
    shows_none(&requests, text(&dry["data"]), "");
    let claimed = success(&run(BETTER, &[&claim[..], &["--constant-work"]].concat(), &recorder));
    shows_none(&requests, &input(&claimed), "eth_sendRawTransaction");
    // Ours is more than it takes, and not by much.
    let [computed, used] = [&dry, &claimed].map(|json| json["gas"].as_f64().unwrap());
    assert!((1.0..2.0).contains(&(computed / used)), "{computed} {used}");
    let decrypt = ["decrypt", bounty, "bounty", "--key", "host.json", "--output", "weights.json"];
    assert_eq!(success(&market.chain(HOST, &decrypt))["parameters"]["w"], json!([["1", "1"], ["1", "-1"]]));
}
