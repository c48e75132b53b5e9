//! circom's operators on field elements.
//!
//! Comparisons read residues as signed, in `(-p/2, p/2)`; integer and bit operators read them as integers in `[0, p)`
//! and reduce their result. Source: the circom 2 language reference, "Basic operators".

use std::cmp::Ordering;

use ark_ff::{BigInt, BigInteger as _, Field as _, PrimeField, Zero};
use num_bigint::BigUint;
use tensorproof_r1cs::Fr;

use crate::ast::{InfixOp, PrefixOp};

type Integer = BigInt<4>;

/// Bits of the modulus; shifts to the left and complements keep this many.
const BITS: u32 = 254;

/// Applies an operator between two values in a witness program; `None` for an integer division by zero, as in circom's.
pub(crate) fn checked_infix(op: InfixOp, left: &Fr, right: &Fr) -> Option<Fr> {
    let is_undefined = matches!(op, InfixOp::IntegerDivide | InfixOp::Modulo) && right.is_zero();
    (!is_undefined).then(|| infix(op, left, right))
}

/// Applies an operator between two values. Division by zero gives zero.
pub(crate) fn infix(op: InfixOp, left: &Fr, right: &Fr) -> Fr {
    let truth = |holds: bool| Fr::from(u64::from(holds));
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
        InfixOp::Divide => right.inverse().map_or(Fr::zero(), |inverse| *left * inverse),
        InfixOp::IntegerDivide => quotient_and_remainder(left, right).0,
        InfixOp::Modulo => quotient_and_remainder(left, right).1,
        InfixOp::Power => left.pow(right.into_bigint()),
    }
}

/// Applies an operator before a value.
pub(crate) fn prefix(op: PrefixOp, operand: &Fr) -> Fr {
    match op {
        PrefixOp::Negate => -*operand,
        PrefixOp::Not => Fr::from(u64::from(operand.is_zero())),
        PrefixOp::Complement => reduce(operand.into_bigint() ^ mask()),
    }
}

/// Returns whether a value counts as negative: above `p/2`.
pub(crate) fn is_negative(value: &Fr) -> bool {
    value.into_bigint() > Fr::MODULUS_MINUS_ONE_DIV_TWO
}

fn compare(left: &Fr, right: &Fr) -> Ordering {
    match (is_negative(left), is_negative(right)) {
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        _ => left.into_bigint().cmp(&right.into_bigint()),
    }
}

fn mask() -> Integer {
    let mut mask = Integer::new([u64::MAX; 4]);
    mask >>= 256 - BITS;
    mask
}

/// Reduces an integer of at most 254 bits: below `2p`, so that one subtraction is enough.
fn reduce(mut integer: Integer) -> Fr {
    if integer >= Fr::MODULUS {
        integer.sub_with_borrow(&Fr::MODULUS);
    }
    Fr::from_bigint(integer).unwrap_or_default()
}

fn shift(value: &Fr, amount: &Fr, left: bool) -> Fr {
    if is_negative(amount) {
        return shift(value, &-*amount, !left);
    }
    let amount = amount.into_bigint();
    let Some(amount) = u32::try_from(amount.0[0]).ok().filter(|bits| *bits < BITS && amount.0[1..] == [0; 3])
    else {
        return Fr::zero();
    };
    let integer = value.into_bigint();
    if left { reduce((integer << amount) & mask()) } else { reduce(integer >> amount) }
}

fn quotient_and_remainder(left: &Fr, right: &Fr) -> (Fr, Fr) {
    let (left, right) = (left.into_bigint(), right.into_bigint());
    if right.is_zero() {
        return (Fr::zero(), Fr::zero());
    }
    if left.0[1..] == [0; 3] && right.0[1..] == [0; 3] {
        return (Fr::from(left.0[0] / right.0[0]), Fr::from(left.0[0] % right.0[0]));
    }
    let (left, right): (BigUint, BigUint) = (left.into(), right.into());
    (Fr::from(&left / &right), Fr::from(&left % &right))
}

#[cfg(test)]
mod tests {
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
