//! Real numbers to integers: scales, ranges, and the plan of what is rescaled where.
//!
//! A real v is the integer round(v * S). Inputs and weights have the scale 10^m; a linear layer multiplies scales, a sum
//! over a window multiplies them by its area, and `Relu`, which takes its input apart anyway, drops as many bits as leave
//! at least 10^m. Scales are exact rationals.

mod architecture;
mod evaluate;
mod function;
mod integer;
mod layer;
mod linear;
mod narrow;
mod nonlinear;
mod plan;
mod reach;
mod scale;
mod signed;
mod sum;

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use ndarray::ArrayD;
use num_bigint::BigInt;
use num_rational::BigRational;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::graph::{EdgeId, Graph};
use crate::interval::Interval;
use crate::kernel::{Cost, Kernel};
use plan::Builder;

pub(crate) use architecture::signed;
pub use architecture::{Architecture, Scope, Widths};
pub use reach::Reach;
pub use scale::scale_text;
pub(crate) use scale::{dequantized, quantize_values};

/// Most bits of a value: those of the field, less what comparisons add.
pub const MOST_BITS: u64 = 250;

/// Who sees the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InputVisibility {
    /// Among the public signals.
    Public,
    /// In the witness only.
    Private,
    /// A commitment to it is among the public signals.
    Hashed,
}

/// Who sees the parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ParamsVisibility {
    /// Among the public signals.
    Public,
    /// In the witness only.
    Private,
    /// A commitment to them is among the public signals.
    Hashed,
    /// Their encryption for a recipient is among the public signals.
    Encrypted,
    /// Constants of the circuit.
    Fixed,
}

/// Who sees the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutputVisibility {
    /// Among the public signals.
    Public,
    /// In the witness only.
    Private,
    /// A commitment to it is among the public signals.
    Hashed,
    /// Its encryption for a recipient is among the public signals.
    Encrypted,
}

/// Where the input's range is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InputCheck {
    /// By constraints.
    Circuit,
    /// By the verifier, who sees the values. The checks would be most of the circuit of a small fully
    /// connected network.
    Verifier,
}

/// How the scale is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScaleChoice {
    /// The smallest with which the integer model agrees with the float model.
    Auto,
    /// The largest with which no value leaves the field.
    Max,
    /// This one.
    Power(Power),
}

/// The scale of inputs and weights: the integer that stands for 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Power {
    /// Ten or two.
    pub base: u32,
    /// At least 1.
    pub exponent: u32,
}

impl Power {
    /// Returns a power of ten.
    pub fn of_ten(exponent: u32) -> Self {
        Self { base: 10, exponent }
    }

    /// Reads a scale as it is shown, `10^1` to `10^75` or `2^1` to `2^249`; `None` if it is none of these.
    pub fn parse(text: &str) -> Option<Self> {
        let power = |base: u32, most: u32| {
            let exponent = text.strip_prefix(&format!("{base}^"))?.parse().ok()?;
            (1..=most).contains(&exponent).then_some(Self { base, exponent })
        };
        power(10, 75).or_else(|| power(2, 249))
    }

    pub(crate) fn integer(self) -> BigInt {
        BigInt::from(self.base).pow(self.exponent)
    }
}

impl Display for Power {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}^{}", self.base, self.exponent)
    }
}

/// What is proven of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputKind {
    /// The class if the model ends in `Softmax`, else the values.
    Auto,
    /// The values; the logits of a model that ends in `Softmax`.
    Raw,
}

/// How a graph becomes integers.
#[derive(Clone, Debug)]
pub struct QuantizeConfig {
    /// How the scale is chosen.
    pub scale: ScaleChoice,
    /// Scales of the weights of single linear layers, by the name of the node or of the component.
    pub layer_scales: BTreeMap<String, Power>,
    /// Largest error that `Auto` accepts, relative to the largest output of the float model.
    pub tolerance: f64,
    /// The range of the input's real values; that of the calibration inputs if `None`.
    pub input_range: Option<(f64, f64)>,
    /// Who sees the input.
    pub input: InputVisibility,
    /// Whose parameters the circuit is for.
    pub scope: Scope,
    /// Who sees the parameters.
    pub params: ParamsVisibility,
    /// Where the input's range is checked.
    pub input_check: InputCheck,
    /// What is proven of the output.
    pub output: OutputKind,
    /// Who sees the output.
    pub output_visibility: OutputVisibility,
    /// How many samples one proof is about, at least 1.
    pub batch: usize,
    /// How public values become public signals.
    pub public_signals: PublicSignals,
}

/// How public values (the outputs, then public inputs, then public parameters) become public signals of the circuit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublicSignals {
    /// Each value is a public signal.
    Plain,
    /// Three public signals stand for all values: their hash, a sum, and the challenge that it is taken at.
    Digest,
    /// A digest from [`DIGEST_FROM`] values on.
    Auto,
}

/// The number of values from which on a contract verifies a digest for less gas. Below it the circuit's own signals cost
/// less than those of the digest.
pub const DIGEST_FROM: usize = 4;

/// A sample: one array per input of the graph.
pub type Sample = Vec<ArrayD<f64>>;

/// A value of the integer model.
#[derive(Clone, Debug)]
pub struct Quantity {
    /// Lengths of the axes, without the batch.
    pub shape: Vec<usize>,
    /// The integer that stands for 1.
    pub scale: BigRational,
    /// The range of each element.
    pub intervals: Vec<Interval>,
    /// The edge whose values it approximates; `None` for a class.
    pub edge: Option<EdgeId>,
    /// Whether its values are constants of the circuit.
    pub is_constant: bool,
    /// Where its values can lie for any parameters that the circuit admits: an operator may be left out because of that alone.
    pub reach: Reach,
}

/// A kernel and what it reads and writes.
#[derive(Clone, Debug)]
pub struct Layer {
    /// Its component in the circuit.
    pub name: String,
    /// Its node in the model.
    pub node: String,
    /// Its operator in ONNX.
    pub operator: &'static str,
    /// What it computes.
    pub kernel: Kernel,
    /// Positions in `QuantizedGraph::quantities`.
    pub inputs: Vec<usize>,
    /// Position in `QuantizedGraph::quantities`.
    pub output: usize,
    /// Its constraints.
    pub cost: Cost,
    /// What its parameters and sums are made for, when that is not the model's own.
    pub widths: Option<Widths>,
}

/// An input or output of the model and of the circuit.
#[derive(Clone, Debug)]
pub struct Port {
    /// Its name in the model.
    pub name: String,
    /// Its signal in the circuit.
    pub signal: String,
    /// Position in `QuantizedGraph::quantities`.
    pub place: usize,
    /// The strings that its values are the positions of, if it holds strings.
    pub labels: Option<Vec<String>>,
}

/// A model in integers.
#[derive(Clone, Debug)]
pub struct QuantizedGraph {
    /// The scale of inputs and weights.
    pub power: Power,
    /// How it was made.
    pub config: QuantizeConfig,
    /// The values.
    pub quantities: Vec<Quantity>,
    /// The layers, in order.
    pub layers: Vec<Layer>,
    /// The inputs, in the model's order.
    pub inputs: Vec<Port>,
    /// The outputs, in the model's order.
    pub outputs: Vec<Port>,
    /// Whether the output is a class.
    pub is_class: bool,
}

/// How far the integer model is from the float model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// Samples that were compared.
    pub samples: usize,
    /// Samples whose largest output is the same one.
    pub same_class: usize,
    /// Largest difference between outputs (logits when a class is proven).
    pub max_abs_error: f64,
    /// Largest output of the float model, in absolute value.
    pub max_abs_output: f64,
}

/// What a scale gives.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScalePoint {
    /// The scale.
    pub power: Power,
    /// The model's constraints, for one sample.
    pub cost: Cost,
    /// How far the integer model is from the float model.
    pub agreement: Agreement,
}

/// Returns what the powers of ten up to 10^`most` give, up to the first with which a value may leave the field.
///
/// # Errors
/// When a sample is outside the configured range of the input.
pub fn sweep(
    graph: &Graph,
    config: &QuantizeConfig,
    samples: &[Sample],
    most: u32,
) -> Result<Vec<ScalePoint>> {
    let mut points = Vec::new();
    for power in (1..=most).map(Power::of_ten) {
        let Ok(quantized) = Builder::build(graph, config, samples, power) else {
            break;
        };
        points.push(ScalePoint {
            power,
            cost: quantized.cost(),
            agreement: quantized.compare(graph, samples)?,
        });
    }
    Ok(points)
}

/// Quantizes a graph; `samples` choose the scale and, if the configuration does not, the input's range.
///
/// # Errors
/// When an input that is not public is left to the verifier to check, no scale fits, a value may leave the field, or neither range nor samples are given.
pub fn quantize(graph: &Graph, config: &QuantizeConfig, samples: &[Sample]) -> Result<QuantizedGraph> {
    if config.input != InputVisibility::Public && config.input_check == InputCheck::Verifier {
        let (value, expected) =
            ("verifier".to_owned(), "possible for an input that is not public, which no verifier sees");
        return Err(Error::Option { option: "--input-check", value, expected });
    }
    match config.scale {
        ScaleChoice::Power(power) => Builder::build(graph, config, samples, power),
        ScaleChoice::Max => {
            let mut best = Builder::build(graph, config, samples, Power::of_ten(1))?;
            while let Ok(next) =
                Builder::build(graph, config, samples, Power::of_ten(best.power.exponent + 1))
            {
                best = next;
            }
            Ok(best)
        }
        ScaleChoice::Auto => {
            let mut last = String::from("there are no calibration inputs");
            for exponent in 1.. {
                let quantized = match Builder::build(graph, config, samples, Power::of_ten(exponent)) {
                    Ok(quantized) => quantized,
                    Err(error) if exponent == 1 => return Err(error),
                    Err(_) => return Err(Error::NoScale { most: exponent - 1, reason: last }),
                };
                let agreement = quantized.compare(graph, samples)?;
                let limit = config.tolerance * agreement.max_abs_output;
                if agreement.same_class == agreement.samples && agreement.max_abs_error <= limit {
                    return Ok(quantized);
                }
                last = format!(
                    "class of {} of {} inputs, largest error {:.3e}, expected at most {limit:.3e}",
                    agreement.same_class, agreement.samples, agreement.max_abs_error
                );
            }
            Err(Error::NoScale { most: u32::MAX, reason: last })
        }
    }
}
