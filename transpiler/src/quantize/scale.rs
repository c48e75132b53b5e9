//! Real numbers and the integers that stand for them at a scale.

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_rational::BigRational;
use num_traits::{One as _, Signed as _, ToPrimitive as _, Zero as _};

use crate::error::{Error, Result};
use crate::interval::Interval;

pub(super) fn real(value: f64) -> Result<BigRational> {
    BigRational::from_float(value).ok_or_else(|| Error::model(format!("{value} is not a finite number")))
}

/// Returns round(value * scale), halves away from zero.
pub(super) fn integers(values: &[f64], scale: &BigRational) -> Result<Vec<BigInt>> {
    values.iter().map(|value| Ok((real(*value)? * scale).round().to_integer())).collect()
}

/// Returns round(value * scale) of each value, if all lie in the range.
///
/// # Errors
/// When the number of values or a value is not the circuit's; the error names it.
pub(crate) fn quantize_values(
    name: &str,
    values: &[f64],
    shape: &[usize],
    scale: &BigRational,
    interval: &Interval,
) -> Result<Vec<BigInt>> {
    let expected: usize = shape.iter().product();
    if values.len() != expected {
        let reason = format!("has {} values, expected {expected} for shape {shape:?}", values.len());
        return Err(Error::Input { input: name.to_owned(), reason });
    }
    let integers = integers(values, scale)?;
    if let Some(position) = integers.iter().position(|value| *value < interval.low || *value > interval.high)
    {
        let mut rest = position;
        let mut index: Vec<usize> = shape
            .iter()
            .rev()
            .map(|length| {
                let (above, inside) = rest.div_rem(length);
                rest = above;
                inside
            })
            .collect();
        index.reverse();
        return Err(Error::OutOfRange {
            input: name.to_owned(),
            index,
            value: values[position],
            low: dequantized(&interval.low, scale),
            high: dequantized(&interval.high, scale),
        });
    }
    Ok(integers)
}

/// Returns the real number that an integer stands for.
pub(crate) fn dequantized(value: &BigInt, scale: &BigRational) -> f64 {
    (BigRational::from_integer(value.clone()) / scale).to_f64().unwrap_or(f64::NAN)
}

/// Returns the position of the largest value, the first one on ties.
pub(crate) fn largest(values: &[f64]) -> usize {
    let mut best = 0;
    for (index, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = index;
        }
    }
    best
}

/// Returns a scale as people write it: `10^4`, `10^4/2^7`, or a fraction.
pub fn scale_text(scale: &BigRational) -> String {
    let factors = |integer: &BigInt| {
        let mut rest = integer.abs();
        let mut count = |prime: u32| {
            let prime = BigInt::from(prime);
            let mut exponent = 0i64;
            while !rest.is_zero() && (&rest % &prime).is_zero() {
                rest /= &prime;
                exponent += 1;
            }
            exponent
        };
        let (two, five) = (count(2), count(5));
        (two, five, rest)
    };
    let (two, five, rest) = factors(scale.numer());
    let (two_below, five_below, rest_below) = factors(scale.denom());
    let (two, five) = (two - two_below, five - five_below);
    let power = |base: u32, exponent: i64| {
        if exponent == 1 { base.to_string() } else { format!("{base}^{exponent}") }
    };
    let (mut above, mut below) = (Vec::new(), Vec::new());
    for (base, exponent) in [(10, five), (2, two - five)] {
        match exponent {
            0 => {}
            exponent if exponent > 0 => above.push(power(base, exponent)),
            exponent => below.push(power(base, -exponent)),
        }
    }
    if !rest.is_one() {
        above.push(rest.to_string());
    }
    if !rest_below.is_one() {
        below.push(rest_below.to_string());
    }
    let above = if above.is_empty() { "1".to_owned() } else { above.join("*") };
    if below.is_empty() { above } else { format!("{above}/{}", below.join("/")) }
}
