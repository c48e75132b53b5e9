//! Verification.

use ark_bn254::{Bn254, G1Affine, G1Projective, G2Affine};
use ark_ec::pairing::Pairing as _;
use ark_ec::{AffineRepr as _, CurveGroup as _, VariableBaseMSM as _};
use ark_ff::{UniformRand as _, Zero as _};
use ark_std::rand::{CryptoRng, RngCore};
use rayon::prelude::*;
use tensorproof_r1cs::Fr;

use crate::msm::{Scalars, msm};
use crate::subgroup::in_subgroup;
use crate::{Proof, VerifyingKey};

/// Fewer public signals are multiplied one by one.
const FEW: usize = 4;

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
    let g2 = |point: &G2Affine| !point.is_zero() && point.is_on_curve() && in_subgroup(point);
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
    verify_with_checked_key(vk, public, proof)
}

/// Verifies a proof as [`verify`] does, with a key that [`check_key`] has accepted: each that is read from JSON.
///
/// # Errors
/// Why the proof is not accepted.
pub fn verify_with_checked_key(vk: &VerifyingKey, public: &[Fr], proof: &Proof) -> Result<(), InvalidProof> {
    check_form(vk, public, proof)?;
    if equation_holds(vk, public, proof) { Ok(()) } else { Err(InvalidProof::Pairing) }
}

/// A statement's public signals and its proof.
pub type Proven = (Vec<Fr>, Proof);

/// Verifies many proofs with one key, for the price of a pairing each and one for all.
///
/// The equations are added up with random factors of 128 bits, so that a false one is missed with a probability of 2^-128.
/// If the sum does not hold, halves are checked until each proof that is not valid is found.
///
/// # Errors
/// An unsafe key; else the positions of all proofs that are not valid, in their order, with the reason.
pub fn verify_batch(
    vk: &VerifyingKey,
    proofs: &[Proven],
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<(), Vec<(usize, InvalidProof)>> {
    if let Err(error) = check_key(vk) {
        return Err((0..proofs.len()).map(|position| (position, error.into())).collect());
    }
    let forms: Vec<_> = proofs.par_iter().map(|(public, proof)| check_form(vk, public, proof)).collect();
    let mut invalid = Vec::new();
    let mut equations = Vec::new();
    for (position, ((public, proof), form)) in proofs.iter().zip(forms).enumerate() {
        match form {
            Ok(()) => equations.push(Equation { position, public, proof, factor: Fr::from(u128::rand(rng)) }),
            Err(error) => invalid.push((position, error)),
        }
    }
    find_invalid(vk, &equations, &mut invalid);
    invalid.sort_by_key(|(position, _)| *position);
    if invalid.is_empty() { Ok(()) } else { Err(invalid) }
}

/// The equation of one proof, of which a random multiple is added to others.
struct Equation<'p> {
    position: usize,
    public: &'p [Fr],
    proof: &'p Proof,
    factor: Fr,
}

fn find_invalid(vk: &VerifyingKey, equations: &[Equation<'_>], invalid: &mut Vec<(usize, InvalidProof)>) {
    match equations {
        [one] if !equation_holds(vk, one.public, one.proof) => {
            invalid.push((one.position, InvalidProof::Pairing));
        }
        [_, _, ..] if !sum_holds(vk, equations) => {
            let (left, right) = equations.split_at(equations.len() / 2);
            find_invalid(vk, left, invalid);
            find_invalid(vk, right, invalid);
        }
        _ => {}
    }
}

fn sum_holds(vk: &VerifyingKey, equations: &[Equation<'_>]) -> bool {
    let mut signals = vec![Fr::zero(); vk.gamma_abc_g1.len()];
    for Equation { public, factor, .. } in equations {
        signals[0] += factor;
        for (sum, signal) in signals[1..].iter_mut().zip(*public) {
            *sum += *factor * signal;
        }
    }
    let factors: Vec<Fr> = equations.iter().map(|equation| equation.factor).collect();
    let c: Vec<G1Affine> = equations.iter().map(|equation| equation.proof.c).collect();
    let fixed = [
        vk.alpha_g1 * signals[0],
        G1Projective::msm_unchecked(&vk.gamma_abc_g1, &signals),
        G1Projective::msm_unchecked(&c, &factors),
    ];
    let mut left = G1Projective::normalize_batch(&fixed);
    let own: Vec<G1Projective> =
        equations.par_iter().map(|equation| equation.proof.a * -equation.factor).collect();
    left.extend(G1Projective::normalize_batch(&own));
    let right = [vk.beta_g2, vk.gamma_g2, vk.delta_g2].into_iter();
    Bn254::multi_pairing(left, right.chain(equations.iter().map(|equation| equation.proof.b))).is_zero()
}

/// Checks the number of signals, and that the points are in their groups.
fn check_form(vk: &VerifyingKey, public: &[Fr], proof: &Proof) -> Result<(), InvalidProof> {
    let expected = vk.gamma_abc_g1.len() - 1;
    if public.len() != expected {
        return Err(InvalidProof::PublicSignals { expected, actual: public.len() });
    }
    let points = [
        ("a", proof.a.is_on_curve()),
        ("b", proof.b.is_on_curve() && in_subgroup(&proof.b)),
        ("c", proof.c.is_on_curve()),
    ];
    for (point, is_fine) in points {
        if !is_fine {
            return Err(InvalidProof::Point { point });
        }
    }
    Ok(())
}

/// Returns whether the pairing equation holds; the points and the number of signals are checked before.
pub(crate) fn equation_holds(vk: &VerifyingKey, public: &[Fr], proof: &Proof) -> bool {
    let points = &vk.gamma_abc_g1[1..];
    let sum: G1Projective = if public.len() < FEW {
        points.iter().zip(public).map(|(point, signal)| *point * signal).sum()
    } else {
        msm(&points.into(), 0, &Scalars::of(public))
    };
    // e(a, b) = e(alpha, beta) e(statement, gamma) e(c, delta)
    let product = Bn254::multi_pairing(
        [-proof.a, vk.alpha_g1, (sum + vk.gamma_abc_g1[0]).into_affine(), proof.c],
        [proof.b, vk.beta_g2, vk.gamma_g2, vk.delta_g2],
    );
    product.is_zero()
}
