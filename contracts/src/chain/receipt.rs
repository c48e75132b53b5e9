//! What becomes of transactions: receipts, and what contracts said in them.

use std::thread::sleep;
use std::time::{Duration, Instant};

use revm::primitives::{Address, B256, hex};
use serde_json::Value;

use super::rpc::quantity;
use super::{ChainError, Rpc};

/// How often a receipt is asked for that should be there; the pauses between add up to three seconds.
const LATE_ATTEMPTS: u32 = 5;

/// What a contract said in a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// The contract.
    pub address: Address,
    /// The hash of the event's signature, and what is indexed.
    pub topics: Vec<B256>,
    /// The rest.
    pub data: Vec<u8>,
    /// The number of the block.
    pub block: u64,
    /// The transaction.
    pub transaction: B256,
}

/// What became of a transaction.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    /// Whether it succeeded.
    pub success: bool,
    /// The number of its block.
    pub block: u64,
    /// Gas that it used.
    pub gas_used: u64,
    /// All of it, as the endpoint gave it.
    pub json: Value,
}

impl Receipt {
    /// Returns what contracts said in the transaction.
    pub fn logs(&self) -> Vec<Log> {
        self.json["logs"].as_array().into_iter().flatten().filter_map(read_log).collect()
    }
}

impl Rpc {
    /// Returns the receipt of a transaction whose nonce is used: endpoints may have it a little later.
    ///
    /// # Errors
    /// When the endpoint does not answer.
    pub fn late_receipt(&self, hash: B256) -> Result<Option<Receipt>, ChainError> {
        let mut pause = Duration::from_millis(100);
        for _ in 0..LATE_ATTEMPTS {
            if let Some(receipt) = self.receipt(hash)? {
                return Ok(Some(receipt));
            }
            sleep(pause);
            pause *= 2;
        }
        self.receipt(hash)
    }

    /// Waits until a transaction has `confirmations` blocks, its own included.
    ///
    /// # Errors
    /// When it reverts, when another transaction takes its nonce, and when `timeout` is over.
    pub fn wait(
        &self,
        hash: B256,
        (account, nonce): (Address, u64),
        confirmations: u64,
        timeout: Duration,
    ) -> Result<Receipt, ChainError> {
        let started = Instant::now();
        let mut pause = Duration::from_millis(100);
        loop {
            // The nonce first: a transaction that is included between the two requests is found by the second, unless the
            // endpoint counts it before it has the receipt.
            let is_used = self.nonce(account, false)? > nonce;
            match self.receipt(hash)? {
                Some(receipt) if !receipt.success => return Err(ChainError::Reverted { hash }),
                // Any numbers: an endpoint may say what it likes.
                Some(receipt)
                    if self.block_number()?.saturating_add(1)
                        >= receipt.block.saturating_add(confirmations.max(1)) =>
                {
                    return Ok(receipt);
                }
                None if is_used && self.late_receipt(hash)?.is_none() => {
                    return Err(ChainError::Replaced { hash, nonce });
                }
                _ => {}
            }
            if started.elapsed() > timeout {
                return Err(ChainError::NotIncluded { hash, seconds: timeout.as_secs() });
            }
            sleep(pause);
            pause = (pause * 2).min(Duration::from_secs(4));
        }
    }
}

pub(super) fn read_log(json: &Value) -> Option<Log> {
    let topic = |topic: &Value| topic.as_str()?.parse().ok();
    Some(Log {
        address: json["address"].as_str()?.parse().ok()?,
        topics: json["topics"].as_array()?.iter().map(topic).collect::<Option<_>>()?,
        data: hex::decode(json["data"].as_str()?).ok()?,
        block: quantity(&json["blockNumber"])?.try_into().ok()?,
        transaction: topic(&json["transactionHash"])?,
    })
}
