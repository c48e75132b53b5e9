//! Circuits for any parameters of an architecture: widths that are agreed on instead of being those of one model.

use num_bigint::BigInt;
use num_traits::{Signed as _, Zero as _};
use serde::{Deserialize, Serialize};

use super::{MOST_BITS, QuantizedGraph};
use crate::error::{Error, Result};
use crate::interval::{Interval, propagate};
use crate::kernel::{Kernel, Shapes, power};

/// Whose parameters a circuit is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// This model's: ranges are those that its parameters give, and equal parameters are one.
    Model,
    /// Any of the model's shapes that need some bits more than the model's at most.
    Any {
        /// The bits more.
        headroom: u64,
    },
    /// Any of the model's shapes that these widths hold.
    Given(Architecture),
}

/// The widths of everything that parameters decide, in the order of the layers.
///
/// Models of one graph whose parameters fit have one circuit: names and ranges in it do not depend on the model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Architecture {
    /// The layers with parameters.
    pub layers: Vec<Widths>,
}

/// The widths of a layer with parameters, in bits of signed integers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Widths {
    /// Its component in the circuit.
    pub component: String,
    /// Of its tensors: weights and bias, or the parameters themselves.
    pub parameters: Vec<u64>,
    /// Of its sums, for any input and any parameters that are meant.
    pub sums: u64,
}

impl Architecture {
    /// Returns the widths that a circuit was made for; none when it is for one model's parameters.
    pub fn of(quantized: &QuantizedGraph) -> Self {
        Self { layers: quantized.layers.iter().filter_map(|layer| layer.widths.clone()).collect() }
    }
}

impl Widths {
    /// Returns the widths that a layer of one model needs; `None` for a layer without parameters.
    pub(super) fn needed(component: &str, kernel: &Kernel, sums: &[Interval]) -> Option<Self> {
        let bits = |values: &[BigInt]| {
            Interval::hull(&values.iter().cloned().map(Interval::point).collect::<Vec<_>>()).bits()
        };
        let parameters = match kernel {
            Kernel::Parameter(values) => vec![bits(values)],
            kernel => {
                let parameters = kernel.parameters()?;
                vec![bits(&parameters.weights), bits(&parameters.bias)]
            }
        };
        Some(Self { component: component.to_owned(), parameters, sums: Interval::hull(sums).bits() })
    }

    fn widened(mut self, headroom: u64) -> Self {
        self.parameters.iter_mut().chain([&mut self.sums]).for_each(|bits| *bits += headroom);
        self
    }

    fn fit(&self, given: &Self) -> Result<()> {
        let is_same = self.component == given.component && self.parameters.len() == given.parameters.len();
        if !is_same {
            let reason = format!("layer `{}` is `{}` in the architecture", self.component, given.component);
            return Err(Error::model(reason));
        }
        let pairs = self.parameters.iter().zip(&given.parameters).map(|pair| ("parameters", pair));
        for (what, (needed, there)) in pairs.chain([("sums", (&self.sums, &given.sums))]) {
            if *there > MOST_BITS {
                return Err(Error::TooWide { layer: given.component.clone(), bits: *there, most: MOST_BITS });
            }
            if needed > there {
                let layer = self.component.clone();
                return Err(Error::OverArchitecture { layer, what, bits: *needed, most: *there });
            }
        }
        Ok(())
    }
}

impl Scope {
    /// Returns the widths of the `index`-th layer with parameters; `None` when they are the model's own.
    ///
    /// # Errors
    /// When the layer needs more bits than the architecture gives, or is another one.
    pub(super) fn widths(&self, index: usize, needed: Widths) -> Result<Option<Widths>> {
        match self {
            Self::Model => Ok(None),
            Self::Any { headroom } => Ok(Some(needed.widened(*headroom))),
            Self::Given(architecture) => {
                let Some(given) = architecture.layers.get(index) else {
                    let count = architecture.layers.len();
                    let reason = format!("has more than the architecture's {count} layers with parameters");
                    return Err(Error::model(reason));
                };
                needed.fit(given)?;
                Ok(Some(given.clone()))
            }
        }
    }
}

/// Returns where the outputs of a layer can lie for any parameters of some widths, which need not be those that the sums were
/// made for: without a range check nothing else stops a value before it wraps around in the field.
pub(super) fn reachable(
    kernel: &Kernel,
    widths: Option<&Widths>,
    inputs: &[(&Interval, usize)],
    shapes: Shapes<'_>,
) -> Interval {
    let range = |n: u64| Interval { low: BigInt::zero(), high: power(n) };
    let largest = |interval: &Interval| interval.low.abs().max(interval.high.abs());
    match (kernel, widths.map(|widths| widths.parameters.as_slice())) {
        (Kernel::Parameter(_), Some(&[own])) => signed(own),
        (Kernel::Dense(_) | Kernel::Conv2D { .. }, Some(&[weights, bias])) => {
            let products = match kernel {
                Kernel::Conv2D { geometry, .. } => geometry.kernel[1..].iter().product(),
                _ => shapes.input.last().copied().unwrap_or(1),
            };
            let input = inputs.first().map(|(interval, _)| largest(interval)).unwrap_or_default();
            let most = input * power(weights - 1) * products + power(bias - 1);
            Interval { low: -&most, high: most }
        }
        // What these return has a range check of its own.
        (Kernel::Reciprocal { m, .. }, _) => range(*m),
        (Kernel::SquareRoot { n, .. }, _) => range(*n),
        _ => {
            // What is taken apart has so many bits, or there is no proof; one more for the half that rounding adds.
            let limit = match kernel {
                Kernel::Relu { n }
                | Kernel::ReluRescale { n, .. }
                | Kernel::Rescale { n, .. }
                | Kernel::Clamp { n, .. }
                | Kernel::IsNonNegative { n } => Some(signed(n + 1)),
                Kernel::PiecewiseLinear(table) => Some(signed(table.n + 1)),
                _ => None,
            };
            let limited = |interval: &Interval| match &limit {
                Some(limit) => interval.within(Some(&limit.low), Some(&limit.high)),
                None => interval.clone(),
            };
            let inputs: Vec<Vec<Interval>> =
                inputs.iter().map(|(interval, count)| vec![limited(interval); *count]).collect();
            let inputs: Vec<&[Interval]> = inputs.iter().map(Vec::as_slice).collect();
            Interval::hull(&propagate(kernel, &inputs, shapes))
        }
    }
}

/// Returns all signed integers of some bits.
pub(crate) fn signed(bits: u64) -> Interval {
    let half = power(bits.saturating_sub(1));
    Interval { low: -&half, high: half - 1u32 }
}
