//! The key of the account that pays.

use std::path::Path;

use k256::ecdsa::SigningKey;
use revm::primitives::{Address, B256, hex, keccak256};
use zeroize::Zeroizing;

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
        let point = key.verifying_key().to_encoded_point(false);
        // The last twenty bytes of the hash of x and y.
        let hash = keccak256(&point.as_bytes()[1..]);
        Ok(Self { address: Address::from_slice(&hash[12..]), key })
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
        Ok(Signed { hash: keccak256(&raw), raw, nonce: transaction.nonce })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_account_of_a_key() {
        // The first account of every development chain.
        let key = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
        let wallet = Wallet::from_hex(key).unwrap();
        assert_eq!(wallet.address().to_string(), "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");
    }

    #[test]
    fn refuses_what_is_no_key() {
        let order = "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141";
        for text in ["", "0x", "12", &"0".repeat(64), order, &"zz".repeat(32), &"11".repeat(33)] {
            assert!(Wallet::from_hex(text).is_err(), "{text}");
        }
    }
}
