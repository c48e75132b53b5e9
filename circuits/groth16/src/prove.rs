//! Proofs from a key and a witness.

use ark_ec::CurveGroup as _;
use ark_ff::UniformRand as _;
use ark_poly::EvaluationDomain as _;
use ark_std::rand::{CryptoRng, RngCore};
use tensorproof_r1cs::{Fr, R1cs, Unsatisfied, Witness};
use zeroize::Zeroizing;

use crate::Proof;
use crate::domain::{domain, rows};
use crate::entries::Entries;
use crate::key::ProvingKey;
use crate::lines::Lines;
use crate::msm::{Scalars, msm};
use crate::odd::OddPoints;
use crate::profile::{Clock, Profile};
use crate::quotient::{evaluate, quotient};
use crate::verify::KeyLines;

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

/// A key and a constraint system that belong together.
#[derive(Clone, Debug)]
pub struct Prover<'k> {
    key: &'k ProvingKey,
    r1cs: &'k R1cs,
    points: OddPoints,
}

impl<'k> Prover<'k> {
    /// Checks that a key was made for a constraint system, and prepares for its domain.
    ///
    /// # Errors
    /// What differs first.
    pub fn new(key: &'k ProvingKey, r1cs: &'k R1cs) -> Result<Self, ProveError> {
        let public = r1cs.public_signals() as usize + 1;
        let wires = r1cs.wires as usize;
        let domain = domain(rows(r1cs));
        let rows = [
            ("the number of public signals", key.vk.gamma_abc_g1.len(), public),
            ("the number of wires", key.a.len(), wires),
            ("the number of wires", key.b_g1.len(), wires),
            ("the number of wires", key.b_g2.len(), wires),
            ("the number of private wires", key.c.len(), wires.saturating_sub(public)),
            ("the size of the domain", key.h.len(), domain.map_or(0, |domain| domain.size())),
        ];
        for (what, found, expected) in rows {
            if found != expected {
                return Err(ProveError::OtherCircuit { what, found, expected });
            }
        }
        let Some(domain) = domain else { return Err(ProveError::OtherMatrices) };
        let (entries, points) =
            rayon::join(|| Entries::of(r1cs), || OddPoints::new(domain.log_size_of_group));
        if entries != key.entries {
            return Err(ProveError::OtherMatrices);
        }
        Ok(Self { key, r1cs, points })
    }

    /// Proves that the witness satisfies the constraints, on all cores.
    ///
    /// # Errors
    /// When it does not, or when the key was made for a circuit that differs in the matrix C.
    ///
    /// # Security
    /// The blinding factors come from `rng`; with a predictable one the proof may reveal something of the witness.
    pub fn prove(
        &self,
        witness: &Witness,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<Proof, ProveError> {
        self.prove_in_parts(witness, rng, &Clock::stopped())
    }

    /// Proves as [`Self::prove`] does, but one part after the other, and tells how long each took on all cores.
    ///
    /// # Errors
    /// As those of [`Self::prove`].
    pub fn profile(
        &self,
        witness: &Witness,
        rng: &mut (impl RngCore + CryptoRng),
    ) -> Result<(Proof, Profile), ProveError> {
        let clock = Clock::running();
        let proof = self.prove_in_parts(witness, rng, &clock)?;
        Ok((proof, clock.profile()))
    }

    fn prove_in_parts(
        &self,
        witness: &Witness,
        rng: &mut (impl RngCore + CryptoRng),
        clock: &Clock,
    ) -> Result<Proof, ProveError> {
        let Self { key, r1cs, points } = self;
        let rows = clock.part("constraints", || evaluate(r1cs, witness, key.h.len()))?;
        let blinding = Zeroizing::new([Fr::rand(rng), Fr::rand(rng)]);
        let [r, s] = &*blinding;
        let public = r1cs.public_signals() as usize + 1;
        let scalars = clock.part("scalars", || Scalars::of(&witness.0));

        let h = || {
            let quotient = clock.part("quotient", || quotient(rows, points));
            clock.part("sum H", || msm(&key.h, 0, &Scalars::of(&quotient)))
        };
        let a = || clock.part("sum A", || msm(&key.a, 0, &scalars));
        let b_g1 = || clock.part("sum B in G1", || msm(&key.b_g1, 0, &scalars));
        let b_g2 = || clock.part("sum B in G2", || msm(&key.b_g2, 0, &scalars));
        let c = || clock.part("sum C", || msm(&key.c, public, &scalars));
        let (h, ((a, b_g1), (b_g2, c))) =
            clock.both(h, || clock.both(|| clock.both(a, b_g1), || clock.both(b_g2, c)));

        let a = a + key.vk.alpha_g1 + key.delta_g1 * r;
        let b_g1 = b_g1 + key.beta_g1 + key.delta_g1 * s;
        let b_g2 = b_g2 + key.vk.beta_g2 + key.vk.delta_g2 * s;
        let c = c + h + a * s + b_g1 * r - key.delta_g1 * (*r * s);
        let proof = Proof { a: a.into_affine(), b: b_g2.into_affine(), c: c.into_affine() };
        // A key does not hold the matrix C; only the equation tells that it belongs to another circuit with the same A and B.
        // Points outside the subgroup, which a key that was not read from a file can hold, would tell of the witness.
        let holds = clock.part("check", || {
            let (lines, b) = rayon::join(|| KeyLines::of(&key.vk), || Lines::of(&proof.b));
            let public = r1cs.public_values(witness);
            lines.zip(b).is_some_and(|(lines, b)| lines.equation_holds(&key.vk, public, &proof, &b))
        });
        if holds { Ok(proof) } else { Err(ProveError::OtherMatrices) }
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
    Prover::new(key, r1cs)?.prove(witness, rng)
}
