//! Transactions of EIP-1559.

use alloy_rlp::{Encodable as _, Header};
use revm::primitives::{Address, U256};

/// The first byte of a transaction of EIP-1559.
const KIND: u8 = 2;

/// A call of a contract by a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The contract.
    pub to: Address,
    /// What is paid with the call, in wei.
    pub value: U256,
    /// The call data.
    pub data: Vec<u8>,
}

impl Message {
    /// Returns a call without a payment.
    pub fn new(to: Address, data: Vec<u8>) -> Self {
        Self { to, value: U256::ZERO, data }
    }
}

/// A transaction that calls a contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// The chain that takes it.
    pub chain: u64,
    /// The number of transactions of the account before it.
    pub nonce: u64,
    /// What a unit of gas may cost.
    pub fees: Fees,
    /// The most gas.
    pub gas: u64,
    /// The call.
    pub message: Message,
}

/// Prices of a unit of gas, in wei.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fees {
    /// The most in all.
    pub most: u128,
    /// The part that goes to who builds the block.
    pub tip: u128,
}

impl Fees {
    /// Returns fees that hold while the base fee doubles, which takes six full blocks.
    pub fn for_base(base: u128, tip: u128) -> Self {
        Self { most: base.saturating_mul(2).saturating_add(tip), tip }
    }
}

impl Transaction {
    /// Returns the transaction as the network takes it, with y parity, r and s; or what is hashed to sign it.
    pub(super) fn encode(&self, signature: Option<(bool, [u8; 32], [u8; 32])>) -> Vec<u8> {
        let mut fields = Vec::new();
        self.chain.encode(&mut fields);
        self.nonce.encode(&mut fields);
        self.fees.tip.encode(&mut fields);
        self.fees.most.encode(&mut fields);
        self.gas.encode(&mut fields);
        self.message.to.encode(&mut fields);
        self.message.value.encode(&mut fields);
        self.message.data.as_slice().encode(&mut fields);
        // No access list.
        Header { list: true, payload_length: 0 }.encode(&mut fields);
        if let Some((is_odd, r, s)) = signature {
            u8::from(is_odd).encode(&mut fields);
            U256::from_be_bytes(r).encode(&mut fields);
            U256::from_be_bytes(s).encode(&mut fields);
        }
        let mut bytes = vec![KIND];
        Header { list: true, payload_length: fields.len() }.encode(&mut bytes);
        bytes.extend(fields);
        bytes
    }
}
