//! `settings.json`: what later stages need to know of a model without reading it again.
//!
//! # Security
//! Who verifies takes from it what the circuit leaves to the verifier: how many values there are, and the ranges of inputs. It is
//! trusted as the verifying key beside it is, and comes from whoever that comes from, never with a proof.

mod check;
mod describe;
mod number;
mod read;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::One as _;
use serde::{Deserialize, Serialize};

use crate::data::InputShape;
use crate::error::{Error, Result};
use crate::form::{Order, TensorForm};
use crate::interval::Interval;
use crate::quantize::{
    InputCheck, InputVisibility, OutputVisibility, ParamsVisibility, Sample, dequantized, quantize_values,
};
use crate::seal::{Packed, Seal, Subject, sealed_elements};
use crate::tensor::flat;
pub use number::{Decimal, Fraction};

/// The version of the file's format.
const FORMAT: u32 = 2;

/// What files say that were made when commitments and encryptions covered values alone.
pub const EARLIER_VERSION: &str =
    "was made by an earlier version, whose commitments do not cover their form; make it again";

/// Most values of a tensor of a batch.
const LARGEST_TENSOR: usize = 1 << 30;

/// The file's content; integers and scales are decimal strings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The version of the format.
    pub format: u32,
    /// The model's file name.
    pub model: String,
    /// The hash of what was read of the model, in hexadecimal: what a registry of verifiers knows it by. [`crate::load_with_hash`]
    /// tells what is hashed.
    pub model_hash: String,
    /// The scale of inputs and weights, `10^2`.
    pub scale: String,
    /// Who sees the input.
    pub input_visibility: InputVisibility,
    /// Who sees the parameters.
    pub params_visibility: ParamsVisibility,
    /// Who sees the output.
    pub output_visibility: OutputVisibility,
    /// How many samples a proof is about.
    pub batch: usize,
    /// What is sealed, in the order of the public signals; seals follow the public outputs.
    pub seals: Vec<SealSettings>,
    /// How public values become public signals.
    pub public_signals: PublicSignals,
    /// How many public values a proof has: the outputs, the seals, the inputs, the parameters, the recipient's key.
    pub public_values: usize,
    /// What the proofs of a digest are for.
    pub digest_label: String,
    /// The constraints of the whole circuit.
    pub constraints: Constraints,
    /// The inputs, in the model's order.
    pub inputs: Vec<InputSettings>,
    /// The outputs, in the model's order.
    pub outputs: Vec<OutputSettings>,
    /// The layers, in order.
    pub layers: Vec<LayerSettings>,
}

/// How public values become public signals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PublicSignals {
    /// Each value is a public signal.
    Plain,
    /// Three signals stand for all values.
    Digest,
}

/// How many constraints a circuit has at `--O1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Constraints {
    /// Those with a product.
    pub quadratic: usize,
    /// Those without one.
    pub linear: usize,
}

/// A commitment or an encryption among the public signals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealSettings {
    /// What is sealed: `input`, `params` or `output`.
    pub of: String,
    /// `hashed` or `encrypted`.
    pub seal: String,
    /// The tensors, in the order in which they are packed.
    pub tensors: Vec<TensorSettings>,
}

/// Integers that are packed into field elements.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TensorSettings {
    /// Its signal in the circuit.
    pub signal: String,
    /// The lengths of its axes, that of the batch first for inputs and outputs, also when it is 1.
    pub shape: Vec<usize>,
    /// The order of the integers.
    pub order: Order,
    /// The integer that stands for 1, as a fraction.
    pub scale: Fraction,
    /// The least integer.
    pub low: Decimal,
    /// Bits of an integer less the least one.
    pub bits: usize,
}

/// An input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputSettings {
    /// Its name in the model.
    pub name: String,
    /// Its signal in the circuit.
    pub signal: String,
    /// The lengths of its axes, without the batch.
    pub shape: Vec<usize>,
    /// The integer that stands for 1.
    pub scale: Fraction,
    /// The least integer.
    pub low: Decimal,
    /// The largest integer.
    pub high: Decimal,
    /// Who checks that the values are between them.
    pub checked_by: InputCheck,
}

/// An output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OutputSettings {
    /// Its name in the model.
    pub name: String,
    /// Its signal in the circuit.
    pub signal: String,
    /// The lengths of its axes, without the batch.
    pub shape: Vec<usize>,
    /// The integer that stands for 1; 1 for a class.
    pub scale: Fraction,
    /// Whether it is the index of a class.
    pub is_class: bool,
    /// The names of its values 0, 1, .. if the model's output holds strings, which are proven as their positions here. Data
    /// only: no file is made of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<String>>,
}

/// A layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerSettings {
    /// Its component in the circuit.
    pub component: String,
    /// Its node in the model.
    pub node: String,
    /// Its operator in ONNX.
    pub operator: String,
    /// The lengths of its output's axes, without the batch.
    pub shape: Vec<usize>,
    /// The scale of its output, `10^4/2^7`.
    pub scale: String,
    /// The least integer of its output.
    pub low: String,
    /// The largest integer of its output.
    pub high: String,
    /// Bits of its output as a signed integer.
    pub bits: u64,
    /// Constraints with a product.
    pub quadratic: usize,
    /// Constraints without one.
    pub linear: usize,
}

impl Settings {
    /// Returns how many of the public values are outputs, which are first.
    pub fn public_outputs(&self) -> usize {
        if self.output_visibility != OutputVisibility::Public {
            return 0;
        }
        self.outputs.iter().fold(0, |sum: usize, output| sum.saturating_add(self.count(&output.shape)))
    }

    /// Returns how many values a proof has of a tensor.
    pub fn count(&self, shape: &[usize]) -> usize {
        shape.iter().fold(self.batch, |count, length| count.saturating_mul(*length))
    }

    /// Returns what the inputs look like.
    pub fn input_shapes(&self) -> Vec<InputShape> {
        let with_batch =
            |input: &InputSettings| std::iter::once(1).chain(input.shape.iter().copied()).collect();
        self.inputs
            .iter()
            .map(|input| InputShape {
                name: input.name.clone(),
                shape: with_batch(input),
                is_integer: input.scale.0.is_one(),
            })
            .collect()
    }

    /// Returns the integers of the samples of a proof, by signal.
    ///
    /// # Errors
    /// When a value is outside the range; the error names it.
    pub fn quantize_samples(&self, samples: &[Sample]) -> Result<Vec<(String, Vec<BigInt>)>> {
        if samples.len() != self.batch {
            let reason =
                format!("{} samples, expected the {} that a proof is about", samples.len(), self.batch);
            return Err(Error::model(reason));
        }
        let mut signals = Vec::new();
        for (position, input) in self.inputs.iter().enumerate() {
            let (scale, interval) = input.range();
            let mut integers = Vec::new();
            for sample in samples {
                let Some(values) = sample.get(position) else {
                    return Err(Error::Input { input: input.name.clone(), reason: "is missing".to_owned() });
                };
                integers.extend(quantize_values(&input.name, &flat(values), &input.shape, scale, &interval)?);
            }
            signals.push((input.signal.clone(), integers));
        }
        Ok(signals)
    }
}

impl SealSettings {
    /// Returns what is sealed.
    ///
    /// # Errors
    /// When the file has something else in its place.
    pub fn subject(&self) -> Result<Subject> {
        Subject::of_name(&self.of)
            .filter(|subject| *subject != Subject::Data)
            .ok_or_else(|| Error::model(format!("settings.json: `{}` cannot be sealed", self.of)))
    }

    /// Returns how it is sealed.
    ///
    /// # Errors
    /// When the file has something else in its place.
    pub fn kind(&self) -> Result<Seal> {
        match self.seal.as_str() {
            "hashed" => Ok(Seal::Hashed),
            "encrypted" => Ok(Seal::Encrypted),
            other => Err(Error::model(format!("settings.json: `{other}` is no seal"))),
        }
    }

    /// Returns the tensors.
    ///
    /// # Errors
    /// When the file has something else in their place.
    pub fn packed(&self) -> Result<Vec<Packed>> {
        self.tensors.iter().map(TensorSettings::packed).collect()
    }

    /// Returns how many public signals the seal has.
    ///
    /// # Errors
    /// When the file has something else in place of the seal.
    pub fn signals(&self) -> Result<usize> {
        Ok(match self.kind()? {
            Seal::Hashed => 1,
            Seal::Encrypted => sealed_elements(&self.packed()?) + 3,
        })
    }
}

impl TensorSettings {
    /// Describes packed values.
    pub fn of(packed: &Packed) -> Self {
        Self {
            signal: packed.signal.clone(),
            shape: packed.form.shape.clone(),
            order: packed.form.order,
            scale: Fraction(packed.form.scale.clone()),
            low: Decimal(packed.form.low.clone()),
            bits: packed.form.bits,
        }
    }

    /// Returns the packed values.
    ///
    /// # Errors
    /// When the shape is too large or of no values, or the number of bits none of 1 to 253.
    pub fn packed(&self) -> Result<Packed> {
        let count = self.shape.iter().try_fold(1usize, |count, length| count.checked_mul(*length));
        let is_sized = count.is_some_and(|count| (1..=LARGEST_TENSOR).contains(&count));
        if !(1..=253).contains(&self.bits) || !is_sized {
            let reason = format!(
                "`{}` of shape {:?} and {} bits cannot be packed",
                self.signal, self.shape, self.bits
            );
            return Err(Error::model(reason));
        }
        Ok(Packed {
            signal: self.signal.clone(),
            form: TensorForm {
                shape: self.shape.clone(),
                order: self.order,
                scale: self.scale.0.clone(),
                low: self.low.0.clone(),
                bits: self.bits,
            },
            name: None,
        })
    }
}

impl InputSettings {
    /// Returns scale and range.
    pub fn range(&self) -> (&BigRational, Interval) {
        (&self.scale.0, Interval { low: self.low.0.clone(), high: self.high.0.clone() })
    }
}

impl OutputSettings {
    /// Returns the real numbers that integers of this output stand for.
    pub fn dequantize(&self, values: &[BigInt]) -> Vec<f64> {
        values.iter().map(|value| dequantized(value, &self.scale.0)).collect()
    }
}
