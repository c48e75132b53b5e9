//! Blake2b-512 whose state can be saved and taken up again.
//!
//! A contribution to the powers of tau keeps the state of its hash after the points and before the proofs of knowledge,
//! so that the proofs are bound to points that are no longer there. Crates for Blake2b keep their state to themselves.
//!
//! Source: RFC 7693, sections 2.6, 2.7 and 3.2.

use zeroize::{Zeroize as _, ZeroizeOnDrop};

const BLOCK: usize = 128;

/// Bytes of a saved state: the block, the chain value, the bytes compressed, the bytes in the block, and padding.
pub(crate) const STATE_BYTES: usize = 216;

const IV: [u64; 8] = [
    0x6a09_e667_f3bc_c908,
    0xbb67_ae85_84ca_a73b,
    0x3c6e_f372_fe94_f82b,
    0xa54f_f53a_5f1d_36f1,
    0x510e_527f_ade6_82d1,
    0x9b05_688c_2b3e_6c1f,
    0x1f83_d9ab_fb41_bd6b,
    0x5be0_cd19_137e_2179,
];

/// The chain value before the first block, with the parameter block: 64 bytes of digest, no key, fanout and depth one.
const FIRST: [u64; 8] = [IV[0] ^ 0x0101_0040, IV[1], IV[2], IV[3], IV[4], IV[5], IV[6], IV[7]];

/// The order of message words in each round; rounds 10 and 11 are rounds 0 and 1 again.
const SIGMA: [[usize; 16]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
    [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
    [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
    [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
    [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
    [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
    [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
    [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
    [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
    [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
];

/// Blake2b with 64 bytes of output and no key. It is wiped when it is dropped: seeds pass through it.
#[derive(Clone, ZeroizeOnDrop)]
pub(crate) struct Blake2b {
    chain: [u64; 8],
    block: [u8; BLOCK],
    /// Bytes in the block; a full block waits for more, as the last one is compressed otherwise.
    filled: usize,
    compressed: u64,
}

impl Blake2b {
    /// Starts with nothing hashed.
    pub(crate) fn new() -> Self {
        Self { chain: FIRST, block: [0; BLOCK], filled: 0, compressed: 0 }
    }

    /// Hashes more bytes.
    pub(crate) fn update(&mut self, mut bytes: &[u8]) -> &mut Self {
        while !bytes.is_empty() {
            if self.filled == BLOCK {
                self.compressed += BLOCK as u64;
                self.compress(false);
                self.filled = 0;
            }
            let (now, later) = bytes.split_at(bytes.len().min(BLOCK - self.filled));
            self.block[self.filled..self.filled + now.len()].copy_from_slice(now);
            self.filled += now.len();
            bytes = later;
        }
        self
    }

    /// Returns the hash.
    pub(crate) fn finish(mut self) -> [u8; 64] {
        self.compressed += self.filled as u64;
        self.block[self.filled..].fill(0);
        self.compress(true);
        let mut hash = [0; 64];
        for (bytes, word) in hash.chunks_exact_mut(8).zip(self.chain) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        hash
    }

    fn compress(&mut self, is_last: bool) {
        let mut message = [0; 16];
        for (word, bytes) in message.iter_mut().zip(self.block.chunks_exact(8)) {
            *word = bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte));
        }
        let mut v = [0; 16];
        v[..8].copy_from_slice(&self.chain);
        v[8..].copy_from_slice(&IV);
        v[12] ^= self.compressed;
        if is_last {
            v[14] = !v[14];
        }
        for order in SIGMA.iter().chain(&SIGMA[..2]) {
            for (half, places) in [[0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15]]
                .into_iter()
                .chain([[0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14]])
                .enumerate()
            {
                mix(&mut v, places, message[order[2 * half]], message[order[2 * half + 1]]);
            }
        }
        for (index, word) in self.chain.iter_mut().enumerate() {
            *word ^= v[index] ^ v[index + 8];
        }
        message.zeroize();
        v.zeroize();
    }
}

/// A saved state that hashing so many bytes can lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Saved([u8; STATE_BYTES]);

impl Saved {
    /// Saves a state, to be taken up later.
    pub(crate) fn of(hasher: &Blake2b) -> Self {
        let mut state = [0; STATE_BYTES];
        state[..hasher.filled].copy_from_slice(&hasher.block[..hasher.filled]);
        let words = hasher.chain.iter().copied().chain([hasher.compressed, hasher.filled as u64]);
        for (bytes, word) in state[BLOCK..].chunks_exact_mut(8).zip(words) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        Self(state)
    }

    /// Reads the state after `length` bytes; `None` when it is not one, as the counts of bytes are determined.
    ///
    /// Behind the filled part of the block stands what was hashed before, in files of others: it is kept, and means nothing. Of the
    /// chain value nothing can be told but of the first.
    pub(crate) fn read(state: [u8; STATE_BYTES], length: u64) -> Option<Self> {
        // A full block waits for more.
        let compressed = length.saturating_sub(1) / BLOCK as u64 * BLOCK as u64;
        let saved = Self(state);
        let counts = [saved.word(192), saved.word(200), saved.word(208)];
        let is_first = std::array::from_fn(|index| saved.word(BLOCK + 8 * index)) == FIRST;
        (counts == [compressed, length - compressed, 0] && is_first == (compressed == 0)).then_some(saved)
    }

    /// Returns the bytes as they stand in a file.
    pub(crate) fn bytes(&self) -> &[u8; STATE_BYTES] {
        &self.0
    }

    /// Takes up the state.
    pub(crate) fn resume(&self) -> Blake2b {
        let mut block = [0; BLOCK];
        block.copy_from_slice(&self.0[..BLOCK]);
        Blake2b {
            chain: std::array::from_fn(|index| self.word(BLOCK + 8 * index)),
            block,
            filled: usize::from(self.0[200]),
            compressed: self.word(192),
        }
    }

    fn word(&self, at: usize) -> u64 {
        self.0[at..at + 8].iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
    }
}

/// Returns the hash of some bytes.
#[cfg(test)]
pub(crate) fn blake2b(bytes: &[u8]) -> [u8; 64] {
    let mut hasher = Blake2b::new();
    hasher.update(bytes);
    hasher.finish()
}

fn mix(v: &mut [u64; 16], [a, b, c, d]: [usize; 4], x: u64, y: u64) {
    for (word, [first, second]) in [(x, [32, 24]), (y, [16, 63])] {
        v[a] = v[a].wrapping_add(v[b]).wrapping_add(word);
        v[d] = (v[d] ^ v[a]).rotate_right(first);
        v[c] = v[c].wrapping_add(v[d]);
        v[b] = (v[b] ^ v[c]).rotate_right(second);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use blake2::{Blake2b512, Digest as _};

    use super::*;

    #[test]
    fn agrees_with_the_crate_at_every_length_and_cut() {
        let text: Vec<u8> = (0..700u32).map(|index| u8::try_from(index * 7 % 251).unwrap()).collect();
        for length in 0..text.len() {
            let expected: [u8; 64] = Blake2b512::digest(&text[..length]).into();
            assert_eq!(blake2b(&text[..length]), expected, "{length} bytes");
            let cut = length * 5 % (length + 1);
            let mut hasher = Blake2b::new();
            hasher.update(&text[..cut]);
            let mut hasher = Saved::read(*Saved::of(&hasher).bytes(), cut as u64).unwrap().resume();
            hasher.update(&text[cut..length]);
            assert_eq!(hasher.finish(), expected, "{length} bytes, cut at {cut}");
        }
    }

    #[test]
    fn refuses_what_is_no_state() {
        for length in [0usize, 1, 96, 128, 129, 256, 257, 1000] {
            let mut hasher = Blake2b::new();
            let state = *Saved::of(hasher.update(&vec![7; length])).bytes();
            let length = length as u64;
            assert!(Saved::read(state, length).is_some());
            for other in [length + 1, length + 128, length ^ 64, u64::MAX] {
                assert!(Saved::read(state, other).is_none(), "{length} for {other}");
            }
            // The number of compressed bytes, that of the block, and the padding; each of their bytes.
            for at in 192..STATE_BYTES {
                for bit in 0..8 {
                    let mut changed = state;
                    changed[at] ^= 1 << bit;
                    assert!(Saved::read(changed, length).is_none(), "{length} bytes, byte {at}");
                }
            }
            // The first chain value after a block, and another one before it.
            let mut changed = state;
            changed[128..192].copy_from_slice(&FIRST.map(u64::to_le_bytes).concat());
            changed[128] ^= u8::from(length <= 128);
            assert!(Saved::read(changed, length).is_none());
        }
    }
}
