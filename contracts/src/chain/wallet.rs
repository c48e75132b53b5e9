//! The key of the account that pays.

use std::path::Path;

use alloy_rlp::{Decodable as _, Header};
use k256::ecdsa::{RecoveryId, Signature, SigningKey, VerifyingKey};
use revm::primitives::{Address, B256, U256, hex, keccak256};
use zeroize::Zeroizing;

use super::transaction::{FIELDS, KIND};
use super::{ChainError, Transaction};

/// An account and its key, which nothing shows.
pub struct Wallet {
    key: SigningKey,
    address: Address,
}

/// A transaction with its signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// What the network takes.
    pub raw: Vec<u8>,
    /// Its hash.
    pub hash: B256,
    /// Its nonce.
    pub nonce: u64,
    /// The account whose key signed it.
    pub account: Address,
}

impl Signed {
    /// Reads a transaction of EIP-1559 as the network takes it, and recovers the account that signed it; nothing if it is none.
    pub fn read(raw: Vec<u8>) -> Option<Self> {
        let (kind, mut list) = raw.split_first()?;
        let Header { list: true, payload_length } = Header::decode(&mut list).ok()? else { return None };
        if *kind != KIND || payload_length != list.len() {
            return None;
        }
        let mut rest = list;
        let mut nonce = None;
        for field in 0..FIELDS {
            let mut behind = rest;
            let length = Header::decode(&mut behind).ok()?.payload_length;
            if field == 1 {
                nonce = u64::decode(&mut &*rest).ok();
            }
            rest = behind.get(length..)?;
        }
        let fields = &list[..list.len() - rest.len()];
        let is_odd = bool::decode(&mut rest).ok()?;
        let [r, s] = [U256::decode(&mut rest).ok()?, U256::decode(&mut rest).ok()?]
            .map(|part| part.to_be_bytes::<32>());
        if !rest.is_empty() {
            return None;
        }
        let mut text = vec![KIND];
        Header { list: true, payload_length: fields.len() }.encode(&mut text);
        text.extend(fields);
        let signature = Signature::from_scalars(r, s).ok()?;
        let hash = keccak256(text);
        let key =
            VerifyingKey::recover_from_prehash(hash.as_slice(), &signature, RecoveryId::new(is_odd, false));
        Some(Self { hash: keccak256(&raw), nonce: nonce?, account: account(&key.ok()?), raw })
    }
}

/// Returns the account of a key: the last twenty bytes of the hash of x and y.
fn account(key: &VerifyingKey) -> Address {
    let point = key.to_encoded_point(false);
    Address::from_slice(&keccak256(&point.as_bytes()[1..])[12..])
}

impl Wallet {
    /// Reads a private key in hexadecimal, with or without `0x`.
    ///
    /// # Errors
    /// When it is not one.
    pub fn from_hex(text: &str) -> Result<Self, ChainError> {
        let bytes = Zeroizing::new(hex::decode(text.trim()).map_err(|_| ChainError::PrivateKey)?);
        Self::from_bytes(&bytes)
    }

    /// Opens a keystore file, as geth and Foundry write them.
    ///
    /// # Errors
    /// When it cannot be read, or the password is another one.
    pub fn from_keystore(path: &Path, password: &str) -> Result<Self, ChainError> {
        let bytes = eth_keystore::decrypt_key(path, password)
            .map_err(|error| ChainError::Keystore { path: path.into(), reason: error.to_string() })?;
        Self::from_bytes(&Zeroizing::new(bytes))
    }

    fn from_bytes(bytes: &[u8]) -> Result<Self, ChainError> {
        let key = SigningKey::from_slice(bytes).map_err(|_| ChainError::PrivateKey)?;
        Ok(Self { address: account(key.verifying_key()), key })
    }

    /// Returns the account.
    pub fn address(&self) -> Address {
        self.address
    }

    /// Signs a transaction.
    ///
    /// # Errors
    /// When the key cannot sign, which has a chance of 2^-128.
    pub fn sign(&self, transaction: &Transaction) -> Result<Signed, ChainError> {
        let hash = keccak256(transaction.encode(None));
        let signed = self.key.sign_prehash_recoverable(hash.as_slice());
        let (signature, recovery) = signed.map_err(|_| ChainError::PrivateKey)?;
        let (r, s) = signature.split_bytes();
        let raw = transaction.encode(Some((recovery.is_y_odd(), r.into(), s.into())));
        Ok(Signed { hash: keccak256(&raw), raw, nonce: transaction.nonce, account: self.address })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Fees, Message};
    use super::*;

    #[test]
    fn knows_the_account_of_a_key() {
        // The first account of every development chain.
        let key = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
        let wallet = Wallet::from_hex(key).unwrap();
        assert_eq!(wallet.address().to_string(), "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
    }

    #[test]
    fn signed_transactions_tell_their_account() {
        let wallet = Wallet::from_hex(&"11".repeat(32)).unwrap();
        for (nonce, length) in [(0, 0), (1, 1), (127, 55), (128, 56), (u64::MAX, 70_000)] {
            let message = Message::new(Address::repeat_byte(3), vec![7; length]);
            let fees = Fees { most: 9, tip: 1 };
            let signed = wallet.sign(&Transaction { chain: 5, nonce, fees, gas: 21_000, message }).unwrap();
            assert_eq!(Signed::read(signed.raw.clone()), Some(signed.clone()));
            assert_eq!(signed.account, wallet.address());
            for at in (0..signed.raw.len()).step_by(1 + signed.raw.len() / 200) {
                let mut changed = signed.raw.clone();
                changed[at] ^= 1;
                let read = Signed::read(changed);
                assert!(read.is_none_or(|read| read.account != wallet.address()), "{at}");
            }
            assert_eq!(Signed::read(signed.raw[..signed.raw.len() - 1].to_vec()), None);
        }
        assert_eq!(Signed::read(Vec::new()), None);
    }

    #[test]
    fn refuses_what_is_no_key() {
        let order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
        for text in ["", "0x", "12", &"0".repeat(64), order, &"zz".repeat(32), &"11".repeat(33)] {
            assert!(Wallet::from_hex(text).is_err(), "{text}");
        }
    }
}
