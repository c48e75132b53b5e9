//! Divisions by a constant in a constraint, whose result is used as an integer.
//!
//! `carry <== in / 4` is the quotient in the field: for 3 it is a number of 254 bits, and for any `carry` in range there
//! is an `in`. It is the integers' quotient only where `in` has a range too.

use ark_ff::PrimeField;

use super::Findings;
use super::place::Placement;
use super::shape::{Terms, View};
use crate::diagnostic::Code;
use crate::elaborate::ONE;

/// A signal that is computed by dividing others by a power of two.
#[derive(Debug)]
pub(super) struct Fraction {
    signal: u32,
    constraint: u32,
    divided: Vec<u32>,
}

/// Halves are those of formulas over the field.
const LEAST_BITS: u64 = 2;

/// Returns the fractions.
pub(super) fn of<F: PrimeField>(view: &View<F>) -> Vec<Fraction> {
    let fraction = |(constraint, terms): (u32, Terms)| {
        let signal = view.computes[constraint as usize]?;
        let is_divided = |(other, value): &&(u32, u32)| {
            *other != ONE && *other != signal && divides(&view.coefficients.get(*value))
        };
        let divided: Vec<u32> = terms.iter().filter(is_divided).map(|(other, _)| *other).collect();
        (!divided.is_empty()).then_some(Fraction { signal, constraint, divided })
    };
    view.linear().filter_map(fraction).collect()
}

/// Returns whether a coefficient is 1/2^k or -1/2^k.
fn divides<F: PrimeField>(value: &F) -> bool {
    // A small number is none; only the others are worth an inversion.
    if tensorproof_r1cs::fr_to_signed(value).bits() < 64 {
        return false;
    }
    value.inverse().is_some_and(|inverse| {
        let inverse = tensorproof_r1cs::fr_to_signed(&inverse);
        let magnitude = inverse.magnitude();
        let zeros = magnitude.trailing_zeros().unwrap_or(0);
        zeros >= LEAST_BITS
            && magnitude.bits() == zeros + 1
            && magnitude.bits() < u64::from(F::MODULUS_BIT_SIZE) / 2
    })
}

/// Finds quotients with a range, of numbers without one.
pub(super) fn find<F: PrimeField>(placement: &Placement<F>, findings: &mut Findings) {
    for Fraction { signal, constraint, divided } in &placement.shape().fractions {
        let Some(other) = divided.iter().find(|other| !placement.range(**other).is_known()) else { continue };
        if !placement.range(*signal).is_known() {
            continue;
        }
        let mut origin = placement.origin(*other);
        let span = placement.span(*constraint);
        origin.passed.push(span);
        let message = format!(
            "`{}` is divided in the field, and nothing limits its range",
            placement.name(&placement.here(*other))
        );
        let help = "`/` is no integers' division: a quotient in range has its numerator, whatever is meant by it; \
                    limit the numerator's range too";
        findings.add_along(Code::W0014FieldDivision, span, &origin.passed, message, help);
    }
}
