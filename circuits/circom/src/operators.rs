//! circom's operators on field elements.
//!
//! Comparisons read residues as signed, in `(-p/2, p/2)`; integer and bit operators read them as integers in `[0, p)`
//! and reduce their result. Source: the circom 2 language reference, "Basic operators".

use std::cmp::Ordering;

use ark_ff::{BigInteger as _, PrimeField};
use num_bigint::BigUint;

use crate::ast::{InfixOp, PrefixOp};

/// Applies an operator between two values in a witness program; `None` for an integer division by zero, as in circom's.
pub(crate) fn checked_infix<F: PrimeField>(op: InfixOp, left: &F, right: &F) -> Option<F> {
    let is_undefined = matches!(op, InfixOp::IntegerDivide | InfixOp::Modulo) && right.is_zero();
    (!is_undefined).then(|| infix(op, left, right))
}

/// Applies an operator between two values. Division by zero gives zero.
pub(crate) fn infix<F: PrimeField>(op: InfixOp, left: &F, right: &F) -> F {
    let truth = |holds: bool| F::from(u64::from(holds));
    match op {
        InfixOp::Or => truth(!left.is_zero() || !right.is_zero()),
        InfixOp::And => truth(!left.is_zero() && !right.is_zero()),
        InfixOp::Equal => truth(left == right),
        InfixOp::NotEqual => truth(left != right),
        InfixOp::Less => truth(compare(left, right) == Ordering::Less),
        InfixOp::Greater => truth(compare(left, right) == Ordering::Greater),
        InfixOp::LessEqual => truth(compare(left, right) != Ordering::Greater),
        InfixOp::GreaterEqual => truth(compare(left, right) != Ordering::Less),
        InfixOp::BitOr => reduce(left.into_bigint() | right.into_bigint()),
        InfixOp::BitXor => reduce(left.into_bigint() ^ right.into_bigint()),
        InfixOp::BitAnd => reduce(left.into_bigint() & right.into_bigint()),
        InfixOp::ShiftLeft => shift(left, right, true),
        InfixOp::ShiftRight => shift(left, right, false),
        InfixOp::Add => *left + right,
        InfixOp::Subtract => *left - right,
        InfixOp::Multiply => *left * right,
        InfixOp::Divide => right.inverse().map_or(F::zero(), |inverse| *left * inverse),
        InfixOp::IntegerDivide => quotient_and_remainder(left, right).0,
        InfixOp::Modulo => quotient_and_remainder(left, right).1,
        InfixOp::Power => left.pow(right.into_bigint()),
    }
}

/// Applies an operator before a value.
pub(crate) fn prefix<F: PrimeField>(op: PrefixOp, operand: &F) -> F {
    match op {
        PrefixOp::Negate => -*operand,
        PrefixOp::Not => F::from(u64::from(operand.is_zero())),
        PrefixOp::Complement => reduce(operand.into_bigint() ^ mask::<F>()),
    }
}

/// Returns whether a value counts as negative: above `p/2`.
pub(crate) fn is_negative<F: PrimeField>(value: &F) -> bool {
    value.into_bigint() > F::MODULUS_MINUS_ONE_DIV_TWO
}

fn compare<F: PrimeField>(left: &F, right: &F) -> Ordering {
    match (is_negative(left), is_negative(right)) {
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        _ => left.into_bigint().cmp(&right.into_bigint()),
    }
}

/// Returns the integer of as many ones as the modulus has bits; shifts to the left and complements keep these.
fn mask<F: PrimeField>() -> F::BigInt {
    let mut mask = F::BigInt::default();
    mask.as_mut().fill(u64::MAX);
    let excess = u32::try_from(F::BigInt::NUM_LIMBS).unwrap_or_default() * 64 - F::MODULUS_BIT_SIZE;
    mask >> excess
}

/// Reduces an integer of at most as many bits as the modulus: below `2p`, so that one subtraction is enough.
fn reduce<F: PrimeField>(mut integer: F::BigInt) -> F {
    if integer >= F::MODULUS {
        integer.sub_with_borrow(&F::MODULUS);
    }
    F::from_bigint(integer).unwrap_or_default()
}

fn shift<F: PrimeField>(value: &F, amount: &F, left: bool) -> F {
    if is_negative(amount) {
        return shift(value, &-*amount, !left);
    }
    let Some(amount) =
        small(amount).and_then(|bits| u32::try_from(bits).ok()).filter(|bits| *bits < F::MODULUS_BIT_SIZE)
    else {
        return F::zero();
    };
    let integer = value.into_bigint();
    if left { reduce((integer << amount) & mask::<F>()) } else { reduce(integer >> amount) }
}

fn quotient_and_remainder<F: PrimeField>(left: &F, right: &F) -> (F, F) {
    if right.is_zero() {
        return (F::zero(), F::zero());
    }
    if let (Some(left), Some(right)) = (small(left), small(right)) {
        return (F::from(left / right), F::from(left % right));
    }
    let (left, right): (BigUint, BigUint) = (left.into_bigint().into(), right.into_bigint().into());
    (F::from(&left / &right), F::from(&left % &right))
}

/// Returns the residue if it fits 64 bits.
pub(crate) fn small<F: PrimeField>(value: &F) -> Option<u64> {
    let integer = value.into_bigint();
    match integer.as_ref() {
        [low, rest @ ..] => rest.iter().all(|limb| *limb == 0).then_some(*low),
        [] => None,
    }
}

#[cfg(test)]
mod tests {
    use tensorproof_r1cs::Fr;

    use super::*;

    #[test]
    fn follows_the_language_reference() {
        let f = |value: i64| Fr::from(value);
        let rows = [
            (InfixOp::Less, f(-1), f(1), f(1)),
            (InfixOp::Greater, f(-1), f(1), f(0)),
            (InfixOp::GreaterEqual, f(3), f(3), f(1)),
            (InfixOp::IntegerDivide, f(7), f(2), f(3)),
            (InfixOp::Modulo, f(7), f(4), f(3)),
            (InfixOp::Divide, f(6), f(3), f(2)),
            (InfixOp::ShiftRight, f(12), f(2), f(3)),
            (InfixOp::ShiftRight, f(3), f(-2), f(12)),
            (InfixOp::ShiftLeft, f(3), f(2), f(12)),
            (InfixOp::ShiftLeft, f(12), f(-2), f(3)),
            (InfixOp::ShiftLeft, f(1), f(254), f(0)),
            (InfixOp::BitAnd, f(12), f(10), f(8)),
            (InfixOp::BitOr, f(12), f(10), f(14)),
            (InfixOp::BitXor, f(12), f(10), f(6)),
            (InfixOp::Power, f(3), f(4), f(81)),
            (InfixOp::And, f(2), f(0), f(0)),
            (InfixOp::Or, f(2), f(0), f(1)),
        ];
        for (op, left, right, expected) in rows {
            assert_eq!(infix(op, &left, &right), expected, "{op:?} {left} {right}");
        }
        assert_eq!(prefix(PrefixOp::Not, &f(5)), f(0));
        assert_eq!(prefix(PrefixOp::Complement, &prefix(PrefixOp::Complement, &f(5))), f(5));
    }
}
