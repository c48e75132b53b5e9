//! Conversions between field elements, integers and decimal text.

use ark_ff::{BigInteger, One as _, PrimeField, Zero as _};
use num_bigint::{BigInt, BigUint, Sign};

use crate::Fr;

fn modulus() -> BigUint {
    BigUint::from_bytes_le(&Fr::MODULUS.to_bytes_le())
}

/// Returns the residue of an integer of any sign and size.
pub fn fr_from_bigint(value: &BigInt) -> Fr {
    let magnitude = Fr::from_le_bytes_mod_order(&value.magnitude().to_bytes_le());
    if value.sign() == Sign::Minus { -magnitude } else { magnitude }
}

/// Parses a canonical decimal number below the modulus, without sign or leading zeros; `None` for anything else.
pub fn fr_from_decimal(text: &str) -> Option<Fr> {
    // 77 digits hold every residue; the bound keeps hostile files from costing quadratic time.
    if text.is_empty() || text.len() > 77 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if text.len() > 1 && text.starts_with('0') {
        return None;
    }
    let value: BigUint = text.parse().ok()?;
    (value < modulus()).then(|| Fr::from_le_bytes_mod_order(&value.to_bytes_le()))
}

/// Adds `coefficient * value`. Most values of a witness are bits, and most coefficients are one: those take no
/// multiplication.
pub fn add_product(sum: &mut Fr, coefficient: &Fr, value: &Fr) {
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
pub fn fr_to_decimal(value: &Fr) -> String {
    BigUint::from_bytes_le(&value.into_bigint().to_bytes_le()).to_string()
}

/// Returns the integer of least magnitude in the residue class, in `(-p/2, p/2)`.
pub fn fr_to_signed(value: &Fr) -> BigInt {
    let residue = BigUint::from_bytes_le(&value.into_bigint().to_bytes_le());
    let modulus = modulus();
    if &residue * 2u32 < modulus { residue.into() } else { BigInt::from(residue) - BigInt::from(modulus) }
}

/// Returns the residue as an integer in `0..p`.
pub fn fr_to_bigint(value: &Fr) -> BigUint {
    BigUint::from_bytes_le(&value.into_bigint().to_bytes_le())
}
