//! The proving key.

use ark_bn254::{G1Affine, G2Affine};

use crate::VerifyingKey;
use crate::ceremony::Contribution;
use crate::entries::Entries;
use crate::stored::Stored;

/// What a key was made by, which says whether its secrets can be assumed to be gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// One machine made all of it: whoever ran it could have kept the secrets and forge proofs. For development only.
    Local,
    /// A ceremony with these contributions to phase 2, as the file says; [`verify_key`](crate::verify_key) checks them.
    Ceremony {
        /// The contributions in their order. Without any, everyone can forge proofs.
        contributions: Vec<Contribution>,
    },
}

impl Origin {
    /// Returns whether the key says that somebody contributed, so that it can be one that nobody can forge proofs with: one
    /// honest contributor is enough for that. Whoever makes a file can make it say so.
    pub fn has_contributions(&self) -> bool {
        matches!(self, Self::Ceremony { contributions } if !contributions.is_empty())
    }
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
    pub a: Stored<G1Affine>,
    /// `b_i(tau)` in G1, one per wire.
    pub b_g1: Stored<G1Affine>,
    /// `b_i(tau)` in G2, one per wire.
    pub b_g2: Stored<G2Affine>,
    /// `(beta a_i + alpha b_i + c_i)(tau) / delta` in G1, one per wire that is not public.
    pub c: Stored<G1Affine>,
    /// Lagrange polynomials of the odd points of the doubled domain, at tau, over delta; one per point.
    pub h: Stored<G1Affine>,
    /// The entries of the matrices A and B, with the rows of the public signals, as a digest.
    pub entries: Entries,
    /// What made the key.
    pub origin: Origin,
    /// The contributions section as it stands in the file.
    pub contributions: Vec<u8>,
}
