//! The evaluation domain of a constraint system, and the rows that bind the public signals.
//!
//! Beside the constraints there is one row `signal * 0 = 0` for the constant one and for each public signal, so that the
//! polynomials of the public signals are linearly independent.

use ark_poly::{EvaluationDomain as _, Radix2EvaluationDomain};
use tensorproof_r1cs::{Fr, R1cs};

/// Largest power of two: the quotient takes a domain twice as large, and the field has roots of unity of order 2^28.
pub(crate) const LARGEST: u32 = 27;

/// Returns the number of rows with those of the public signals.
pub(crate) fn rows(r1cs: &R1cs) -> usize {
    r1cs.len() + r1cs.public_signals() as usize + 1
}

/// Returns the smallest domain with a point for each row.
pub(crate) fn domain(rows: usize) -> Option<Radix2EvaluationDomain<Fr>> {
    Radix2EvaluationDomain::new(rows).filter(|domain| domain.log_size_of_group <= LARGEST)
}

/// Returns a generator of the domain of twice the size: its odd powers are the points where the quotient is computed.
pub(crate) fn odd_shift(domain: &Radix2EvaluationDomain<Fr>) -> Option<Fr> {
    Radix2EvaluationDomain::<Fr>::new(2 * domain.size()).map(|double| double.group_gen())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_domain_has_one_of_twice_its_size() {
        let largest = 1 << LARGEST;
        assert_eq!(domain(largest).map(|domain| domain.size()), Some(largest));
        assert!(domain(largest).is_some_and(|domain| odd_shift(&domain).is_some()));
        assert!(domain(largest + 1).is_none());
        assert!(Radix2EvaluationDomain::<Fr>::new(4 * largest).is_none());
    }
}
