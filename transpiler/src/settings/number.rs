//! Exact numbers of JSON files: strings, as numbers of JSON are read as floats.

use std::fmt;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed as _, Zero as _};
use serde::{Deserialize, Serialize};

/// Most digits of an integer.
const MOST_DIGITS: usize = 100;

/// An integer, as a decimal string.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Decimal(pub BigInt);

/// The integer that stands for 1, as a fraction: below zero where a factor below zero was taken into it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fraction(pub BigRational);

impl fmt::Display for Decimal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl From<Decimal> for String {
    fn from(Decimal(value): Decimal) -> Self {
        value.to_string()
    }
}

impl TryFrom<String> for Decimal {
    type Error = String;

    fn try_from(text: String) -> std::result::Result<Self, String> {
        decimal(&text).map(Self)
    }
}

impl From<Fraction> for String {
    fn from(Fraction(value): Fraction) -> Self {
        value.to_string()
    }
}

impl TryFrom<String> for Fraction {
    type Error = String;

    fn try_from(text: String) -> std::result::Result<Self, String> {
        let (numerator, denominator) = match text.split_once('/') {
            Some((numerator, denominator)) => (decimal(numerator)?, decimal(denominator)?),
            None => (decimal(&text)?, BigInt::from(1)),
        };
        if !denominator.is_positive() || numerator.is_zero() {
            return Err(format!("`{text}` is not a scale"));
        }
        Ok(Self(BigRational::new(numerator, denominator)))
    }
}

/// Reads an integer of a decent length, which is that of a few hundred bits.
fn decimal(text: &str) -> std::result::Result<BigInt, String> {
    let parsed = if text.len() <= MOST_DIGITS { text.parse().ok() } else { None };
    parsed.ok_or_else(|| format!("`{text}` is not an integer"))
}
