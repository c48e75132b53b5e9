//! Tables of straight pieces that stand for functions.

use std::sync::Arc;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::ToPrimitive as _;

use super::Number;
use super::eval::{power, power_of_two};

/// Fewest bits of the index of a piece.
const FEWEST: u64 = 4;
/// Most bits of the index of a piece: a hundred products.
const MOST: u64 = 10;
/// Places in a piece where the error is measured.
const PROBES: u32 = 8;

/// A function in integers: pieces of equal width over [-2^(n-1), 2^(n-1)).
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// Bits of the input.
    pub n: u64,
    /// Bits of the input that are dropped.
    pub d: u64,
    /// Bits of the index of a piece.
    pub k: u64,
    /// The function where each piece begins.
    pub values: Arc<[BigInt]>,
    /// By how much it grows with each step of what is left of the input.
    pub slopes: Arc<[BigInt]>,
    /// Largest difference from the function.
    pub error: f64,
}

impl Table {
    pub(super) fn eval<T: Number>(&self, value: &T) -> T {
        // Values that have no witness may be met where ranges are computed.
        let last = power_of_two::<T>(self.n) - T::one();
        let shifted = (value.clone() + power_of_two::<T>(self.n - 1)).clamp(T::zero(), last);
        let (index, rest) = shifted.div_mod_floor(&power_of_two::<T>(self.n - self.k));
        let index = usize::try_from(i64_of(&index)).unwrap_or(0);
        let rest = rest.div_floor(&power_of_two::<T>(self.d));
        T::of(&self.values[index]) + T::of(&self.slopes[index]) * rest
    }

    /// Returns where the pieces begin and end within a range, and the range's ends: the extreme values are among those.
    pub(crate) fn corners(&self, low: &BigInt, high: &BigInt) -> Vec<BigInt> {
        let width = power(self.n - self.k);
        let first = -power(self.n - 1);
        let mut corners = vec![low.clone(), high.clone()];
        for piece in 0..self.values.len() {
            let start: BigInt = &first + &width * piece;
            let end: BigInt = &start + &width - 1;
            corners.extend([start, end].into_iter().filter(|at| at > low && at < high));
        }
        corners
    }

    /// Makes the table of a function of integers of n bits at a scale; the output has the scale `target * 2^rest`, where
    /// `rest`, the bits within a piece, is returned too.
    pub(crate) fn of(
        function: &dyn Fn(f64) -> f64,
        n: u64,
        scale: &BigRational,
        target: &BigRational,
    ) -> (Self, u64) {
        // The input keeps two bits more than the target has.
        let excess = (scale / target).floor().to_integer().bits().saturating_sub(3);
        let tolerance = target.to_f64().map_or(1e-6, |target| 0.5 / target);
        let mut k = FEWEST.min(n - 1).max(3);
        loop {
            let d = excess.min(n - k - 1);
            let (table, rest) = Self::with_pieces(function, n, d, k, scale, target);
            if table.error <= 2.0 * tolerance || k == MOST || k + 1 >= n {
                return (table, rest);
            }
            k += 1;
        }
    }

    fn with_pieces(
        function: &dyn Fn(f64) -> f64,
        n: u64,
        d: u64,
        k: u64,
        scale: &BigRational,
        target: &BigRational,
    ) -> (Self, u64) {
        let rest = n - k - d;
        let scale_out = target * BigRational::from_integer(power(rest));
        let real =
            |integer: &BigInt| (BigRational::from_integer(integer.clone()) / scale).to_f64().unwrap_or(0.0);
        let rounded = |value: f64| {
            let exact = BigRational::from_float(value).unwrap_or_else(|| BigRational::from_integer(0.into()));
            (exact * &scale_out).round().to_integer()
        };
        let width = power(n - k);
        let steps = power(rest);
        let (mut values, mut slopes) = (Vec::new(), Vec::new());
        let mut error: f64 = 0.0;
        let scale_out_real = scale_out.to_f64().unwrap_or(f64::MAX);
        for piece in 0..1u64 << k {
            let start: BigInt = &width * piece - power(n - 1);
            let (begin, end) = (real(&start), real(&(&start + &width)));
            let (at_begin, at_end) = (rounded(function(begin)), rounded(function(end)));
            let growth = BigRational::new(&at_end - &at_begin, steps.clone()).round().to_integer();
            for probe in 0..PROBES {
                let part = f64::from(probe) / f64::from(PROBES);
                let line = at_begin.to_f64().unwrap_or(0.0)
                    + growth.to_f64().unwrap_or(0.0) * part * steps.to_f64().unwrap_or(0.0);
                let exact = function(begin + part * (end - begin));
                error = error.max((line / scale_out_real - exact).abs());
            }
            values.push(at_begin);
            slopes.push(growth);
        }
        // What is dropped of the input moves it by less than one step.
        let steepest = slopes.iter().map(num_traits::Signed::abs).max().unwrap_or_default();
        error += (steepest.to_f64().unwrap_or(0.0) + 1.0) / scale_out_real;
        (Self { n, d, k, values: values.into(), slopes: slopes.into(), error }, rest)
    }
}

fn i64_of<T: Number>(value: &T) -> i64 {
    // Indices have at most ten bits.
    let mut result = 0;
    let mut rest = value.clone();
    let two = T::from(2);
    let mut bit = 1;
    while !rest.is_zero() {
        let (above, low) = rest.div_mod_floor(&two);
        if !low.is_zero() {
            result += bit;
        }
        bit *= 2;
        rest = above;
    }
    result
}
