//! The proving key.

use ark_bn254::{G1Affine, G2Affine};
use rustc_hash::FxHasher;
use std::hash::Hasher as _;
use tensorproof_r1cs::{Fr, R1cs};

use crate::VerifyingKey;

/// What a key was made by, which says whether its secrets can be assumed to be gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// One machine made all of it: whoever ran it could have kept the secrets and forge proofs. For development only.
    Local,
    /// A ceremony with this many contributions to phase 2.
    Ceremony {
        /// Number of contributions.
        contributions: u32,
    },
}

/// What a `.zkey` holds.
///
/// # Security
/// Who knows the secrets behind a key can forge proofs; see [`Origin`].
#[derive(Clone, Debug, PartialEq)]
pub struct ProvingKey {
    /// The verifying key.
    pub vk: VerifyingKey,
    /// `beta` in G1.
    pub beta_g1: G1Affine,
    /// `delta` in G1.
    pub delta_g1: G1Affine,
    /// `a_i(tau)` in G1, one per wire.
    pub a: Vec<G1Affine>,
    /// `b_i(tau)` in G1, one per wire.
    pub b_g1: Vec<G1Affine>,
    /// `b_i(tau)` in G2, one per wire.
    pub b_g2: Vec<G2Affine>,
    /// `(beta a_i + alpha b_i + c_i)(tau) / delta` in G1, one per wire that is not public.
    pub c: Vec<G1Affine>,
    /// Lagrange polynomials of the odd points of the doubled domain, at tau, over delta; one per point.
    pub h: Vec<G1Affine>,
    /// The entries of the matrices A and B, with the rows of the public signals.
    pub entries: Entries,
    /// What made the key.
    pub origin: Origin,
    /// The contributions section as it stands in the file.
    pub contributions: Vec<u8>,
}

/// An entry of the matrices A (0) and B (1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// 0 for A, 1 for B.
    pub matrix: u32,
    /// The row.
    pub row: u32,
    /// The wire.
    pub wire: u32,
    /// The value.
    pub value: Fr,
}

/// The entries of A and B as a digest, to tell whether a key belongs to a constraint system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Entries {
    /// How many there are.
    pub count: u32,
    digest: u128,
}

impl Entries {
    /// Adds an entry; the order does not matter.
    pub fn add(&mut self, entry: Entry) {
        let half = |seed: u64| {
            let mut hasher = FxHasher::default();
            hasher.write_u64(seed);
            hasher.write_u32(entry.matrix);
            hasher.write_u32(entry.row);
            hasher.write_u32(entry.wire);
            for limb in entry.value.0.0 {
                hasher.write_u64(limb);
            }
            u128::from(hasher.finish())
        };
        self.count = self.count.wrapping_add(1);
        self.digest = self.digest.wrapping_add((half(1) << 64) | half(2));
    }
}

/// Calls `visit` for each entry of A and B, row by row, then for the rows of the public signals.
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

/// Returns the digest of the entries of a constraint system.
pub(crate) fn entries_of(r1cs: &R1cs) -> Entries {
    let mut entries = Entries::default();
    for_each_entry(r1cs, |entry| entries.add(entry));
    entries
}
