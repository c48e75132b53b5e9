//! Proofs from a key and a witness.

use ark_ec::CurveGroup as _;
use ark_ff::UniformRand as _;
use ark_poly::EvaluationDomain as _;
use ark_std::rand::rngs::StdRng;
use ark_std::rand::{CryptoRng, RngCore, SeedableRng as _};
use tensorproof_r1cs::{Fr, R1cs, Unsatisfied, Witness};
use zeroize::Zeroizing;

use crate::Proof;
use crate::domain::{domain, rows};
use crate::entries::Entries;
use crate::key::ProvingKey;
use crate::lines::Lines;
use crate::msm::Factors;
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

/// How much is done for a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// As little as the values of the witness allow.
    Least,
    /// The same for every witness, which takes several times as long.
    Constant,
}

/// A key and a constraint system that belong together.
///
/// # Security
/// With [`Work::Least`], how long a proof takes tells about how many values of the witness are zero, and how long the others are:
/// zeros cost nothing, bits one addition of points, and values of full width one for each window of their digits. Who can time
/// proofs, or bills the processor's time, learns as much. With [`Work::Constant`] each value takes the same additions, whatever it
/// is, on digits that a random multiple of the field's order hides, and so do the constraints and the quotient.
///
/// What neither hides: whether there is a proof at all; how the witness was computed, which is not part of proving; and, from who
/// shares the machine, addresses and branches within single field operations (arkworks' are not written for constant time), and that
/// memory which held the witness is not wiped.
#[derive(Clone, Debug)]
pub struct Prover<'k> {
    key: &'k ProvingKey,
    r1cs: &'k R1cs,
    points: OddPoints,
    work: Work,
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
        Ok(Self { key, r1cs, points, work: Work::Least })
    }

    /// Proves with so much work.
    #[must_use]
    pub fn with_work(self, work: Work) -> Self {
        Self { work, ..self }
    }

    /// Proves that the witness satisfies the constraints, on all cores.
    ///
    /// # Errors
    /// When it does not, or when the key was made for a circuit that differs in the matrix C: no proof is returned that does not
    /// verify.
    ///
    /// # Security
    /// The blinding factors come from `rng`; with a predictable one the proof may reveal something of the witness. How long it takes
    /// tells something too, see [`Prover`].
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
        let Self { key, r1cs, points, work } = self;
        let rows = clock.part("constraints", || evaluate(r1cs, witness, key.h.len(), *work))?;
        let blinding = Zeroizing::new([Fr::rand(rng), Fr::rand(rng)]);
        let [r, s] = &*blinding;
        let public = r1cs.public_signals() as usize + 1;
        let scalars = clock.part("scalars", || Factors::of(&witness.0, *work, rng));
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *seed);
        let mut rng = StdRng::from_seed(*seed);

        let h = move || {
            let quotient = clock.part("quotient", || quotient(rows, points));
            clock.part("sum H", || Factors::of(&quotient, *work, &mut rng).sum(&key.h, 0))
        };
        let a = || clock.part("sum A", || scalars.sum(&key.a, 0));
        let b_g1 = || clock.part("sum B in G1", || scalars.sum(&key.b_g1, 0));
        let b_g2 = || clock.part("sum B in G2", || scalars.sum(&key.b_g2, 0));
        let c = || clock.part("sum C", || scalars.sum(&key.c, public));
        let (h, ((a, b_g1), (b_g2, c))) =
            clock.both(h, || clock.both(|| clock.both(a, b_g1), || clock.both(b_g2, c)));

        let a = a + key.vk.alpha_g1 + key.delta_g1 * r;
        let b_g1 = b_g1 + key.beta_g1 + key.delta_g1 * s;
        let b_g2 = b_g2 + key.vk.beta_g2 + key.vk.delta_g2 * s;
        let c = c + h + a * s + b_g1 * r - key.delta_g1 * (*r * s);
        let proof = Proof { a: a.into_affine(), b: b_g2.into_affine(), c: c.into_affine() };
        // A key does not hold the matrix C; only the equation tells that it belongs to another circuit with the same A and B.
        // Points outside the subgroup, which a key that was not read from a file can hold, would tell of the witness. That C is
        // the one which the equation determines is also what zero knowledge rests on, see `blinding`.
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use tensorproof_r1cs::{Matrix, Term, Wire};

    use super::*;
    use crate::{setup, verify};

    /// `x_i * x_(i + 1) = y_i` for all i, and the last y is public.
    fn chain(rows: u32) -> R1cs {
        let term = |wire| [Term { wire: Wire(wire), coefficient: 0 }];
        let mut r1cs = R1cs {
            wires: 2 * rows + 2,
            public_outputs: 1,
            public_inputs: 0,
            private_inputs: 0,
            labels: u64::from(2 * rows + 2),
            wire_labels: (0..u64::from(2 * rows + 2)).collect(),
            coefficients: vec![Fr::from(1u64)],
            a: Matrix::new(),
            b: Matrix::new(),
            c: Matrix::new(),
        };
        for row in 0..rows {
            r1cs.a.push_row(term(2 + row));
            r1cs.b.push_row(term(3 + row));
            r1cs.c.push_row(term(if row + 1 == rows { 1 } else { 3 + rows + row }));
        }
        r1cs
    }

    fn witness(rows: usize, value: impl FnMut(usize) -> Fr) -> Witness {
        let x: Vec<Fr> = (0..=rows).map(value).collect();
        let mut y: Vec<Fr> = x.windows(2).map(|pair| pair[0] * pair[1]).collect();
        let last = y.pop().unwrap();
        Witness([vec![Fr::from(1u64), last], x, y].concat())
    }

    /// With and without vector instructions, with the least work and with constant work.
    #[test]
    fn every_way_to_a_proof_gives_one_that_verifies() {
        let rows = 300;
        let r1cs = chain(u32::try_from(rows).unwrap());
        let rng = &mut StdRng::seed_from_u64(1);
        let key = setup(&r1cs, rng).unwrap();
        let prover = Prover::new(&key, &r1cs).unwrap();
        let scalar = Prover { points: OddPoints::on(9, None), ..prover.clone() };
        assert_eq!(1 << 9, key.h.len());
        let random: Vec<Fr> = (0..=rows).map(|_| Fr::rand(rng)).collect();
        for witness in [
            witness(rows, |_| Fr::from(0u64)),
            witness(rows, |index| Fr::from(index as u64 % 2)),
            witness(rows, |index| -Fr::from(index as u64)),
            witness(rows, |index| random[index]),
        ] {
            assert_eq!(r1cs.check(&witness), Ok(()));
            let public = r1cs.public_values(&witness);
            for prover in [&prover, &scalar] {
                let proofs = [Work::Least, Work::Constant].map(|work| {
                    // The blinding factors come first: proofs with the same ones are the same, however they are made.
                    let rng = &mut StdRng::seed_from_u64(2);
                    prover.clone().with_work(work).prove(&witness, rng).unwrap()
                });
                assert_eq!(proofs[0], proofs[1]);
                verify(&key.vk, public, &proofs[0]).unwrap();
            }
            let mut wrong = witness.clone();
            wrong.0[1] += Fr::from(1u64);
            let refused = prover.clone().with_work(Work::Constant).prove(&wrong, rng);
            assert_eq!(refused, Err(ProveError::Unsatisfied(Unsatisfied::Row { row: rows - 1 })));
        }
    }
}
