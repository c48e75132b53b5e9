//! Where values can lie for any parameters that a circuit admits, be they the model's or not.
//!
//! Parameters that are signals are chosen by who proves. A commitment or a ciphertext admits what its packing holds; else any
//! element of the field is one. So an operator may be left out only where it does nothing for all that are admitted, and what a
//! commitment admits must not wrap around in the field: without a range check on the way nothing else stops it.

use num_bigint::BigInt;
use num_traits::{Signed as _, Zero as _};

use super::{ParamsVisibility, Quantity, Widths, signed};
use crate::interval::{Interval, propagate};
use crate::kernel::{Kernel, Origin, Shapes, power, quotient_bits};
use crate::seal::packed_range;

/// Where the values of a quantity can lie for any parameters that the circuit admits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    /// In the range of each element, as no parameter that is chosen moves them.
    Certain,
    /// In this range.
    Within(Interval),
    /// Anywhere in the field.
    Unbounded,
}

impl Quantity {
    /// Returns a range that its values lie in whatever parameters are chosen; `None` if there is none.
    pub fn bounds(&self) -> Option<Interval> {
        match &self.reach {
            Reach::Certain => Some(Interval::hull(&self.intervals)),
            Reach::Within(range) => Some(range.clone()),
            Reach::Unbounded => None,
        }
    }
}

/// The parameters of a layer that may be chosen.
pub(super) enum Choice {
    /// It has none, or they are constants of the circuit.
    Nothing,
    /// Each tensor's elements in a range.
    Within(Vec<Interval>),
    /// Any elements of the field.
    Anything,
}

impl Choice {
    /// Returns what may be chosen of a layer's parameters, which are made for some widths if not for one model.
    pub(super) fn of(kernel: &Kernel, visibility: ParamsVisibility, widths: Option<&Widths>) -> Self {
        let tensors = kernel.tensors();
        if tensors.is_empty() {
            return Self::Nothing;
        }
        let range = |at: usize| {
            let hull = match widths.and_then(|widths| widths.parameters.get(at)) {
                Some(bits) => signed(*bits),
                None => Interval::of_values(tensors[at]),
            };
            packed_range(&hull)
        };
        match visibility {
            ParamsVisibility::Fixed => Self::Nothing,
            ParamsVisibility::Hashed | ParamsVisibility::Encrypted => {
                Self::Within((0..tensors.len()).map(range).collect())
            }
            ParamsVisibility::Public | ParamsVisibility::Private => Self::Anything,
        }
    }
}

/// Returns where the outputs of a layer can lie.
pub(super) fn reach(kernel: &Kernel, choice: &Choice, inputs: &[&Quantity], shapes: Shapes<'_>) -> Reach {
    let is_certain = inputs.iter().all(|input| input.reach == Reach::Certain);
    if is_certain && matches!(choice, Choice::Nothing) {
        return Reach::Certain;
    }
    let inputs: Vec<Option<Interval>> = inputs.iter().map(|input| input.bounds()).collect();
    bounded(kernel, choice, &inputs, shapes).map_or(Reach::Unbounded, Reach::Within)
}

/// Returns the bits of the widest value that a layer with this reach has to do with.
pub(super) fn bits(kernel: &Kernel, inputs: &[&Quantity], reach: &Reach) -> u64 {
    let Reach::Within(range) = reach else { return 0 };
    let product = match kernel {
        Kernel::SquareRoot { factor, .. } => {
            inputs.iter().find_map(|input| input.bounds()).map(|range| range.times(factor))
        }
        _ => None,
    };
    product.map_or(0, |product| product.bits()).max(range.bits())
}

fn bounded(
    kernel: &Kernel,
    choice: &Choice,
    inputs: &[Option<Interval>],
    shapes: Shapes<'_>,
) -> Option<Interval> {
    let first = || inputs.first().cloned().flatten();
    let below = |count: BigInt| Some(Interval { low: BigInt::zero(), high: count - 1u32 });
    let largest = |interval: &Interval| interval.low.abs().max(interval.high.abs());
    // Returns what a kernel gives for what it takes apart: so many bits, of a value with half of 2^k added if k is not zero.
    let taken_apart = |n: u64, k: u64| {
        let half = if k == 0 { BigInt::zero() } else { power(k - 1) };
        let whole = signed(n);
        let limit = Interval { low: whole.low - &half, high: whole.high - &half };
        let input = match first() {
            Some(input) => input.within(Some(&limit.low), Some(&limit.high)),
            None => limit,
        };
        Some(Interval::hull(&propagate(kernel, &[&[input]], shapes)))
    };
    match kernel {
        Kernel::Parameter(_) => match choice {
            Choice::Within(ranges) => ranges.first().cloned(),
            _ => None,
        },
        Kernel::Dense(_) | Kernel::Conv2D { .. } => {
            let Choice::Within(ranges) = choice else { return None };
            let products = match kernel {
                Kernel::Conv2D { geometry, .. } => geometry.kernel[1..].iter().product(),
                _ => shapes.input.last().copied().unwrap_or(1),
            };
            let [weights, bias] = ranges.as_slice() else { return None };
            let most = largest(&first()?) * largest(weights) * products + largest(bias);
            Some(Interval { low: -&most, high: most })
        }
        // What these give has a range of its own.
        Kernel::Range { low, high } => Some(Interval { low: low.clone(), high: high.clone() }),
        Kernel::IsNonNegative { .. } | Kernel::IsZero | Kernel::OneHot { .. } => below(BigInt::from(2)),
        Kernel::FloorDivide { n, divisor } => Some(signed(quotient_bits(*n, divisor))),
        Kernel::ArgMax { rows, .. } => below(BigInt::from(rows.length)),
        Kernel::Reciprocal { m, .. } => below(power(*m)),
        Kernel::SquareRoot { n, .. } => below(power(*n)),
        Kernel::Relu { n } | Kernel::Clamp { n, .. } => taken_apart(*n, 0),
        Kernel::PiecewiseLinear(table) => taken_apart(table.n, 0),
        Kernel::ReluRescale { n, k } | Kernel::Rescale { n, k } => taken_apart(*n, *k),
        Kernel::MaxPool2D { .. } | Kernel::ReduceMax { .. } => first(),
        Kernel::SumPool2D(window) => {
            let one = first()?;
            let all = one.times(&BigInt::from(window.area()));
            Some(Interval::hull([&one, &all]))
        }
        Kernel::ReduceSum(rows) => Some(first()?.times(&BigInt::from(rows.length))),
        Kernel::Mul | Kernel::MatMul(_) => {
            let [Some(left), Some(right)] = inputs else { return None };
            let terms = if let Kernel::MatMul(product) = kernel { product.inner } else { 1 };
            Some(left.by(right).times(&BigInt::from(terms)))
        }
        Kernel::Sum { .. } => {
            let inputs: Vec<Interval> = inputs.iter().cloned().collect::<Option<_>>()?;
            let inputs: Vec<&[Interval]> = inputs.iter().map(std::slice::from_ref).collect();
            Some(Interval::hull(&propagate(kernel, &inputs, shapes)))
        }
        Kernel::Wiring { sources, .. } => {
            let range = |source: &Origin| match source {
                Origin::Element(input, _) => inputs.get(*input).cloned().flatten(),
                Origin::Constant(constant) => Some(Interval::point(constant.clone())),
            };
            let ranges: Vec<Interval> = sources.iter().map(range).collect::<Option<_>>()?;
            Some(Interval::hull(&ranges))
        }
    }
}
