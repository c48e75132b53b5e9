//! The constraint system `(A w) * (B w) = C w`, row by row.

use ark_ff::PrimeField;
use rayon::prelude::*;

use crate::{Fr, Matrix, Term, Witness, add_product};

/// A rank-1 constraint system over a prime field, BN254's scalars by default, in circom's wire order:
/// one, public outputs, public inputs, private inputs, the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct R1cs<F = Fr> {
    /// Number of wires, the constant one included.
    pub wires: u32,
    /// Number of public outputs; they are wires `1..=public_outputs`.
    pub public_outputs: u32,
    /// Number of public inputs; they follow the public outputs.
    pub public_inputs: u32,
    /// Number of private inputs; they follow the public inputs.
    pub private_inputs: u32,
    /// Number of labels: the signals of the program before simplification, the constant one included.
    pub labels: u64,
    /// The label of each wire; the first is 0, the constant one. As long as `wires`.
    pub wire_labels: Vec<u64>,
    /// The distinct coefficients that terms point to.
    pub coefficients: Vec<F>,
    /// The left factors.
    pub a: Matrix,
    /// The right factors.
    pub b: Matrix,
    /// The products.
    pub c: Matrix,
}

/// The most wires of a system that can be proven: the sums of a proof number them with 31 bits, and have one for a sign.
pub const MAX_WIRES: u32 = 1 << 31;

/// How many constraints of each kind a system has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConstraintCounts {
    /// Constraints with a product of two wires.
    pub quadratic: usize,
    /// Constraints without one.
    pub linear: usize,
}

/// The first constraint that a witness does not satisfy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsatisfied {
    /// The witness has another length than the system has wires.
    #[error("the witness has {actual} values, expected {expected}, one per wire")]
    Length {
        /// Wires of the system.
        expected: usize,
        /// Values of the witness.
        actual: usize,
    },
    /// Wire 0 does not hold one.
    #[error("the first value of the witness is not one")]
    One,
    /// A row with `a * b != c`.
    #[error("constraint {row} is not satisfied")]
    Row {
        /// The row's position.
        row: usize,
    },
}

impl<F: PrimeField> R1cs<F> {
    /// Returns the number of constraints.
    pub fn len(&self) -> usize {
        self.a.len()
    }

    /// Returns whether there are no constraints.
    pub fn is_empty(&self) -> bool {
        self.a.is_empty()
    }

    /// Returns the number of public signals: outputs, then inputs.
    pub fn public_signals(&self) -> u32 {
        self.public_outputs + self.public_inputs
    }

    /// Returns how many constraints multiply two wires and how many do not.
    pub fn counts(&self) -> ConstraintCounts {
        let has_wire = |terms: &[Term]| terms.iter().any(|term| term.wire.0 != 0);
        let quadratic = (0..self.len())
            .into_par_iter()
            .filter(|&row| has_wire(self.a.row(row)) && has_wire(self.b.row(row)))
            .count();
        ConstraintCounts { quadratic, linear: self.len() - quadratic }
    }

    /// Returns the value of a linear combination.
    ///
    /// # Panics
    /// When a term's wire or coefficient is out of range; the reader and the compiler establish that none is.
    pub fn evaluate(&self, terms: &[Term], witness: &Witness<F>) -> F {
        let mut sum = F::zero();
        for term in terms {
            add_product(
                &mut sum,
                &self.coefficients[term.coefficient as usize],
                &witness.0[term.wire.index()],
            );
        }
        sum
    }

    /// Checks every constraint, on all cores.
    ///
    /// # Errors
    /// The witness' length, its first value, or the first row that does not hold.
    pub fn check(&self, witness: &Witness<F>) -> Result<(), Unsatisfied> {
        self.check_form(witness)?;
        let holds = |row: usize| {
            self.evaluate(self.a.row(row), witness) * self.evaluate(self.b.row(row), witness)
                == self.evaluate(self.c.row(row), witness)
        };
        match (0..self.len()).into_par_iter().find_first(|&row| !holds(row)) {
            Some(row) => Err(Unsatisfied::Row { row }),
            None => Ok(()),
        }
    }

    /// Checks that a witness has a value for each wire, and one for the first.
    ///
    /// # Errors
    /// The witness' length, or its first value.
    pub fn check_form(&self, witness: &Witness<F>) -> Result<(), Unsatisfied> {
        if witness.0.len() != self.wires as usize {
            return Err(Unsatisfied::Length { expected: self.wires as usize, actual: witness.0.len() });
        }
        if witness.0.first() != Some(&F::one()) {
            return Err(Unsatisfied::One);
        }
        Ok(())
    }

    /// Returns the values of the public signals in a witness, outputs first, the constant one left out.
    ///
    /// # Panics
    /// When the witness is shorter than the public signals; [`R1cs::check`] establishes that it is not.
    pub fn public_values<'w>(&self, witness: &'w Witness<F>) -> &'w [F] {
        &witness.0[1..=self.public_signals() as usize]
    }
}
