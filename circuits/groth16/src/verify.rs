//! Verification.

use ark_bn254::{Bn254, G1Affine, G1Projective, G2Affine};
use ark_ec::pairing::Pairing as _;
use ark_ec::{AffineRepr as _, CurveGroup as _, VariableBaseMSM as _};
use ark_ff::Zero as _;
use tensorproof_r1cs::Fr;

use crate::{Proof, VerifyingKey};

/// Why a proof is not accepted.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum InvalidProof {
    /// The key is for another number of public signals.
    #[error("the proof has {actual} public signals, expected {expected}")]
    PublicSignals {
        /// Public signals of the key.
        expected: usize,
        /// Public signals given.
        actual: usize,
    },
    /// A point is not in its group.
    #[error("the point `{point}` of the proof is not on the curve or not in the subgroup")]
    Point {
        /// `a`, `b` or `c`.
        point: &'static str,
    },
    /// The key accepts forged proofs.
    #[error(transparent)]
    Key(#[from] UnsafeKey),
    /// The equation does not hold.
    #[error("the proof does not show this statement: the pairing equation does not hold")]
    Pairing,
}

/// Why a verifying key must not be used.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
pub enum UnsafeKey {
    /// Nobody has contributed to phase 2.
    #[error(
        "`gamma` equals `delta` up to sign, so that anyone can forge proofs: the verifying key lacks phase 2"
    )]
    GammaIsDelta,
    /// A point is infinity or not in its group.
    #[error("the point `{point}` of the verifying key is infinity, off the curve or outside the subgroup")]
    Point {
        /// Its name in `verification_key.json`.
        point: &'static str,
    },
}

/// Checks that a verifying key is not one that accepts forged proofs at sight.
///
/// # Errors
/// When `gamma` equals `delta` up to sign, or a point is infinity or outside its group.
pub fn check_key(vk: &VerifyingKey) -> Result<(), UnsafeKey> {
    // A public signal whose point is infinity could have any value.
    let g1 = |point: &G1Affine| point.is_on_curve() && !point.is_zero();
    let g2 = |point: &G2Affine| {
        !point.is_zero() && point.is_on_curve() && point.is_in_correct_subgroup_assuming_on_curve()
    };
    let points = [
        ("vk_alpha_1", g1(&vk.alpha_g1)),
        ("vk_beta_2", g2(&vk.beta_g2)),
        ("vk_gamma_2", g2(&vk.gamma_g2)),
        ("vk_delta_2", g2(&vk.delta_g2)),
        ("IC", !vk.gamma_abc_g1.is_empty() && vk.gamma_abc_g1.iter().all(g1)),
    ];
    for (point, is_fine) in points {
        if !is_fine {
            return Err(UnsafeKey::Point { point });
        }
    }
    // Also with the opposite sign: `c` can then cancel the statement.
    if vk.gamma_g2.x == vk.delta_g2.x { Err(UnsafeKey::GammaIsDelta) } else { Ok(()) }
}

/// Verifies a proof of a statement, which is the list of public signals: outputs, then inputs.
///
/// # Errors
/// Why the proof is not accepted.
pub fn verify(vk: &VerifyingKey, public: &[Fr], proof: &Proof) -> Result<(), InvalidProof> {
    check_key(vk)?;
    let expected = vk.gamma_abc_g1.len() - 1;
    if public.len() != expected {
        return Err(InvalidProof::PublicSignals { expected, actual: public.len() });
    }
    let points = [
        ("a", proof.a.is_on_curve()),
        ("b", proof.b.is_on_curve() && proof.b.is_in_correct_subgroup_assuming_on_curve()),
        ("c", proof.c.is_on_curve()),
    ];
    for (point, is_fine) in points {
        if !is_fine {
            return Err(InvalidProof::Point { point });
        }
    }
    if equation_holds(vk, public, proof) { Ok(()) } else { Err(InvalidProof::Pairing) }
}

/// Returns whether the pairing equation holds; the points and the number of signals are checked before.
pub(crate) fn equation_holds(vk: &VerifyingKey, public: &[Fr], proof: &Proof) -> bool {
    let statement = G1Projective::msm_unchecked(&vk.gamma_abc_g1[1..], public) + vk.gamma_abc_g1[0];
    // e(a, b) = e(alpha, beta) e(statement, gamma) e(c, delta)
    let product = Bn254::multi_pairing(
        [-proof.a, vk.alpha_g1, statement.into_affine(), proof.c],
        [proof.b, vk.beta_g2, vk.gamma_g2, vk.delta_g2],
    );
    product.is_zero()
}
