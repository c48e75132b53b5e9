//! A chain in this process, which talks as a node does: JSON-RPC over HTTP on 127.0.0.1, of the methods that `tensorproof`
//! uses.
//!
//! ```text
//! POST {"method": "eth_sendRawTransaction", ..} ──► signature ──► revm ──► a block of one transaction, its receipt, its logs
//! ```
//!
//! Its clock stands still but for a second with each block, and for what `evm_increaseTime` adds to the next one. After
//! `evm_setAutomine` with `false`, transactions wait in a pool that everybody reads, until `evm_mine` includes those with the
//! highest tips first. The rules are Osaka's, its accounts are funded from the start, and the deterministic deployment proxy is
//! there, as on the development chains of Foundry.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::error::Error;
use std::io::Read as _;
use std::thread;

use alloy_rlp::{Decodable, Header};
use k256::ecdsa::{RecoveryId, Signature, VerifyingKey};
use revm::bytecode::Bytecode;
use revm::context::result::ExecutionResult;
use revm::context::{Context, TxEnv};
use revm::database::InMemoryDB;
use revm::handler::MainnetContext;
use revm::primitives::hardfork::SpecId;
use revm::primitives::{Address, B256, Bytes, TxKind, U256, hex, keccak256};
use revm::state::AccountInfo;
use revm::{Database as _, ExecuteCommitEvm as _, MainBuilder as _};
use serde_json::{Map, Value, json};
use tensorproof_contracts::chain::PROXY;
use tiny_http::{Response, Server};

/// The identifier of Foundry's development chains.
pub(crate) const CHAIN: u64 = 31337;
/// The base fee of all blocks, and the tip that is advised: a gwei and a tenth of it.
const BASE_FEE: u64 = 1_000_000_000;
const TIP: u64 = BASE_FEE / 10;
/// The most gas of one transaction (EIP-7825).
const MOST_GAS: u64 = 1 << 24;
/// The time of the first block.
const START: u64 = 1_800_000_000;
/// The longest request that is read.
const LONGEST_REQUEST: u64 = 8 << 20;
/// The code of the deterministic deployment proxy.
const PROXY_CODE: [u8; 69] = hex!(
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3"
);

/// Starts a chain and returns its endpoint; it ends with the process.
///
/// # Errors
/// When there is no port for it.
pub(crate) fn start(accounts: &[Address]) -> Result<String, Box<dyn Error>> {
    let server = Server::http("127.0.0.1:0").map_err(|error| error.to_string())?;
    let address = server.server_addr().to_ip().ok_or("the chain has no port")?;
    let mut node = Node::new(accounts);
    thread::spawn(move || {
        for mut request in server.incoming_requests() {
            let mut body = String::new();
            let read = request.as_reader().take(LONGEST_REQUEST).read_to_string(&mut body);
            let body = read.ok().and_then(|_| serde_json::from_str(&body).ok()).unwrap_or(Value::Null);
            let mut answer = json!({ "jsonrpc": "2.0", "id": body["id"] });
            match node.answer(body["method"].as_str().unwrap_or_default(), &body["params"]) {
                Ok(result) => answer["result"] = result,
                Err(error) => answer["error"] = error,
            }
            // Who asked may have gone.
            let _ = request.respond(Response::from_string(answer.to_string()));
        }
    });
    Ok(format!("http://{address}"))
}

/// The state of the chain. Its newest block has the number `blocks`.
struct Node {
    state: InMemoryDB,
    blocks: u64,
    time: u64,
    /// Seconds that pass before the next block.
    pause: u64,
    /// Whether transactions are included at once.
    is_automatic: bool,
    /// Transactions that wait.
    pool: Vec<Pending>,
    /// Transactions and receipts by hash.
    transactions: HashMap<B256, (Value, Value)>,
    logs: Vec<Value>,
}

/// A transaction that was not included yet.
struct Pending {
    hash: B256,
    transaction: TxEnv,
}

impl Pending {
    fn tip(&self) -> u128 {
        self.transaction.gas_priority_fee.unwrap_or_default()
    }

    /// Returns it as nodes show it, with the number of its block if it is in one.
    fn shown(&self, block: Option<u64>) -> Value {
        json!({
            "hash": self.hash.to_string(),
            "from": self.transaction.caller.to_string(),
            "to": self.transaction.kind.to().map(ToString::to_string),
            "nonce": quantity(self.transaction.nonce),
            "gas": quantity(self.transaction.gas_limit),
            "input": hex::encode_prefixed(&self.transaction.data),
            "blockNumber": block.map(quantity),
        })
    }
}

/// An answer, or an error as JSON-RPC has it.
type Answer = Result<Value, Value>;

impl Node {
    fn new(accounts: &[Address]) -> Self {
        let mut state = InMemoryDB::default();
        let funds = U256::from(10_000u64) * U256::from(10u64).pow(U256::from(18u64));
        for account in accounts {
            state.insert_account_info(*account, AccountInfo::from_balance(funds));
        }
        let proxy = Bytecode::new_legacy(PROXY_CODE.to_vec().into());
        state.insert_account_info(PROXY, AccountInfo::from_bytecode(proxy));
        Self {
            state,
            blocks: 0,
            time: START,
            pause: 0,
            is_automatic: true,
            pool: Vec::new(),
            transactions: HashMap::new(),
            logs: Vec::new(),
        }
    }

    fn answer(&mut self, method: &str, params: &Value) -> Answer {
        match method {
            "eth_chainId" => Ok(quantity(CHAIN)),
            "eth_blockNumber" => Ok(quantity(self.blocks)),
            "eth_maxPriorityFeePerGas" => Ok(quantity(TIP)),
            "eth_getBlockByNumber" => Ok(json!({
                "number": quantity(self.blocks),
                "timestamp": quantity(self.time),
                "baseFeePerGas": quantity(BASE_FEE),
            })),
            "eth_getBalance" => Ok(json!(format!("{:#x}", self.account(&params[0])?.balance))),
            "eth_getTransactionCount" => Ok(quantity(self.account(&params[0])?.nonce)),
            "eth_getCode" => {
                let hash = self.account(&params[0])?.code_hash;
                let code = self.state.code_by_hash(hash).map_err(|_| failed("no such code"))?;
                Ok(json!(hex::encode_prefixed(code.original_bytes())))
            }
            "eth_call" => Ok(json!(hex::encode_prefixed(output(&self.simulate(params)?)?))),
            "eth_estimateGas" => {
                let result = self.simulate(params)?;
                output(&result)?;
                // What is refunded in the end is needed until then.
                Ok(quantity(result.tx_gas_used().max(result.gas().total_gas_spent())))
            }
            "eth_sendRawTransaction" => self.send(&bytes(&params[0])?),
            "eth_getTransactionByHash" => {
                let waits = self.pool.iter().find(|waits| params[0] == waits.hash.to_string());
                let included = || Ok(self.transaction(&params[0])?.map_or(Value::Null, |(sent, _)| sent));
                waits.map_or_else(included, |waits| Ok(waits.shown(None)))
            }
            "eth_getTransactionReceipt" => {
                Ok(self.transaction(&params[0])?.map_or(Value::Null, |(_, receipt)| receipt))
            }
            "eth_getLogs" => Ok(self.find_logs(&params[0])),
            "evm_increaseTime" => {
                self.pause += params[0].as_u64().ok_or_else(|| failed("expected seconds"))?;
                Ok(json!(self.pause))
            }
            "evm_setAutomine" => {
                self.is_automatic = params[0].as_bool().ok_or_else(|| failed("expected true or false"))?;
                Ok(Value::Null)
            }
            "evm_mine" => {
                self.mine_pool()?;
                Ok(json!("0x0"))
            }
            "txpool_content" => Ok(self.content()),
            _ => Err(json!({ "code": -32601, "message": format!("there is no method {method}") })),
        }
    }

    fn account(&mut self, address: &Value) -> Result<AccountInfo, Value> {
        let address = read_address(address)?;
        let account = self.state.basic(address).map_err(|_| failed("no such account"))?;
        Ok(account.unwrap_or_default())
    }

    fn transaction(&self, hash: &Value) -> Result<Option<(Value, Value)>, Value> {
        let hash: Option<B256> = hash.as_str().and_then(|hash| hash.parse().ok());
        Ok(self.transactions.get(&hash.ok_or_else(|| failed("expected a hash"))?).cloned())
    }

    fn mine(&mut self) {
        self.blocks += 1;
        self.time += 1 + std::mem::take(&mut self.pause);
    }

    /// Runs a call on a copy of the state, with other code at some addresses, for free.
    fn simulate(&self, params: &Value) -> Result<ExecutionResult, Value> {
        let (call, codes) = (&params[0], params[2].as_object());
        let mut state = self.state.clone();
        for (address, code) in codes.into_iter().flatten() {
            let address: Address = address.parse().map_err(|_| failed("expected an address"))?;
            let code = Bytecode::new_legacy(bytes(&code["code"])?.into());
            // With the number of transactions that it had: what it creates has the address that follows from it.
            let account = state.basic(address).map_err(|_| failed("no such account"))?.unwrap_or_default();
            state.insert_account_info(address, account.with_code(code));
        }
        let caller = if call["from"].is_null() { Address::ZERO } else { read_address(&call["from"])? };
        let value = call["value"].as_str().map_or(Ok(U256::ZERO), str::parse);
        let account = state.basic(caller).map_err(|_| failed("no such account"))?.unwrap_or_default();
        let transaction = TxEnv {
            caller,
            kind: TxKind::Call(read_address(&call["to"])?),
            value: value.map_err(|_| failed("expected a quantity"))?,
            data: bytes(&call["data"])?.into(),
            nonce: account.nonce,
            gas_limit: MOST_GAS,
            chain_id: Some(CHAIN),
            ..TxEnv::default()
        };
        execute(&mut state, (self.blocks, self.time, 0), transaction)
    }

    /// Takes a signed transaction.
    fn send(&mut self, raw: &[u8]) -> Answer {
        let hash = keccak256(raw);
        if self.transactions.contains_key(&hash) || self.pool.iter().any(|waits| waits.hash == hash) {
            return Err(failed("already known"));
        }
        let transaction = recover(raw).ok_or_else(|| failed("expected a signed transaction of EIP-1559"))?;
        let pending = Pending { hash, transaction };
        if self.is_automatic {
            self.include(&pending)?;
        } else {
            self.pool.push(pending);
        }
        Ok(json!(hash.to_string()))
    }

    /// Returns the pool: transactions by sender and by nonce.
    fn content(&self) -> Value {
        let mut pending = Map::new();
        for waits in &self.pool {
            let of_sender = pending.entry(waits.transaction.caller.to_string()).or_insert(json!({}));
            of_sender[waits.transaction.nonce.to_string()] = waits.shown(None);
        }
        json!({ "pending": pending, "queued": {} })
    }

    /// Includes the transactions of the pool, the highest tips first, or makes an empty block.
    fn mine_pool(&mut self) -> Result<(), Value> {
        let mut pool = std::mem::take(&mut self.pool);
        if pool.is_empty() {
            self.mine();
        }
        pool.sort_by_key(|waits| Reverse(waits.tip()));
        pool.iter().try_for_each(|waits| self.include(waits))
    }

    /// Includes a transaction in a block of its own.
    fn include(&mut self, pending: &Pending) -> Result<(), Value> {
        let price = (u128::from(BASE_FEE) + pending.tip()).min(pending.transaction.gas_price);
        let block = (self.blocks + 1, self.time + 1 + self.pause, BASE_FEE);
        let result = execute(&mut self.state, block, pending.transaction.clone())?;
        self.mine();
        let hash = pending.hash;
        let number = quantity(self.blocks);
        let logs = result.logs().iter().map(|log| {
            json!({
                "address": log.address.to_string(),
                "topics": log.data.topics().iter().map(ToString::to_string).collect::<Vec<_>>(),
                "data": hex::encode_prefixed(&log.data.data),
                "blockNumber": number,
                "transactionHash": hash.to_string(),
            })
        });
        let logs: Vec<Value> = logs.collect();
        let receipt = json!({
            "transactionHash": hash.to_string(),
            "blockNumber": number,
            "status": quantity(u64::from(result.is_success())),
            "gasUsed": quantity(result.tx_gas_used()),
            "effectiveGasPrice": format!("{price:#x}"),
            "logs": logs,
        });
        self.logs.extend(logs);
        self.transactions.insert(hash, (pending.shown(Some(self.blocks)), receipt));
        Ok(())
    }

    fn find_logs(&self, filter: &Value) -> Value {
        let number = |value: &Value| value.as_str().and_then(|text| text.parse::<U256>().ok());
        let (first, last) = (number(&filter["fromBlock"]), number(&filter["toBlock"]));
        let topics = filter["topics"][0].as_array().map(Vec::as_slice).unwrap_or_default();
        let logs = self.logs.iter().filter(|log| {
            let block = number(&log["blockNumber"]);
            log["address"] == filter["address"]
                && first <= block
                && block <= last
                && (topics.is_empty() || topics.contains(&log["topics"][0]))
        });
        logs.cloned().collect()
    }
}

/// Runs a transaction in the block of a number, a time and a base fee.
fn execute(
    state: &mut InMemoryDB,
    (number, time, fee): (u64, u64, u64),
    transaction: TxEnv,
) -> Result<ExecutionResult, Value> {
    let context: MainnetContext<&mut InMemoryDB> = Context::new(state, SpecId::OSAKA);
    let context = context.modify_cfg_chained(|rules| rules.chain_id = CHAIN).modify_block_chained(|block| {
        block.number = U256::from(number);
        block.timestamp = U256::from(time);
        block.basefee = fee;
    });
    context.build_mainnet().transact_commit(transaction).map_err(|error| failed(&error.to_string()))
}

/// Reads a signed transaction of EIP-1559 and finds out who signed it.
fn recover(raw: &[u8]) -> Option<TxEnv> {
    fn next<T: Decodable>(fields: &mut &[u8]) -> Option<T> {
        T::decode(fields).ok()
    }
    let mut fields = raw.strip_prefix(&[2])?;
    let list = Header::decode(&mut fields).ok().filter(|header| header.list)?;
    let all = fields;
    if list.payload_length != all.len() {
        return None;
    }
    let fields = &mut fields;
    let (chain, nonce): (u64, u64) = (next(fields)?, next(fields)?);
    let (tip, most): (u128, u128) = (next(fields)?, next(fields)?);
    let (gas, to, value): (u64, Address, U256) = (next(fields)?, next(fields)?, next(fields)?);
    let data: Bytes = next(fields)?;
    // Access lists have their uses elsewhere.
    Header::decode(fields).ok().filter(|header| header.list && header.payload_length == 0)?;
    let mut signed = vec![2];
    let payload = &all[..all.len() - fields.len()];
    Header { list: true, payload_length: payload.len() }.encode(&mut signed);
    signed.extend(payload);

    let (is_odd, r, s): (bool, U256, U256) = (next(fields)?, next(fields)?, next(fields)?);
    let signature = Signature::from_scalars(r.to_be_bytes::<32>(), s.to_be_bytes::<32>()).ok()?;
    let recovery = RecoveryId::new(is_odd, false);
    let key = VerifyingKey::recover_from_prehash(keccak256(signed).as_slice(), &signature, recovery).ok()?;
    let caller = Address::from_slice(&keccak256(&key.to_encoded_point(false).as_bytes()[1..])[12..]);
    let transaction = TxEnv::builder()
        .caller(caller)
        .tx_type(Some(2))
        .chain_id(Some(chain))
        .nonce(nonce)
        .gas_priority_fee(Some(tip))
        .max_fee_per_gas(most)
        .gas_limit(gas)
        .kind(TxKind::Call(to))
        .value(value)
        .data(data);
    transaction.build().ok()
}

/// Returns what a call returned, or how nodes tell that it reverted.
fn output(result: &ExecutionResult) -> Result<Vec<u8>, Value> {
    match result {
        ExecutionResult::Success { output, .. } => Ok(output.data().to_vec()),
        ExecutionResult::Revert { output, .. } => {
            Err(json!({ "code": 3, "message": "execution reverted", "data": hex::encode_prefixed(output) }))
        }
        ExecutionResult::Halt { reason, .. } => Err(failed(&format!("{reason:?}"))),
    }
}

fn failed(message: &str) -> Value {
    json!({ "code": -32000, "message": message })
}

fn quantity(value: u64) -> Value {
    json!(format!("{value:#x}"))
}

fn bytes(value: &Value) -> Result<Vec<u8>, Value> {
    value.as_str().and_then(|text| hex::decode(text).ok()).ok_or_else(|| failed("expected data"))
}

fn read_address(value: &Value) -> Result<Address, Value> {
    value.as_str().and_then(|text| text.parse().ok()).ok_or_else(|| failed("expected an address"))
}
