//! Proofs that a contributor knew the factor, and ratios of points.

use ark_bn254::{Bn254, Fr, G1Affine, G2Affine};
use ark_ec::pairing::Pairing as _;
use ark_ec::{AffineRepr as _, CurveGroup as _};
use ark_ff::Zero as _;

use super::blake2b::Blake2b;
use super::stream::{Stream, hash_to_g2};
use super::wire::Hashed as _;

/// The points `s`, `x s` and `x p` for a factor `x`, where `p` is a point of G2 that the transcript determines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Knowledge {
    pub(crate) s: G1Affine,
    pub(crate) sx: G1Affine,
    pub(crate) px: G2Affine,
}

impl Knowledge {
    /// Proves knowledge of `x`; `challenge` makes the point `p` from `s` and `x s`.
    pub(crate) fn prove(
        x: &Fr,
        stream: &mut Stream,
        challenge: impl FnOnce(&G1Affine, &G1Affine) -> G2Affine,
    ) -> Self {
        let s = stream.g1();
        let sx = (s * x).into_affine();
        let px = (challenge(&s, &sx) * x).into_affine();
        Self { s, sx, px }
    }

    /// Returns whether the same factor was used in G1 and G2.
    pub(crate) fn holds(&self, p: G2Affine) -> bool {
        same_ratio([self.s, self.sx], [p, self.px])
    }
}

/// Returns the point for a factor of the powers of tau: 0 for tau, 1 for alpha, 2 for beta.
pub(crate) fn powers_point(factor: u8, challenge: &[u8; 64], s: &G1Affine, sx: &G1Affine) -> G2Affine {
    let mut hasher = Blake2b::new();
    hasher.update(&[factor]).update(challenge);
    s.hash_into(&mut hasher);
    sx.hash_into(&mut hasher);
    hash_to_g2(&hasher.finish())
}

/// Returns whether `one[1] / one[0]` equals `two[1] / two[0]`; no point may be infinity.
pub(crate) fn same_ratio(one: [G1Affine; 2], two: [G2Affine; 2]) -> bool {
    if one.iter().any(G1Affine::is_zero) || two.iter().any(G2Affine::is_zero) {
        return false;
    }
    Bn254::multi_pairing([one[0], -one[1]], [two[1], two[0]]).is_zero()
}
