//! `settings.json`: what later stages need to know of a model without reading it again.
//!
//! # Security
//! Who verifies takes from it what the circuit leaves to the verifier: how many values there are, and the ranges of inputs. It is
//! trusted as the verifying key beside it is, and comes from whoever that comes from, never with a proof.

use std::collections::BTreeSet;
use std::fmt;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One as _, Signed as _, Zero as _};
use serde::{Deserialize, Serialize};

use crate::data::InputShape;
use crate::emit::{cost, digest, digest_cost, packed, public_count, seals};
use crate::error::{Error, Result};
use crate::form::{Order, TensorForm};
use crate::interval::Interval;
use crate::kernel::Cost;
use crate::quantize::{
    InputCheck, InputVisibility, OutputVisibility, ParamsVisibility, QuantizedGraph, Sample, dequantized,
    quantize_values, scale_text,
};
use crate::seal::{Packed, Seal, Subject, sealed_elements, sealed_subjects};
use crate::tensor::flat;

/// The version of the file's format.
const FORMAT: u32 = 2;

/// Most digits of an integer.
const MOST_DIGITS: usize = 100;

/// Public values of a recipient's key.
const RECIPIENT_VALUES: usize = 2;
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

/// An integer, as a decimal string.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Decimal(pub BigInt);

/// The integer that stands for 1, as a fraction: below zero where a factor below zero was taken into it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Fraction(pub BigRational);

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
    /// Describes a quantized model; `model` is its file's name.
    pub fn of(quantized: &QuantizedGraph, model: &str) -> Self {
        let quantity = |place: usize| &quantized.quantities[place];
        let cost = cost(quantized);
        Self {
            format: FORMAT,
            model: model.to_owned(),
            model_hash: String::new(),
            scale: quantized.power.to_string(),
            input_visibility: quantized.config.input,
            params_visibility: quantized.config.params,
            output_visibility: quantized.config.output_visibility,
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
            public_signals: match digest(quantized) {
                Some(_) => PublicSignals::Digest,
                None => PublicSignals::Plain,
            },
            public_values: public_count(quantized),
            digest_label: String::new(),
            constraints: Constraints { quadratic: cost.quadratic, linear: cost.linear },
            inputs: quantized
                .inputs
                .iter()
                .map(|port| {
                    let hull = Interval::hull(&quantity(port.place).intervals);
                    InputSettings {
                        name: port.name.clone(),
                        signal: port.signal.clone(),
                        shape: quantity(port.place).shape.clone(),
                        scale: Fraction(quantity(port.place).scale.clone()),
                        low: Decimal(hull.low),
                        high: Decimal(hull.high),
                        checked_by: quantized.config.input_check,
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
                    scale: Fraction(quantity(port.place).scale.clone()),
                    is_class: quantized.is_class,
                    labels: port.labels.clone(),
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
    /// When it is not JSON of this format, has an unknown word, lacks something, or says what cannot be.
    pub fn from_json(text: &str) -> Result<Self> {
        /// What all versions have.
        #[derive(Deserialize)]
        struct Version {
            format: u32,
        }
        let malformed = |error: serde_json::Error| Error::model(format!("settings.json: {error}"));
        let Version { format } = serde_json::from_str(text).map_err(malformed)?;
        if format == 1 {
            return Err(Error::model(format!("settings.json {EARLIER_VERSION}")));
        }
        if format != FORMAT {
            let reason = format!(
                "settings.json has format {format}, expected {FORMAT}: `tensorproof transpile` makes it again"
            );
            return Err(Error::model(reason));
        }
        let settings: Self = serde_json::from_str(text).map_err(malformed)?;
        settings.check().map_err(|reason| Error::model(format!("settings.json: {reason}")))?;
        for seal in &settings.seals {
            seal.packed()?;
        }
        settings.check_seals()?;
        settings.check_public_values()?;
        Ok(settings)
    }

    /// Checks each input and output.
    fn check(&self) -> std::result::Result<(), String> {
        if self.batch == 0 {
            return Err("a batch of 0 samples, expected one at least".to_owned());
        }
        let hash = self.model_hash.strip_prefix("0x").unwrap_or_default();
        if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(format!("`model_hash` is `{}`, expected 32 bytes in hexadecimal", self.model_hash));
        }
        let inputs = self.inputs.iter().map(|input| (&input.signal, &input.shape));
        let outputs = self.outputs.iter().map(|output| (&output.signal, &output.shape));
        let mut signals = BTreeSet::new();
        for (signal, shape) in inputs.chain(outputs) {
            let count = shape.iter().try_fold(self.batch, |count, length| count.checked_mul(*length));
            if !count.is_some_and(|count| (1..=LARGEST_TENSOR).contains(&count)) {
                return Err(format!(
                    "a batch of {} tensors of shape {shape:?}, expected 1 to {LARGEST_TENSOR} values",
                    self.batch
                ));
            }
            if !signals.insert(signal) {
                return Err(format!("two inputs or outputs have the signal `{signal}`, expected one"));
            }
        }
        for (list, name) in [(self.inputs.is_empty(), "input"), (self.outputs.is_empty(), "output")] {
            if list {
                return Err(format!("there is no {name}, expected one at least"));
            }
        }
        for OutputSettings { name, labels, .. } in &self.outputs {
            let Some(labels) = labels else { continue };
            let distinct: BTreeSet<&String> = labels.iter().collect();
            if labels.is_empty() || distinct.len() != labels.len() {
                return Err(format!("output `{name}` has no labels, or two that are the same"));
            }
        }
        for InputSettings { name, low, high, checked_by, .. } in &self.inputs {
            if low.0 > high.0 {
                return Err(format!("input `{name}` is from {low} to {high}, expected the lower one first"));
            }
            if *checked_by == InputCheck::Verifier && self.input_visibility != InputVisibility::Public {
                return Err(format!("input `{name}` is checked by a verifier, who does not see it"));
            }
        }
        Ok(())
    }

    /// Checks that what is sealed is what the visibilities say.
    fn check_seals(&self) -> Result<()> {
        let found = self.seals.iter().map(|seal| Ok((seal.subject()?, seal.kind()?)));
        let found = found.collect::<Result<Vec<_>>>()?;
        let expected = sealed_subjects(self.input_visibility, self.params_visibility, self.output_visibility);
        if found == expected {
            return Ok(());
        }
        let reason = format!("settings.json: the seals are {found:?}, expected {expected:?}");
        Err(Error::model(reason))
    }

    /// Checks that the number of public values is the one that all else gives. That of public parameters stands nowhere else.
    fn check_public_values(&self) -> Result<()> {
        let mut known = self.known_public_values()?;
        if self.seals.iter().map(SealSettings::kind).collect::<Result<Vec<_>>>()?.contains(&Seal::Encrypted) {
            known = known.saturating_add(RECIPIENT_VALUES);
        }
        let found = self.public_values;
        let (fits, expected) = match self.params_visibility {
            ParamsVisibility::Public => (found >= known, format!("{known} at least")),
            _ => (found == known, known.to_string()),
        };
        if fits {
            return Ok(());
        }
        Err(Error::model(format!("settings.json has {found} public values, expected {expected}")))
    }

    /// Returns how many values outputs, seals and inputs have among the public ones, which they begin in this order.
    fn known_public_values(&self) -> Result<usize> {
        let mut known = self.public_outputs();
        for seal in &self.seals {
            known = known.saturating_add(seal.signals()?);
        }
        if self.input_visibility == InputVisibility::Public {
            known = self.inputs.iter().fold(known, |sum, input| sum.saturating_add(self.count(&input.shape)));
        }
        Ok(known)
    }

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
                scale: self.scale.0.clone(),
                low: self.low.0.clone(),
                bits: self.bits,
            },
        })
    }
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

impl fmt::Display for Decimal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl fmt::Display for Fraction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

impl From<Decimal> for String {
    fn from(Decimal(value): Decimal) -> Self {
        value.to_string()
    }
}

impl TryFrom<String> for Decimal {
    type Error = String;

    fn try_from(text: String) -> std::result::Result<Self, String> {
        decimal(&text).map(Self)
    }
}

impl From<Fraction> for String {
    fn from(Fraction(value): Fraction) -> Self {
        value.to_string()
    }
}

impl TryFrom<String> for Fraction {
    type Error = String;

    fn try_from(text: String) -> std::result::Result<Self, String> {
        let (numerator, denominator) = match text.split_once('/') {
            Some((numerator, denominator)) => (decimal(numerator)?, decimal(denominator)?),
            None => (decimal(&text)?, BigInt::from(1)),
        };
        if !denominator.is_positive() || numerator.is_zero() {
            return Err(format!("`{text}` is not a scale"));
        }
        Ok(Self(BigRational::new(numerator, denominator)))
    }
}

/// Reads an integer of a decent length, which is that of a few hundred bits.
fn decimal(text: &str) -> std::result::Result<BigInt, String> {
    let parsed = if text.len() <= MOST_DIGITS { text.parse().ok() } else { None };
    parsed.ok_or_else(|| format!("`{text}` is not an integer"))
}
