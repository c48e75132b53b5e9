//! Arguments, results and events as words of 32 bytes.
//!
//! Source: the Solidity contract ABI specification.

use revm::primitives::{Address, B256, U256};

use crate::abi::selector;
use crate::chain::{ChainError, Rpc};

/// Reads words one after the other; nothing where there are no more, or where a word is out of range.
pub(super) struct Words<'b> {
    bytes: &'b [u8],
    at: usize,
}

impl<'b> Words<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    pub(super) fn word(&mut self) -> Option<U256> {
        let word = self.bytes.get(self.at..self.at.checked_add(32)?)?;
        self.at += 32;
        Some(U256::from_be_slice(word))
    }

    pub(super) fn hash(&mut self) -> Option<B256> {
        self.word().map(B256::from)
    }

    pub(super) fn address(&mut self) -> Option<Address> {
        let word = self.hash()?;
        word.starts_with(&[0; 12]).then(|| Address::from_word(word))
    }

    pub(super) fn small<T: TryFrom<U256>>(&mut self) -> Option<T> {
        self.word()?.try_into().ok()
    }

    pub(super) fn flag(&mut self) -> Option<bool> {
        self.small::<u8>().and_then(|word| [false, true].get(usize::from(word)).copied())
    }

    /// Reads an array of dynamic size, whose place is here.
    pub(super) fn list(&mut self) -> Option<Vec<U256>> {
        let place: usize = self.small()?;
        let mut items = Words { bytes: self.bytes, at: place };
        let length: usize = items.small()?;
        // No more items than there are bytes.
        let end = items.at.checked_add(length.checked_mul(32)?)?;
        let bytes = self.bytes.get(items.at..end)?;
        Some(bytes.chunks_exact(32).map(U256::from_be_slice).collect())
    }
}

/// Returns an address as a word.
pub(super) fn address_word(address: Address) -> U256 {
    address.into_word().into()
}

/// Returns the data of a call: the selector, the words before all lists, then the lists. `heads` has nothing where a list's place
/// goes.
pub(super) fn call(signature: &str, heads: &[Option<U256>], lists: &[&[U256]]) -> Vec<u8> {
    let mut bytes = selector(signature).to_vec();
    let mut place = 32 * heads.len();
    let mut lengths = lists.iter().map(|list| 32 * (1 + list.len()));
    for head in heads {
        let word = head.unwrap_or_else(|| {
            let here = U256::from(place);
            place += lengths.next().unwrap_or_default();
            here
        });
        bytes.extend(word.to_be_bytes::<32>());
    }
    for list in lists {
        bytes.extend(U256::from(list.len()).to_be_bytes::<32>());
        bytes.extend(list.iter().flat_map(U256::to_be_bytes::<32>));
    }
    bytes
}

/// Asks a bounty for what a function returns.
pub(super) fn ask<T>(
    rpc: &Rpc,
    bounty: Address,
    signature: &str,
    arguments: &[U256],
    read: impl FnOnce(&mut Words<'_>) -> Option<T>,
) -> Result<T, ChainError> {
    let heads: Vec<_> = arguments.iter().copied().map(Some).collect();
    let answer = rpc.call(bounty, &call(signature, &heads, &[]))?;
    read(&mut Words::new(&answer)).ok_or_else(|| rpc.malformed("eth_call", "what a bounty returns"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let items = [U256::from(7), U256::from(8)];
        let lists = [items.as_slice(), &[]];
        let data = call("f(uint256[],uint256,uint256[])", &[None, Some(U256::from(5)), None], &lists);
        let mut words = Words::new(&data[4..]);
        assert_eq!(words.list().unwrap(), lists[0]);
        assert_eq!(words.word(), Some(U256::from(5)));
        assert_eq!(words.list().unwrap(), lists[1]);
        assert_eq!(words.word(), Some(U256::from(2)));
    }

    #[test]
    fn refuses_lists_that_are_not_there() {
        let word = |value: u64| U256::from(value).to_be_bytes::<32>();
        for (place, length) in [(32, 1), (64, 0), (u64::MAX, 0), (32, u64::MAX / 32 + 1)] {
            let data = [word(place), word(length)].concat();
            assert_eq!(Words::new(&data).list(), None, "{place} {length}");
        }
        assert_eq!(Words::new(&word(2)).flag(), None);
        assert_eq!(Words::new(U256::MAX.to_be_bytes::<32>().as_slice()).address(), None);
    }
}
