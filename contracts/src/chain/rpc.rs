//! A client of Ethereum's JSON-RPC, as far as deployment and verification need it.
//!
//! Source: the execution API specification, <https://ethereum.github.io/execution-apis/>.

use std::thread::sleep;
use std::time::Duration;

use revm::primitives::{Address, B256, U256, hex};
use serde_json::{Value, json};

use super::receipt::{Log, Receipt, read_log};
use super::{ChainError, Message};

/// How long one request may take.
const REQUEST: Duration = Duration::from_secs(30);
/// How often a request is made that gets no answer.
const ATTEMPTS: u32 = 3;
/// The longest answer that is read.
const LONGEST_ANSWER: u64 = 8 << 20;

/// An endpoint.
pub struct Rpc {
    agent: ureq::Agent,
    url: String,
    endpoint: String,
}

impl Rpc {
    /// Returns a client without asking the endpoint anything.
    ///
    /// # Errors
    /// When the URL is not one of HTTP.
    pub fn new(url: &str) -> Result<Self, ChainError> {
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        let Some(rest) = rest.filter(|rest| !rest.is_empty()) else {
            return Err(ChainError::Url { reason: "expected http://.. or https://.." });
        };
        let scheme = &url[..url.len() - rest.len()];
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(REQUEST))
            .max_redirects(0)
            .http_status_as_error(false);
        Ok(Self { agent: config.build().into(), url: url.into(), endpoint: format!("{scheme}{host}") })
    }

    /// Returns scheme and host, which may be shown.
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Makes a request; one that is not answered is made again.
    ///
    /// # Errors
    /// When there is no answer, or the answer is an error.
    pub fn request(&self, method: &'static str, params: &Value) -> Result<Value, ChainError> {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string();
        let mut pause = Duration::from_millis(200);
        let mut attempt = 1;
        loop {
            match self.post(method, &body) {
                Err(ChainError::Endpoint { .. }) if attempt < ATTEMPTS => {
                    sleep(pause);
                    pause *= 4;
                    attempt += 1;
                }
                outcome => return outcome,
            }
        }
    }

    fn post(&self, method: &'static str, body: &str) -> Result<Value, ChainError> {
        let failed =
            |reason: String| ChainError::Endpoint { method, endpoint: self.endpoint.clone(), reason };
        let request = self.agent.post(&self.url).header("content-type", "application/json");
        let mut response = request.send(body).map_err(|error| failed(self.without_url(&error)))?;
        let status = response.status();
        let text = response.body_mut().with_config().limit(LONGEST_ANSWER).read_to_string();
        let text = text.map_err(|error| failed(self.without_url(&error)))?;
        let answer: Value = serde_json::from_str(&text)
            .map_err(|_| failed(format!("the answer is not JSON, with status {}", status.as_u16())))?;
        if let Some(error) = answer.get("error").filter(|error| !error.is_null()) {
            return Err(ChainError::Refused {
                method,
                endpoint: self.endpoint.clone(),
                code: error["code"].as_i64().unwrap_or_default(),
                message: error["message"].as_str().unwrap_or("no message").chars().take(500).collect(),
                data: error["data"].as_str().map(str::to_owned),
            });
        }
        match answer.get("result") {
            Some(result) => Ok(result.clone()),
            None => Err(failed(format!("the answer has no result, with status {}", status.as_u16()))),
        }
    }

    /// Tells an error without the URL, which may hold a password.
    fn without_url(&self, error: &ureq::Error) -> String {
        error.to_string().replace(&self.url, &self.endpoint)
    }

    pub(crate) fn malformed(&self, method: &'static str, expected: &str) -> ChainError {
        let reason = format!("the answer is not {expected}");
        ChainError::Endpoint { method, endpoint: self.endpoint.clone(), reason }
    }

    fn quantity(&self, method: &'static str, params: &Value) -> Result<U256, ChainError> {
        let answer = self.request(method, params)?;
        quantity(&answer).ok_or_else(|| self.malformed(method, "a quantity"))
    }

    fn small(&self, method: &'static str, params: &Value) -> Result<u64, ChainError> {
        let quantity = self.quantity(method, params)?;
        u64::try_from(quantity).map_err(|_| self.malformed(method, "below 2^64"))
    }

    fn bytes(&self, method: &'static str, params: &Value) -> Result<Vec<u8>, ChainError> {
        let answer = self.request(method, params)?;
        let bytes = answer.as_str().and_then(|text| hex::decode(text).ok());
        bytes.ok_or_else(|| self.malformed(method, "data"))
    }
}

#[expect(clippy::missing_errors_doc, reason = "all fail as `request` does")]
impl Rpc {
    /// Returns the chain's identifier.
    pub fn chain_id(&self) -> Result<u64, ChainError> {
        self.small("eth_chainId", &json!([]))
    }

    /// Returns the account's balance in wei.
    pub fn balance(&self, account: Address) -> Result<U256, ChainError> {
        self.quantity("eth_getBalance", &json!([account.to_string(), "latest"]))
    }

    /// Returns the number of the account's transactions: those included, or also those waiting.
    pub fn nonce(&self, account: Address, with_pending: bool) -> Result<u64, ChainError> {
        let block = if with_pending { "pending" } else { "latest" };
        self.small("eth_getTransactionCount", &json!([account.to_string(), block]))
    }

    /// Returns the code at an address, empty if there is none.
    pub fn code(&self, address: Address) -> Result<Vec<u8>, ChainError> {
        self.bytes("eth_getCode", &json!([address.to_string(), "latest"]))
    }

    /// Calls a contract without a transaction.
    pub fn call(&self, to: Address, data: &[u8]) -> Result<Vec<u8>, ChainError> {
        self.bytes(
            "eth_call",
            &json!([{ "to": to.to_string(), "data": hex::encode_prefixed(data) }, "latest"]),
        )
    }

    /// Returns the gas that a transaction would take.
    pub fn estimate(&self, from: Address, message: &Message) -> Result<u64, ChainError> {
        self.small("eth_estimateGas", &json!([call_json(from, message)]))
    }

    /// Returns the gas that a transaction would take if there was other code at some addresses.
    pub fn estimate_with(
        &self,
        from: Address,
        message: &Message,
        codes: &[(Address, &[u8])],
    ) -> Result<u64, ChainError> {
        let code = |(address, code): &(Address, &[u8])| {
            (address.to_string(), json!({ "code": hex::encode_prefixed(code) }))
        };
        let codes: serde_json::Map<String, Value> = codes.iter().map(code).collect();
        // The transaction would be in the block after the newest, whose time it is that counts.
        self.small("eth_estimateGas", &json!([call_json(from, message), "pending", codes]))
    }

    /// Returns what a contract said from a block on, of events whose signatures have these hashes, or of all for none.
    pub fn logs(&self, contract: Address, topics: &[B256], from: u64) -> Result<Vec<Log>, ChainError> {
        let newest = self.block_number()?;
        let mut logs = Vec::new();
        // Ranges that are still to be asked for, the first one last.
        let mut ranges = if from > newest { Vec::new() } else { vec![(from, newest)] };
        while let Some((first, last)) = ranges.pop() {
            match self.logs_between(contract, topics, first, last) {
                // Endpoints limit the blocks or the logs of a request, each in its own way.
                Err(ChainError::Refused { .. }) if first < last => {
                    let middle = first + (last - first) / 2;
                    ranges.extend([(middle + 1, last), (first, middle)]);
                }
                found => logs.extend(found?),
            }
        }
        Ok(logs)
    }

    fn logs_between(
        &self,
        contract: Address,
        topics: &[B256],
        first: u64,
        last: u64,
    ) -> Result<Vec<Log>, ChainError> {
        let method = "eth_getLogs";
        let topics: Vec<String> = topics.iter().map(B256::to_string).collect();
        let filter = json!({
            "address": contract.to_string(),
            // An empty list stands for any event.
            "topics": [topics],
            "fromBlock": format!("{first:#x}"),
            "toBlock": format!("{last:#x}"),
        });
        let answer = self.request(method, &json!([filter]))?;
        let logs = answer.as_array().map(Vec::as_slice).unwrap_or_default().iter().map(read_log);
        let logs: Option<Vec<Log>> = answer.is_array().then(|| logs.collect()).flatten();
        logs.ok_or_else(|| self.malformed(method, "a list of logs"))
    }

    /// Returns the time of the newest block, in seconds of Unix time.
    pub fn timestamp(&self) -> Result<u64, ChainError> {
        let method = "eth_getBlockByNumber";
        let block = self.request(method, &json!(["latest", false]))?;
        let time = quantity(&block["timestamp"]).and_then(|time| u64::try_from(time).ok());
        time.ok_or_else(|| self.malformed(method, "a block with a time"))
    }

    /// Returns the number of the newest block.
    pub fn block_number(&self) -> Result<u64, ChainError> {
        self.small("eth_blockNumber", &json!([]))
    }

    /// Returns the base fee of the newest block and the tip that the endpoint advises, in wei for a unit of gas.
    pub fn fees(&self) -> Result<(u128, u128), ChainError> {
        let method = "eth_getBlockByNumber";
        let block = self.request(method, &json!(["latest", false]))?;
        let base = quantity(&block["baseFeePerGas"]).and_then(|fee| u128::try_from(fee).ok());
        let base = base.ok_or_else(|| self.malformed(method, "a block with a base fee (EIP-1559)"))?;
        let method = "eth_maxPriorityFeePerGas";
        let tip = self.quantity(method, &json!([]))?;
        Ok((base, u128::try_from(tip).map_err(|_| self.malformed(method, "below 2^128"))?))
    }

    /// Hands a signed transaction to the network; one that it has already is fine.
    pub fn send(&self, raw: &[u8]) -> Result<(), ChainError> {
        match self.request("eth_sendRawTransaction", &json!([hex::encode_prefixed(raw)])) {
            Err(ChainError::Refused { message, .. }) if is_known(&message) => Ok(()),
            outcome => outcome.map(|_| ()),
        }
    }

    /// Returns what became of a transaction, if it is included.
    pub fn receipt(&self, hash: B256) -> Result<Option<Receipt>, ChainError> {
        let method = "eth_getTransactionReceipt";
        let json = self.request(method, &json!([hash.to_string()]))?;
        if json.is_null() {
            return Ok(None);
        }
        if json["transactionHash"].as_str().and_then(|text| text.parse().ok()) != Some(hash) {
            return Err(self.malformed(method, "a receipt of this transaction"));
        }
        let field = |name: &str| {
            let value = quantity(&json[name]).and_then(|value| u64::try_from(value).ok());
            value.ok_or_else(|| self.malformed(method, "a receipt"))
        };
        let (success, block, gas_used) = (field("status")? == 1, field("blockNumber")?, field("gasUsed")?);
        Ok(Some(Receipt { success, block, gas_used, json }))
    }
}

/// Nodes word it differently that they have a transaction already.
fn is_known(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    ["already known", "already imported", "known transaction", "alreadyknown"]
        .iter()
        .any(|phrase| message.contains(phrase))
}

fn call_json(from: Address, message: &Message) -> Value {
    json!({
        "from": from.to_string(),
        "to": message.to.to_string(),
        "value": format!("{:#x}", message.value),
        "data": hex::encode_prefixed(&message.data),
    })
}

pub(super) fn quantity(value: &Value) -> Option<U256> {
    let digits = value.as_str()?.strip_prefix("0x")?;
    if digits.is_empty() || digits.len() > 64 {
        return None;
    }
    U256::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_no_password_of_a_url() {
        for (url, shown) in [
            ("https://user:secret@node.example/v3/key?x=1", "https://node.example"),
            ("http://127.0.0.1:8545", "http://127.0.0.1:8545"),
            ("https://node.example#@other", "https://node.example"),
        ] {
            assert_eq!(Rpc::new(url).unwrap().endpoint(), shown);
        }
        for url in ["", "ftp://x", "https://", "localhost:8545"] {
            assert!(Rpc::new(url).is_err(), "{url}");
        }
    }

    #[test]
    fn reads_quantities() {
        for (text, expected) in
            [("0x0", Some(0)), ("0x1f", Some(31)), ("", None), ("0x", None), ("1f", None), ("0xg", None)]
        {
            assert_eq!(quantity(&Value::from(text)), expected.map(U256::from), "{text}");
        }
        assert_eq!(quantity(&Value::from(5)), None);
        assert_eq!(quantity(&Value::from(format!("0x{}", "0".repeat(65)))), None);
    }
}
