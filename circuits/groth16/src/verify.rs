//! Verification.

use std::ops::Deref;

use ark_bn254::{G1Affine, G1Projective, G2Affine};
use ark_ec::{AffineRepr as _, CurveGroup as _, VariableBaseMSM as _};
use ark_ff::{UniformRand as _, Zero as _};
use ark_std::rand::{CryptoRng, RngCore};
use rayon::prelude::*;
use tensorproof_r1cs::Fr;

use crate::lines::Lines;
use crate::msm::{Scalars, msm};
use crate::pairing::product_is_one;
use crate::{Proof, VerifyingKey};

/// Fewer public signals are multiplied one by one.
const FEW: usize = 4;

/// Equations that are added up at once: the lines of a proof take 25 KiB at most.
const CHUNK: usize = 1024;

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
    /// A secret of phase 1 is one or minus one.
    #[error(
        "`{point}` is the generator up to sign, so that anyone can forge proofs: the verifying key lacks phase 1"
    )]
    Generator {
        /// Its name in `verification_key.json`.
        point: &'static str,
    },
    /// A point is infinity or not in its group.
    #[error("the point `{point}` of the verifying key is infinity, off the curve or outside the subgroup")]
    Point {
        /// Its name in `verification_key.json`.
        point: &'static str,
    },
}

/// A verifying key that does not accept forged proofs at sight, with what verifying takes of it.
#[derive(Clone, Debug)]
pub struct CheckedKey {
    vk: VerifyingKey,
    lines: KeyLines,
}

impl CheckedKey {
    /// Checks a verifying key.
    ///
    /// # Errors
    /// When `gamma` equals `delta` up to sign, `alpha` or `beta` is the generator up to sign, or a point is infinity or outside
    /// its group.
    pub fn of(vk: VerifyingKey) -> Result<Self, UnsafeKey> {
        // A public signal whose point is infinity could have any value; if that of the constant one is, `(alpha, beta, infinity)`
        // is a proof of zeros. The rows that bind both are in every circuit, so that no honest key has such a point.
        let g1 = |point: &'static str, values: &[G1Affine]| {
            let is_fine = |value: &G1Affine| value.is_on_curve() && !value.is_zero();
            let fine = !values.is_empty() && values.iter().all(is_fine);
            if fine { Ok(()) } else { Err(UnsafeKey::Point { point }) }
        };
        let g2 = |point, value: &G2Affine| {
            let lines = if value.is_zero() || !value.is_on_curve() { None } else { Lines::of(value) };
            lines.ok_or(UnsafeKey::Point { point })
        };
        g1("vk_alpha_1", &[vk.alpha_g1])?;
        let beta = g2("vk_beta_2", &vk.beta_g2)?;
        let gamma = g2("vk_gamma_2", &vk.gamma_g2)?;
        let delta = g2("vk_delta_2", &vk.delta_g2)?;
        g1("IC", &vk.gamma_abc_g1)?;
        // Also with the opposite sign: `c` can then cancel the statement.
        if vk.gamma_g2.x == vk.delta_g2.x {
            return Err(UnsafeKey::GammaIsDelta);
        }
        if vk.alpha_g1.x == G1Affine::generator().x {
            return Err(UnsafeKey::Generator { point: "vk_alpha_1" });
        }
        if vk.beta_g2.x == G2Affine::generator().x {
            return Err(UnsafeKey::Generator { point: "vk_beta_2" });
        }
        Ok(Self { vk, lines: KeyLines([beta, gamma, delta]) })
    }

    /// Verifies a proof of a statement, which is the list of public signals: outputs, then inputs.
    ///
    /// # Errors
    /// Why the proof is not accepted.
    pub fn verify(&self, public: &[Fr], proof: &Proof) -> Result<(), InvalidProof> {
        let b = check_form(&self.vk, public, proof)?;
        if self.lines.equation_holds(&self.vk, public, proof, &b) {
            Ok(())
        } else {
            Err(InvalidProof::Pairing)
        }
    }

    /// Verifies many proofs, for the price of a Miller loop each.
    ///
    /// The equations are added up with random factors of 128 bits, so that a false one is missed with a probability of 2^-128.
    /// If the sum does not hold, halves are checked until each proof that is not valid is found.
    ///
    /// # Errors
    /// The positions of all proofs that are not valid, in their order, with the reason.
    pub fn verify_batch(
        &self,
        proofs: &[Proven],
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<(), Vec<(usize, InvalidProof)>> {
        let mut invalid = Vec::new();
        for (chunk, first) in proofs.chunks(CHUNK).zip((0..).step_by(CHUNK)) {
            let forms: Vec<_> =
                chunk.par_iter().map(|(public, proof)| check_form(&self.vk, public, proof)).collect();
            let mut equations = Vec::new();
            for (position, ((public, proof), form)) in (first..).zip(chunk.iter().zip(forms)) {
                let factor = Fr::from(u128::rand(rng));
                match form {
                    Ok(b) => equations.push(Equation { position, public, proof, b, factor }),
                    Err(error) => invalid.push((position, error)),
                }
            }
            self.find_invalid(&equations, &mut invalid);
        }
        invalid.sort_by_key(|(position, _)| *position);
        if invalid.is_empty() { Ok(()) } else { Err(invalid) }
    }

    fn find_invalid(&self, equations: &[Equation<'_>], invalid: &mut Vec<(usize, InvalidProof)>) {
        match equations {
            [one] if !self.lines.equation_holds(&self.vk, one.public, one.proof, &one.b) => {
                invalid.push((one.position, InvalidProof::Pairing));
            }
            [_, _, ..] if !self.sum_holds(equations) => {
                let (left, right) = equations.split_at(equations.len() / 2);
                self.find_invalid(left, invalid);
                self.find_invalid(right, invalid);
            }
            _ => {}
        }
    }

    fn sum_holds(&self, equations: &[Equation<'_>]) -> bool {
        let vk = &self.vk;
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
        let right = self.lines.0.iter().chain(equations.iter().map(|equation| &equation.b));
        product_is_one(&left.into_iter().zip(right).collect::<Vec<_>>())
    }
}

impl Deref for CheckedKey {
    type Target = VerifyingKey;

    fn deref(&self) -> &VerifyingKey {
        &self.vk
    }
}

/// Verifies a proof of a statement with a key that is not known to be safe.
///
/// # Errors
/// Why the key or the proof is not accepted.
pub fn verify(vk: &VerifyingKey, public: &[Fr], proof: &Proof) -> Result<(), InvalidProof> {
    CheckedKey::of(vk.clone())?.verify(public, proof)
}

/// A statement's public signals and its proof.
pub type Proven = (Vec<Fr>, Proof);

/// The equation of one proof, of which a random multiple is added to others.
struct Equation<'p> {
    position: usize,
    public: &'p [Fr],
    proof: &'p Proof,
    b: Lines,
    factor: Fr,
}

/// Checks the number of signals, and that the points are in their groups. Returns the lines of `b`.
fn check_form(vk: &VerifyingKey, public: &[Fr], proof: &Proof) -> Result<Lines, InvalidProof> {
    let expected = vk.gamma_abc_g1.len() - 1;
    if public.len() != expected {
        return Err(InvalidProof::PublicSignals { expected, actual: public.len() });
    }
    let g1 = |point, value: &G1Affine| {
        if value.is_on_curve() { Ok(()) } else { Err(InvalidProof::Point { point }) }
    };
    g1("a", &proof.a)?;
    let b = if proof.b.is_on_curve() { Lines::of(&proof.b) } else { None };
    let b = b.ok_or(InvalidProof::Point { point: "b" })?;
    g1("c", &proof.c)?;
    Ok(b)
}

/// The lines of `beta`, `gamma` and `delta`.
#[derive(Clone, Debug)]
pub(crate) struct KeyLines([Lines; 3]);

impl KeyLines {
    /// Returns those of a key whose points are on the curve; `None` when one is not in the subgroup.
    pub(crate) fn of(vk: &VerifyingKey) -> Option<Self> {
        Some(Self([Lines::of(&vk.beta_g2)?, Lines::of(&vk.gamma_g2)?, Lines::of(&vk.delta_g2)?]))
    }

    /// Returns whether the pairing equation holds; the points and the number of signals are checked before.
    pub(crate) fn equation_holds(&self, vk: &VerifyingKey, public: &[Fr], proof: &Proof, b: &Lines) -> bool {
        let points = &vk.gamma_abc_g1[1..];
        let sum: G1Projective = if public.len() < FEW {
            points.iter().zip(public).map(|(point, signal)| *point * signal).sum()
        } else {
            msm(&points.into(), 0, &Scalars::of(public))
        };
        let [beta, gamma, delta] = &self.0;
        // e(a, b) = e(alpha, beta) e(statement, gamma) e(c, delta)
        product_is_one(&[
            (-proof.a, b),
            (vk.alpha_g1, beta),
            ((sum + vk.gamma_abc_g1[0]).into_affine(), gamma),
            (proof.c, delta),
        ])
    }
}
