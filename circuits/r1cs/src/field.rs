//! Conversions between field elements, integers and decimal text.

use ark_ff::PrimeField;
use num_bigint::{BigInt, BigUint, Sign};

fn modulus<F: PrimeField>() -> BigUint {
    F::MODULUS.into()
}

/// Returns the residue of an integer of any sign and size.
pub fn fr_from_bigint<F: PrimeField>(value: &BigInt) -> F {
    let magnitude = F::from_le_bytes_mod_order(&value.magnitude().to_bytes_le());
    if value.sign() == Sign::Minus { -magnitude } else { magnitude }
}

/// Parses a canonical decimal number below the modulus, without sign or leading zeros; `None` for anything else.
pub fn fr_from_decimal<F: PrimeField>(text: &str) -> Option<F> {
    // 78 digits hold every residue; the bound keeps hostile files from costing quadratic time.
    if text.is_empty() || text.len() > 78 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if text.len() > 1 && text.starts_with('0') {
        return None;
    }
    let value: BigUint = text.parse().ok()?;
    (value < modulus::<F>()).then(|| F::from_le_bytes_mod_order(&value.to_bytes_le()))
}

/// Adds `coefficient * value`. Most values of a witness are bits, and most coefficients are one: those take no
/// multiplication.
pub fn add_product<F: PrimeField>(sum: &mut F, coefficient: &F, value: &F) {
    if value.is_zero() {
        return;
    }
    if value.is_one() {
        *sum += coefficient;
    } else if coefficient.is_one() {
        *sum += value;
    } else {
        *sum += *coefficient * value;
    }
}

/// Returns the residue in decimal, in `0..p`.
pub fn fr_to_decimal<F: PrimeField>(value: &F) -> String {
    fr_to_bigint(value).to_string()
}

/// Returns the integer of least magnitude in the residue class, in `(-p/2, p/2)`.
pub fn fr_to_signed<F: PrimeField>(value: &F) -> BigInt {
    let residue = fr_to_bigint(value);
    let modulus = modulus::<F>();
    if &residue * 2u32 < modulus { residue.into() } else { BigInt::from(residue) - BigInt::from(modulus) }
}

/// Returns the residue as an integer in `0..p`.
pub fn fr_to_bigint<F: PrimeField>(value: &F) -> BigUint {
    value.into_bigint().into()
}
