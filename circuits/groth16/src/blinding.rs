//! What keeps a witness secret from whoever made the key.
//!
//! # Security
//! A proof is `A = A' + r delta`, `B = B' + s delta` and `C`, with `r` and `s` uniform, where `A'`, `B'` and the rest of `C` are sums over
//! the witness. For a key that passes these checks, whoever made it:
//!
//! - `delta` is not infinity in either group, both of which have prime order: `A` and `B` are uniform and independent, whatever
//!   the witness.
//! - [`Prover::prove`](crate::Prover::prove) verifies each proof before it hands it out, and for given `A`, `B` and public signals the
//!   equation has one solution `C`. So the distribution of what is handed out depends on the key and on the statement alone.
//! - Whether the equation holds does not depend on `r` and `s`: with `delta`, `beta` and the points of B the same in both groups,
//!   what they add to the left side, `e(r delta, B') e(A', s delta) e(r delta, s delta)`, is what they add to the right side in `C`.
//!   A key with other points in G1 than in G2 would have proofs refused, or blinded by less, for some witnesses and not for others.
//!
//! Those who know the secrets behind the key can make such proofs without any witness, so that a proof tells them nothing else; for
//! subverted keys of which nobody knows them, see Fuchsbauer, "Subversion-zero-knowledge SNARKs" (eprint 2017/587).
//!
//! What is left to a bad key is to make no proof at all for some witnesses: with a point of A, C or H that is not the circuit's, the
//! equation holds only where the witness gives it no weight, and whoever hears that there was no proof learns that. A key alone does
//! not show this; [`verify_key`](crate::verify_key) does, with the powers of tau that it was made from.

use ark_bn254::{Fr, G1Affine, G2Affine};
use ark_ec::{AffineRepr as _, CurveGroup as _};
use ark_ff::UniformRand as _;
use ark_std::rand::SeedableRng as _;
use ark_std::rand::rngs::StdRng;
use tensorproof_r1cs::format::{Cursor, FormatError};

use crate::header::Header;
use crate::msm::{Scalars, msm};
use crate::pairing::same_multiple;
use crate::stored::Stored;

/// Checks the fixed points of a key, which are in their groups: none is infinity, and beta and delta are the same in both groups.
///
/// # Errors
/// The first point that is not as it should be.
pub(crate) fn check_fixed(header: &Header, section: &Cursor<'_>) -> Result<(), FormatError> {
    let rows = [
        ("`alpha` in G1", header.alpha_g1.is_zero()),
        ("`beta` in G1", header.beta_g1.is_zero()),
        ("`beta` in G2", header.beta_g2.is_zero()),
        ("`gamma` in G2", header.gamma_g2.is_zero()),
        ("`delta` in G1", header.delta_g1.is_zero()),
        ("`delta` in G2", header.delta_g2.is_zero()),
    ];
    if let Some((name, _)) = rows.iter().find(|(_, is_infinity)| *is_infinity) {
        return Err(section.unexpected(format!("{name} at infinity"), "a point that proofs are blinded by"));
    }
    let rows = [("beta", &header.beta_g1, &header.beta_g2), ("delta", &header.delta_g1, &header.delta_g2)];
    match rows.iter().find(|(_, g1, g2)| !same_multiple(g1, g2)) {
        Some((name, ..)) => {
            Err(section.unexpected(format!("another `{name}` in G1 than in G2"), "the same in both groups"))
        }
        None => Ok(()),
    }
}

/// Returns whether the points of B, which are in their groups, are the same in G1 as in G2; those of wires that are not in B are
/// infinity in both.
///
/// One sum is compared, with random factors of 128 bits from the system's randomness: other points pass with a probability of 2^-128.
pub(crate) fn same_in_both(g1: &Stored<G1Affine>, g2: &Stored<G2Affine>) -> bool {
    let mut rng = StdRng::from_entropy();
    let factors: Vec<Fr> = (0..g1.len()).map(|_| Fr::from(u128::rand(&mut rng))).collect();
    let scalars = Scalars::of(&factors);
    let (one, two) = rayon::join(|| msm(g1, 0, &scalars), || msm(g2, 0, &scalars));
    g1.len() == g2.len() && same_multiple(&one.into_affine(), &two.into_affine())
}
