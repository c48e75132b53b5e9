//! The ranges of integers that values are proven to lie in.

use num_bigint::BigInt;
use num_traits::{Signed as _, Zero as _};

use crate::kernel::{Kernel, Shapes, signed_bits};

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

    /// Returns the interval of the differences of two of its values.
    #[must_use]
    pub fn differences(&self) -> Self {
        Self { low: &self.low - &self.high, high: &self.high - &self.low }
    }

    fn times(&self, factor: &BigInt) -> Self {
        let (left, right) = (&self.low * factor, &self.high * factor);
        if factor.is_negative() { Self { low: right, high: left } } else { Self { low: left, high: right } }
    }

    fn add(&mut self, other: &Self) {
        self.low += &other.low;
        self.high += &other.high;
    }
}

/// Returns the intervals of a kernel's outputs.
pub(crate) fn propagate(kernel: &Kernel, inputs: &[&[Interval]], shapes: Shapes<'_>) -> Vec<Interval> {
    let input = inputs[0];
    let monotone = || {
        let bound = |bound: fn(&Interval) -> BigInt| {
            let values: Vec<BigInt> = input.iter().map(bound).collect();
            kernel.eval::<BigInt>(&[&values], shapes)
        };
        let pairs =
            bound(|interval| interval.low.clone()).into_iter().zip(bound(|interval| interval.high.clone()));
        pairs.map(|(low, high)| Interval { low, high }).collect()
    };
    match kernel {
        Kernel::Dense(parameters) => {
            let rows = parameters.weights.chunks(input.len()).zip(&parameters.bias);
            rows.map(|(row, bias)| {
                let mut sum = Interval::point(bias.clone());
                row.iter().zip(input).for_each(|(weight, value)| sum.add(&value.times(weight)));
                sum
            })
            .collect()
        }
        Kernel::Conv2D { geometry, parameters } => {
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
        Kernel::Add { a, b } => {
            let sum = |(left, right): (&Interval, &Interval)| {
                let mut sum = left.times(a);
                sum.add(&right.times(b));
                sum
            };
            input.iter().zip(inputs[1]).map(sum).collect()
        }
        Kernel::Mul => {
            let product = |(left, right): (&Interval, &Interval)| {
                let corners =
                    [&left.low, &left.high].into_iter().flat_map(|x| [x * &right.low, x * &right.high]);
                Interval::hull(&corners.map(Interval::point).collect::<Vec<_>>())
            };
            input.iter().zip(inputs[1]).map(product).collect()
        }
        Kernel::ArgMax { .. } => {
            vec![Interval { low: BigInt::zero(), high: BigInt::from(input.len()) - 1 }]
        }
        Kernel::SumPool2D(_)
        | Kernel::MaxPool2D { .. }
        | Kernel::Relu { .. }
        | Kernel::ReluRescale { .. }
        | Kernel::Range { .. }
        | Kernel::Wiring { .. } => monotone(),
    }
}
