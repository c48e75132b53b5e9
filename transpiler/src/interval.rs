//! The ranges of integers that values are proven to lie in.

use num_bigint::BigInt;
use num_traits::{Signed as _, Zero as _};

use crate::kernel::{Kernel, Origin, Shapes, signed_bits};

/// All integers from `low` to `high`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interval {
    /// The least value.
    pub low: BigInt,
    /// The largest value.
    pub high: BigInt,
}

impl Interval {
    /// Returns the interval of one value.
    pub fn point(value: BigInt) -> Self {
        Self { low: value.clone(), high: value }
    }

    /// Returns the least n with every value in [-2^(n-1), 2^(n-1)).
    pub fn bits(&self) -> u64 {
        signed_bits(&self.low).max(signed_bits(&self.high))
    }

    /// Returns the least interval that contains all of some intervals.
    pub fn hull<'i>(intervals: impl IntoIterator<Item = &'i Self>) -> Self {
        let mut hull: Option<Self> = None;
        for interval in intervals {
            match &mut hull {
                None => hull = Some(interval.clone()),
                Some(hull) => {
                    if interval.low < hull.low {
                        hull.low.clone_from(&interval.low);
                    }
                    if interval.high > hull.high {
                        hull.high.clone_from(&interval.high);
                    }
                }
            }
        }
        hull.unwrap_or_else(|| Self::point(BigInt::zero()))
    }

    /// Returns the least interval that contains some values.
    pub(crate) fn of_values(values: &[BigInt]) -> Self {
        let ends = values.iter().min().zip(values.iter().max());
        let point = || Self::point(BigInt::zero());
        ends.map_or_else(point, |(low, high)| Self { low: low.clone(), high: high.clone() })
    }

    /// Returns the interval of the differences of two of its values.
    #[must_use]
    pub fn differences(&self) -> Self {
        Self { low: &self.low - &self.high, high: &self.high - &self.low }
    }

    /// Returns the interval of the products with a factor.
    pub(crate) fn times(&self, factor: &BigInt) -> Self {
        let (left, right) = (&self.low * factor, &self.high * factor);
        if factor.is_negative() { Self { low: right, high: left } } else { Self { low: left, high: right } }
    }

    /// Returns the interval of the products.
    pub(crate) fn by(&self, other: &Self) -> Self {
        if other.low == other.high {
            return self.times(&other.low);
        }
        let corners = [&self.low, &self.high].into_iter().flat_map(|x| [x * &other.low, x * &other.high]);
        Self::hull(&corners.map(Self::point).collect::<Vec<_>>())
    }

    /// Returns the interval of the squares.
    fn squared(&self) -> Self {
        let (low, high) = (&self.low * &self.low, &self.high * &self.high);
        let straddles = self.low.is_negative() && self.high.is_positive();
        let least = if straddles { BigInt::zero() } else { low.clone().min(high.clone()) };
        Self { low: least, high: low.max(high) }
    }

    /// Returns the part of the interval within bounds.
    #[must_use]
    pub(crate) fn within(&self, low: Option<&BigInt>, high: Option<&BigInt>) -> Self {
        let mut result = self.clone();
        if let Some(low) = low {
            result.low = result.low.max(low.clone());
            result.high = result.high.max(low.clone());
        }
        if let Some(high) = high {
            result.high = result.high.min(high.clone());
            result.low = result.low.min(high.clone());
        }
        result
    }

    fn add(&mut self, other: &Self) {
        self.low += &other.low;
        self.high += &other.high;
    }
}

/// Returns the intervals of a kernel's outputs.
pub(crate) fn propagate(kernel: &Kernel, inputs: &[&[Interval]], shapes: Shapes<'_>) -> Vec<Interval> {
    match kernel {
        Kernel::Parameter(values) => return values.iter().cloned().map(Interval::point).collect(),
        Kernel::Wiring { sources, .. } => {
            let of = |source: &Origin| match source {
                Origin::Element(input, position) => inputs[*input][*position].clone(),
                Origin::Constant(constant) => Interval::point(constant.clone()),
            };
            return sources.iter().map(of).collect();
        }
        _ => {}
    }
    let input = inputs[0];
    let ends = || {
        let bound = |bound: fn(&Interval) -> BigInt| {
            let values: Vec<BigInt> = input.iter().map(bound).collect();
            kernel.eval::<BigInt>(&[&values], shapes)
        };
        bound(|interval| interval.low.clone()).into_iter().zip(bound(|interval| interval.high.clone()))
    };
    match kernel {
        Kernel::Dense(parameters) => {
            let width = parameters.weights.len() / parameters.bias.len();
            let row = |values: &[Interval]| -> Vec<Interval> {
                let units = parameters.weights.chunks(width).zip(&parameters.bias);
                units
                    .map(|(row, bias)| {
                        let mut sum = Interval::point(bias.clone());
                        row.iter().zip(values).for_each(|(weight, value)| sum.add(&value.times(weight)));
                        sum
                    })
                    .collect()
            };
            input.chunks(width).flat_map(row).collect()
        }
        Kernel::Conv2D { geometry, parameters, .. } => {
            let plane = |shape: &[usize]| [shape[0], shape[1], shape[2]];
            let area = shapes.output[1] * shapes.output[2];
            let bias = parameters.bias.iter();
            let mut sums: Vec<Interval> =
                bias.flat_map(|bias| std::iter::repeat_n(Interval::point(bias.clone()), area)).collect();
            geometry.for_each_product(plane(shapes.input), plane(shapes.output), |out, weight, position| {
                sums[out].add(&input[position].times(&parameters.weights[weight]));
            });
            sums
        }
        Kernel::MatMul(product) => {
            let count = product.stack * product.rows * product.columns;
            let mut sums = vec![Interval::point(BigInt::zero()); count];
            product.for_each_product(|a, b, out| sums[out].add(&input[a].by(&inputs[1][b])));
            sums
        }
        Kernel::Sum { factors, constant } => (0..input.len())
            .map(|at| {
                let mut sum = Interval::point(constant.clone());
                for (factor, values) in factors.iter().zip(inputs) {
                    sum.add(&values[at].times(factor));
                }
                sum
            })
            .collect(),
        // A square is not negative.
        Kernel::Mul if std::ptr::eq(input, inputs[1]) => input.iter().map(Interval::squared).collect(),
        Kernel::Mul => input.iter().zip(inputs[1]).map(|(left, right)| left.by(right)).collect(),
        Kernel::ArgMax { rows, .. } => {
            let most = BigInt::from(rows.length) - 1;
            vec![Interval { low: BigInt::zero(), high: most }; rows.outputs()]
        }
        Kernel::IsZero => vec![Interval { low: BigInt::zero(), high: BigInt::from(1) }; input.len()],
        Kernel::OneHot { size } => {
            vec![Interval { low: BigInt::zero(), high: BigInt::from(1) }; input.len() * size]
        }
        Kernel::Reciprocal { .. } => ends().map(|(low, high)| Interval { low: high, high: low }).collect(),
        Kernel::PiecewiseLinear(table) => {
            let mut known: Option<(&Interval, Interval)> = None;
            let mut result = Vec::with_capacity(input.len());
            for interval in input {
                let range = match &known {
                    // Elements often share one range.
                    Some((same, range)) if *same == interval => range.clone(),
                    _ => {
                        let corners = table.corners(&interval.low, &interval.high);
                        let values = kernel.eval::<BigInt>(&[&corners], shapes);
                        Interval::hull(&values.into_iter().map(Interval::point).collect::<Vec<_>>())
                    }
                };
                known = Some((interval, range.clone()));
                result.push(range);
            }
            result
        }
        // The others do not decrease.
        _ => ends().map(|(low, high)| Interval { low, high }).collect(),
    }
}
