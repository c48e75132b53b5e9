//! Other proofs of the same statement.

use ark_bn254::Fr;
use ark_ec::{AffineRepr as _, CurveGroup as _};
use ark_ff::{Field as _, UniformRand as _, Zero as _};
use ark_std::rand::{CryptoRng, RngCore};
use zeroize::Zeroizing;

use crate::{Proof, VerifyingKey};

/// Makes a proof into another one of the same statement, as if it had been made with other blinding factors: nobody can tell
/// which proof it was made from.
///
/// `(a, b, c)` becomes `(a / r, r b + r s delta, c + s a)`, of which the pairing equation does not tell the difference.
///
/// # Security
/// A valid proof stays valid and an invalid one invalid. Whoever sees a proof can do this: a proof names a statement, not
/// who made it or when.
pub fn rerandomize(vk: &VerifyingKey, proof: &Proof, rng: &mut (impl RngCore + CryptoRng)) -> Proof {
    let factors = Zeroizing::new(loop {
        let factors = [Fr::rand(rng), Fr::rand(rng)];
        if !factors[0].is_zero() {
            break factors;
        }
    });
    let [r, s] = &*factors;
    let inverse = Zeroizing::new(r.inverse().unwrap_or_default());
    Proof {
        a: (proof.a * *inverse).into_affine(),
        b: (proof.b * *r + vk.delta_g2 * (*r * *s)).into_affine(),
        c: (proof.c.into_group() + proof.a * *s).into_affine(),
    }
}
