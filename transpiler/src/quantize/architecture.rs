//! Circuits for any parameters of an architecture: widths that are agreed on instead of being those of one model.

use serde::{Deserialize, Serialize};

use super::{MOST_BITS, QuantizedGraph};
use crate::error::{Error, Result};
use crate::interval::Interval;
use crate::kernel::{Kernel, power};

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
        let tensors = kernel.tensors();
        if tensors.is_empty() {
            return None;
        }
        let parameters = tensors.into_iter().map(|values| Interval::of_values(values).bits()).collect();
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

/// Returns all signed integers of some bits.
pub(crate) fn signed(bits: u64) -> Interval {
    let half = power(bits.saturating_sub(1));
    Interval { low: -&half, high: half - 1u32 }
}
