//! `settings.json`: what later stages need to know of a model without reading it again.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero as _;
use serde::{Deserialize, Serialize};

use crate::data::InputShape;
use crate::emit::{digest, digest_cost, packed, seals};
use crate::error::{Error, Result};
use crate::form::{Order, TensorForm};
use crate::interval::Interval;
use crate::kernel::Cost;
use crate::quantize::{
    InputCheck, InputVisibility, OutputVisibility, ParamsVisibility, QuantizedGraph, Sample, dequantized,
    quantize_values, scale_text,
};
use crate::seal::{Packed, Seal, Subject, sealed_elements};
use crate::tensor::flat;

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
    /// The keccak256 of the model's file, in hexadecimal: what a registry of verifiers knows the model by.
    #[serde(default)]
    pub model_hash: String,
    /// The scale of inputs and weights, `10^2`.
    pub scale: String,
    /// `public`, `private` or `hashed`.
    pub input_visibility: String,
    /// `public`, `private`, `hashed`, `encrypted` or `fixed`.
    pub params_visibility: String,
    /// `public`, `private`, `hashed` or `encrypted`.
    pub output_visibility: String,
    /// How many samples a proof is about.
    pub batch: usize,
    /// What is sealed, in the order of the public signals; seals follow the public outputs.
    pub seals: Vec<SealSettings>,
    /// `plain` or `digest`.
    #[serde(default = "plain")]
    pub public_signals: String,
    /// What the proofs of a digest are for.
    #[serde(default)]
    pub digest_label: String,
    /// The inputs, in the model's order.
    pub inputs: Vec<InputSettings>,
    /// The outputs, in the model's order.
    pub outputs: Vec<OutputSettings>,
    /// The layers, in order.
    pub layers: Vec<LayerSettings>,
}

/// What is read of the file first: another version may have anything else.
#[derive(Deserialize)]
struct Version {
    format: u32,
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
    pub scale: String,
    /// The least integer.
    pub low: String,
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
    /// The integer that stands for 1, as a fraction.
    pub scale: String,
    /// The least integer.
    pub low: String,
    /// The largest integer.
    pub high: String,
    /// `circuit` or `verifier`.
    pub checked_by: String,
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
    /// The integer that stands for 1, as a fraction; 1 for a class.
    pub scale: String,
    /// Whether it is the index of a class.
    pub is_class: bool,
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
    /// Describes a quantized model; `model` is its file's name.
    pub fn of(quantized: &QuantizedGraph, model: &str) -> Self {
        let quantity = |place: usize| &quantized.quantities[place];
        let checked_by = match quantized.config.input_check {
            InputCheck::Circuit => "circuit",
            InputCheck::Verifier => "verifier",
        };
        Self {
            format: FORMAT,
            model: model.to_owned(),
            model_hash: String::new(),
            scale: quantized.power.to_string(),
            input_visibility: match quantized.config.input {
                InputVisibility::Public => "public",
                InputVisibility::Private => "private",
                InputVisibility::Hashed => "hashed",
            }
            .to_owned(),
            params_visibility: match quantized.config.params {
                ParamsVisibility::Public => "public",
                ParamsVisibility::Private => "private",
                ParamsVisibility::Hashed => "hashed",
                ParamsVisibility::Encrypted => "encrypted",
                ParamsVisibility::Fixed => "fixed",
            }
            .to_owned(),
            output_visibility: match quantized.config.output_visibility {
                OutputVisibility::Public => "public",
                OutputVisibility::Private => "private",
                OutputVisibility::Hashed => "hashed",
                OutputVisibility::Encrypted => "encrypted",
            }
            .to_owned(),
            batch: quantized.config.batch,
            seals: seals(quantized)
                .into_iter()
                .map(|(subject, seal)| SealSettings {
                    of: subject.name().to_owned(),
                    seal: match seal {
                        Seal::Hashed => "hashed",
                        Seal::Encrypted => "encrypted",
                    }
                    .to_owned(),
                    tensors: packed(quantized, subject).iter().map(TensorSettings::of).collect(),
                })
                .collect(),
            public_signals: if digest(quantized).is_some() { "digest" } else { "plain" }.to_owned(),
            digest_label: String::new(),
            inputs: quantized
                .inputs
                .iter()
                .map(|port| {
                    let hull = Interval::hull(&quantity(port.place).intervals);
                    InputSettings {
                        name: port.name.clone(),
                        signal: port.signal.clone(),
                        shape: quantity(port.place).shape.clone(),
                        scale: quantity(port.place).scale.to_string(),
                        low: hull.low.to_string(),
                        high: hull.high.to_string(),
                        checked_by: checked_by.to_owned(),
                    }
                })
                .collect(),
            outputs: quantized
                .outputs
                .iter()
                .map(|port| OutputSettings {
                    name: port.name.clone(),
                    signal: port.signal.clone(),
                    shape: quantity(port.place).shape.clone(),
                    scale: quantity(port.place).scale.to_string(),
                    is_class: quantized.is_class,
                })
                .collect(),
            layers: quantized
                .layers
                .iter()
                .map(|layer| {
                    let hull = Interval::hull(&quantity(layer.output).intervals);
                    LayerSettings {
                        component: layer.name.clone(),
                        node: layer.node.clone(),
                        operator: layer.operator.to_owned(),
                        shape: quantity(layer.output).shape.clone(),
                        scale: scale_text(&quantity(layer.output).scale),
                        low: hull.low.to_string(),
                        high: hull.high.to_string(),
                        bits: hull.bits(),
                        quadratic: layer.cost.quadratic,
                        linear: layer.cost.linear,
                    }
                })
                .chain(digest(quantized).map(|values| digest_layer(values, digest_cost(quantized))))
                .collect(),
        }
    }

    /// Returns the file's text.
    ///
    /// # Panics
    /// Never: settings are strings, numbers and lists, which JSON can hold.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("settings are strings, numbers and lists")
    }

    /// Reads the file's text.
    ///
    /// # Errors
    /// When it is not JSON of this format, or a number in it is none.
    pub fn from_json(text: &str) -> Result<Self> {
        let version: Version =
            serde_json::from_str(text).map_err(|error| Error::model(format!("settings.json: {error}")))?;
        if version.format == 1 {
            return Err(Error::model(format!("settings.json {EARLIER_VERSION}")));
        }
        let settings: Self =
            serde_json::from_str(text).map_err(|error| Error::model(format!("settings.json: {error}")))?;
        if settings.format != FORMAT {
            return Err(Error::model(format!(
                "settings.json has format {}, expected {FORMAT}",
                settings.format
            )));
        }
        if settings.batch == 0 {
            return Err(Error::model("settings.json: a batch of 0 samples, expected one at least"));
        }
        let shapes = settings.inputs.iter().map(|input| &input.shape);
        for shape in shapes.chain(settings.outputs.iter().map(|output| &output.shape)) {
            let count = shape.iter().try_fold(settings.batch, |count, length| count.checked_mul(*length));
            if !count.is_some_and(|count| (1..=LARGEST_TENSOR).contains(&count)) {
                let reason = format!(
                    "settings.json: a batch of {} tensors of shape {shape:?}, expected 1 to {LARGEST_TENSOR} values",
                    settings.batch
                );
                return Err(Error::model(reason));
            }
        }
        for seal in &settings.seals {
            seal.subject()?;
            seal.kind()?;
            seal.packed()?;
        }
        for input in &settings.inputs {
            input.range()?;
        }
        for output in &settings.outputs {
            rational(&output.scale)?;
        }
        Ok(settings)
    }

    /// Returns what the inputs look like.
    pub fn input_shapes(&self) -> Vec<InputShape> {
        let with_batch =
            |input: &InputSettings| std::iter::once(1).chain(input.shape.iter().copied()).collect();
        self.inputs
            .iter()
            .map(|input| InputShape { name: input.name.clone(), shape: with_batch(input) })
            .collect()
    }

    /// Returns the integers of the samples of a proof, by signal.
    ///
    /// # Errors
    /// When a value is outside the range; the error names it.
    pub fn quantize_samples(&self, samples: &[Sample]) -> Result<Vec<(String, Vec<BigInt>)>> {
        let mut signals = Vec::new();
        for (position, input) in self.inputs.iter().enumerate() {
            let (scale, interval) = input.range()?;
            let mut integers = Vec::new();
            for values in samples.iter().filter_map(|sample| sample.get(position)) {
                integers.extend(quantize_values(
                    &input.name,
                    &flat(values),
                    &input.shape,
                    &scale,
                    &interval,
                )?);
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
            scale: packed.form.scale.to_string(),
            low: packed.form.low.to_string(),
            bits: packed.form.bits,
        }
    }

    /// Returns the packed values.
    ///
    /// # Errors
    /// When the shape is too large, or the number of bits none of 1 to 253.
    pub fn packed(&self) -> Result<Packed> {
        let count = self.shape.iter().try_fold(1usize, |count, length| count.checked_mul(*length));
        if !(1..=253).contains(&self.bits) || count.is_none_or(|count| count > LARGEST_TENSOR) {
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
                scale: rational(&self.scale)?,
                low: integer(&self.low)?,
                bits: self.bits,
            },
        })
    }
}

/// What settings say of a circuit from before there were digests.
fn plain() -> String {
    "plain".to_owned()
}

/// Returns the layer that hashes this number of public values.
fn digest_layer(values: usize, cost: Cost) -> LayerSettings {
    LayerSettings {
        component: "publicDigest".to_owned(),
        node: "public values".to_owned(),
        operator: "Digest".to_owned(),
        shape: vec![values],
        scale: "1".to_owned(),
        low: "0".to_owned(),
        high: "p - 1".to_owned(),
        bits: 254,
        quadratic: cost.quadratic,
        linear: cost.linear,
    }
}

impl InputSettings {
    /// Returns scale and range.
    ///
    /// # Errors
    /// When the file has something else in their place.
    pub fn range(&self) -> Result<(BigRational, Interval)> {
        let interval = Interval { low: integer(&self.low)?, high: integer(&self.high)? };
        Ok((rational(&self.scale)?, interval))
    }
}

impl OutputSettings {
    /// Returns the real numbers that integers of this output stand for.
    ///
    /// # Errors
    /// When the file has something else in place of the scale.
    pub fn dequantize(&self, values: &[BigInt]) -> Result<Vec<f64>> {
        let scale = rational(&self.scale)?;
        Ok(values.iter().map(|value| dequantized(value, &scale)).collect())
    }
}

fn integer(text: &str) -> Result<BigInt> {
    let parsed = if text.len() <= 100 { text.parse().ok() } else { None };
    parsed.ok_or_else(|| Error::model(format!("settings.json: `{text}` is not an integer")))
}

fn rational(text: &str) -> Result<BigRational> {
    let (numerator, denominator) = text.split_once('/').unwrap_or((text, "1"));
    let (numerator, denominator) = (integer(numerator)?, integer(denominator)?);
    if denominator.is_zero() || numerator.is_zero() {
        return Err(Error::model(format!("settings.json: `{text}` is not a scale")));
    }
    Ok(BigRational::new(numerator, denominator))
}
