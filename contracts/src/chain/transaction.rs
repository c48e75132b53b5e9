//! Transactions of EIP-1559.

use alloy_rlp::{Encodable as _, Header};
use revm::primitives::{Address, U256};

use super::ChainError;

/// The first byte of a transaction of EIP-1559.
pub(super) const KIND: u8 = 2;

/// What a signature is for: chain, nonce, two fees, gas, callee, value, data, access list.
pub(super) const FIELDS: usize = 9;

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

/// The most that is paid, whatever an endpoint says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Caps {
    /// The most of [`Fees::tip`].
    pub tip: u128,
    /// The most of [`Fees::most`].
    pub fee: u128,
    /// The most of all fees of a command, in wei.
    pub cost: U256,
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

    /// Returns fees that hold while the base fee doubles, or as far as a cap allows.
    ///
    /// # Errors
    /// When the tip, or both together, are over their caps already.
    pub fn within(base: u128, tip: u128, caps: &Caps) -> Result<Self, ChainError> {
        if tip > caps.tip {
            return Err(ChainError::TipOverCap { tip, cap: caps.tip });
        }
        let fee = base.saturating_add(tip);
        if fee > caps.fee {
            return Err(ChainError::FeeOverCap { fee, cap: caps.fee });
        }
        let Self { most, tip } = Self::for_base(base, tip);
        Ok(Self { most: most.min(caps.fee), tip })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fees_stay_within_the_caps() {
        let caps = Caps { tip: 5, fee: 100, cost: U256::ZERO };
        for (base, tip, expected) in [
            (10, 1, Some(21)),
            (47, 5, Some(99)),
            // The base fee may not double.
            (48, 5, Some(100)),
            (95, 5, Some(100)),
            (96, 5, None),
            (0, 6, None),
            (u128::MAX, 0, None),
            (u128::MAX, 5, None),
            (0, u128::MAX, None),
        ] {
            let fees = Fees::within(base, tip, &caps).ok();
            assert_eq!(fees, expected.map(|most| Fees { most, tip }), "{base} {tip}");
        }
    }
}
