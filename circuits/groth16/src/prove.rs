//! Proofs from a key and a witness.

use ark_bn254::{G1Projective, G2Projective};
use ark_ec::{CurveGroup as _, VariableBaseMSM as _};
use ark_ff::UniformRand as _;
use ark_poly::{EvaluationDomain as _, Radix2EvaluationDomain};
use ark_std::rand::{CryptoRng, RngCore};
use tensorproof_r1cs::{Fr, R1cs, Unsatisfied, Witness};
use zeroize::Zeroizing;

use crate::Proof;
use crate::domain::{domain, rows};
use crate::entries::Entries;
use crate::key::ProvingKey;
use crate::quotient::quotient;
use crate::verify::equation_holds;

/// Why there is no proof.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ProveError {
    /// The witness does not satisfy the constraints.
    #[error("the witness does not satisfy the circuit: {0}")]
    Unsatisfied(#[from] Unsatisfied),
    /// The key was made for another circuit.
    #[error("the proving key belongs to another circuit: {what} is {found}, expected {expected}")]
    OtherCircuit {
        /// What differs.
        what: &'static str,
        /// What the key has.
        found: usize,
        /// What the circuit has.
        expected: usize,
    },
    /// The key was made for another circuit of the same size.
    #[error("the proving key belongs to another circuit: its matrices have other entries")]
    OtherMatrices,
}

/// Checks that a key was made for a constraint system.
///
/// # Errors
/// What differs first.
fn check_belongs(key: &ProvingKey, r1cs: &R1cs) -> Result<Radix2EvaluationDomain<Fr>, ProveError> {
    let public = r1cs.public_signals() as usize + 1;
    let wires = r1cs.wires as usize;
    let size = domain(rows(r1cs));
    let rows = [
        ("the number of public signals", key.vk.gamma_abc_g1.len(), public),
        ("the number of wires", key.a.len(), wires),
        ("the number of wires", key.b_g1.len(), wires),
        ("the number of wires", key.b_g2.len(), wires),
        ("the number of private wires", key.c.len(), wires.saturating_sub(public)),
        ("the size of the domain", key.h.len(), size.map_or(0, |domain| domain.size())),
    ];
    for (what, found, expected) in rows {
        if found != expected {
            return Err(ProveError::OtherCircuit { what, found, expected });
        }
    }
    match size {
        Some(domain) if key.entries == Entries::of(r1cs) => Ok(domain),
        _ => Err(ProveError::OtherMatrices),
    }
}

/// Proves that the witness satisfies the constraints, on all cores.
///
/// # Errors
/// When it does not, or when the key was made for another circuit.
///
/// # Security
/// The blinding factors come from `rng`; with a predictable one the proof may reveal something of the witness.
pub fn prove(
    key: &ProvingKey,
    r1cs: &R1cs,
    witness: &Witness,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<Proof, ProveError> {
    let (satisfied, domain) = rayon::join(|| r1cs.check(witness), || check_belongs(key, r1cs));
    satisfied?;
    let domain = domain?;
    let blinding = Zeroizing::new([Fr::rand(rng), Fr::rand(rng)]);
    let [r, s] = &*blinding;
    let values = &witness.0;
    let private = &values[r1cs.public_signals() as usize + 1..];

    let (quotient, ((a, b_g1), (b_g2, c))) = rayon::join(
        || G1Projective::msm_unchecked(&key.h, &quotient(r1cs, witness, &domain)),
        || {
            rayon::join(
                || {
                    rayon::join(
                        || G1Projective::msm_unchecked(&key.a, values),
                        || G1Projective::msm_unchecked(&key.b_g1, values),
                    )
                },
                || {
                    rayon::join(
                        || G2Projective::msm_unchecked(&key.b_g2, values),
                        || G1Projective::msm_unchecked(&key.c, private),
                    )
                },
            )
        },
    );
    let a = a + key.vk.alpha_g1 + key.delta_g1 * r;
    let b_g1 = b_g1 + key.beta_g1 + key.delta_g1 * s;
    let b_g2 = b_g2 + key.vk.beta_g2 + key.vk.delta_g2 * s;
    let c = c + quotient + a * s + b_g1 * r - key.delta_g1 * (*r * s);
    let proof = Proof { a: a.into_affine(), b: b_g2.into_affine(), c: c.into_affine() };
    // A key does not hold the matrix C; only the equation tells that it belongs to another circuit with the same A and B.
    // Points outside the subgroup, which a key that was not read from a file can hold, would tell of the witness.
    if proof.b.is_in_correct_subgroup_assuming_on_curve()
        && equation_holds(&key.vk, r1cs.public_values(witness), &proof)
    {
        Ok(proof)
    } else {
        Err(ProveError::OtherMatrices)
    }
}
