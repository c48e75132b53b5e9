//! The entries of the matrices A and B, by which a key and a constraint system know each other.

use sha2::{Digest as _, Sha256};
use tensorproof_r1cs::format::limb_bytes;
use tensorproof_r1cs::{Fr, R1cs};

/// An entry of the matrices A (0) and B (1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// 0 for A, 1 for B.
    pub(crate) matrix: u32,
    /// The row.
    pub(crate) row: u32,
    /// The wire.
    pub(crate) wire: u32,
    /// The value.
    pub(crate) value: Fr,
}

impl Entry {
    /// Returns what entries are ordered by.
    pub(crate) fn place(&self) -> (u32, u32, u32) {
        (self.row, self.matrix, self.wire)
    }
}

/// The number of entries, and the SHA-256 of them in ascending order of row, matrix and wire, values in Montgomery form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entries {
    count: u32,
    digest: [u8; 32],
}

impl Entries {
    /// Returns the digest of entries in ascending order.
    pub(crate) fn digest(entries: impl IntoIterator<Item = Entry>) -> Self {
        let mut hasher = EntriesHasher::default();
        entries.into_iter().for_each(|entry| hasher.add(entry));
        hasher.finish()
    }

    /// Returns the digest of the entries of a constraint system.
    pub(crate) fn of(r1cs: &R1cs) -> Self {
        let mut hasher = EntriesHasher::default();
        for_each_entry(r1cs, |entry| hasher.add(entry));
        hasher.finish()
    }

    /// Reads what [`Self::to_bytes`] returns.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (count, digest) = bytes.split_at_checked(4)?;
        Some(Self { count: u32::from_le_bytes(count.try_into().ok()?), digest: digest.try_into().ok()? })
    }

    /// Returns count and digest.
    pub(crate) fn to_bytes(self) -> Vec<u8> {
        [&self.count.to_le_bytes()[..], &self.digest].concat()
    }

    /// Returns how many entries there are.
    pub fn count(&self) -> u32 {
        self.count
    }
}

#[derive(Default)]
struct EntriesHasher {
    count: u32,
    hasher: Sha256,
}

impl EntriesHasher {
    fn add(&mut self, entry: Entry) {
        let mut bytes = [0; 44];
        for (chunk, number) in bytes.chunks_exact_mut(4).zip([entry.row, entry.matrix, entry.wire]) {
            chunk.copy_from_slice(&number.to_le_bytes());
        }
        bytes[12..].copy_from_slice(&limb_bytes(entry.value.0.0));
        self.hasher.update(bytes);
        // Files of more than 2^32 entries cannot be written; a file's count is read from 32 bits.
        self.count = self.count.saturating_add(1);
    }

    fn finish(self) -> Entries {
        Entries { count: self.count, digest: self.hasher.finalize().into() }
    }
}

/// Calls `visit` for each entry of A and B, row by row, then for the rows of the public signals: in ascending order, as
/// the terms of a row are.
pub(crate) fn for_each_entry(r1cs: &R1cs, mut visit: impl FnMut(Entry)) {
    // Rows of a system that was read or built are fewer than 2^32.
    let narrow = |row: usize| u32::try_from(row).unwrap_or(u32::MAX);
    for row in 0..r1cs.len() {
        for (matrix, terms) in [(0, r1cs.a.row(row)), (1, r1cs.b.row(row))] {
            for term in terms {
                let value = r1cs.coefficients[term.coefficient as usize];
                visit(Entry { matrix, row: narrow(row), wire: term.wire.0, value });
            }
        }
    }
    for wire in 0..=r1cs.public_signals() {
        visit(Entry { matrix: 0, row: narrow(r1cs.len() + wire as usize), wire, value: Fr::from(1u64) });
    }
}
