//! The public values of a circuit and their digest, three public signals in place of many.

use std::fmt::Write as _;

use super::comment;
use super::constants::Constants;
use super::place::{Place, loops};
use super::seals::{packed, seals};
use super::statement::{Signal, parameters, ports};
use crate::error::Result;
use crate::form::TensorForm;
use crate::kernel::Cost;
use crate::quantize::{
    DIGEST_FROM, InputVisibility, OutputVisibility, ParamsVisibility, PublicSignals, QuantizedGraph,
};
use crate::seal::{RECIPIENT, Seal, sealed_elements, sponge_cost};

/// A public signal, or what would be one without a digest.
pub(super) struct PublicValue {
    name: String,
    shape: Vec<usize>,
    /// How it is packed, where its values are so small that packing takes fewer constraints than hashing them.
    packed: Option<TensorForm>,
}

impl PublicValue {
    /// Describes values of the whole field.
    pub(super) fn wide(name: String, shape: &[usize]) -> Self {
        Self { name, shape: shape.to_vec(), packed: None }
    }

    fn bounded(signal: &Signal, outer: &[usize]) -> Self {
        let shape = [outer, &signal.shape].concat();
        let packed = packing(signal, &shape);
        // An element takes some 38 constraints, and a packed value its bits besides.
        let is_small = packed.bits + 38 / packed.per_element() < 38;
        Self { name: signal.name.clone(), shape, packed: is_small.then_some(packed) }
    }

    /// Describes values whose range is proven by their packing, whatever it takes.
    fn ranged(signal: &Signal) -> Self {
        let packed = packing(signal, &signal.shape);
        Self { name: signal.name.clone(), shape: signal.shape.clone(), packed: Some(packed) }
    }

    pub(super) fn is_packed(&self) -> bool {
        self.packed.is_some()
    }

    fn size(&self) -> usize {
        self.shape.iter().product()
    }

    /// Returns how many elements it is bound by.
    fn elements(&self) -> usize {
        self.packed.as_ref().map_or_else(|| self.size(), TensorForm::elements)
    }
}

/// Returns how a signal is packed by its range.
pub(super) fn packing(signal: &Signal, shape: &[usize]) -> TensorForm {
    TensorForm::new(shape, &signal.scale, &signal.hull.low, &signal.hull.high)
}

/// Returns the public values, in the order that the public signals have or would have.
pub(super) fn public_values(quantized: &QuantizedGraph, constants: &Constants) -> Vec<PublicValue> {
    let config = &quantized.config;
    let (inputs, outputs) = ports(quantized);
    let outer: &[usize] = if config.batch == 1 { &[] } else { &[config.batch] };
    let mut values = Vec::new();
    if config.output_visibility == OutputVisibility::Public {
        values.extend(outputs.iter().map(|signal| PublicValue::bounded(signal, outer)));
    }
    let seals = seals(quantized);
    for (subject, seal) in &seals {
        match seal {
            Seal::Hashed => values.push(PublicValue::wide(subject.hash_signal(), &[])),
            Seal::Encrypted => {
                let [ciphertext, tag, sender] = subject.cipher_signals();
                let length = sealed_elements(&packed(quantized, *subject));
                values.push(PublicValue::wide(ciphertext, &[length]));
                values.push(PublicValue::wide(tag, &[]));
                values.push(PublicValue::wide(sender, &[2]));
            }
        }
    }
    if config.input == InputVisibility::Public {
        values.extend(inputs.iter().map(|signal| PublicValue::bounded(signal, outer)));
    }
    if config.params == ParamsVisibility::Public {
        let parameters = parameters(quantized, constants);
        values.extend(parameters.iter().map(PublicValue::ranged));
    }
    if seals.iter().any(|(_, seal)| *seal == Seal::Encrypted) {
        values.push(PublicValue::wide(RECIPIENT.to_owned(), &[2]));
    }
    values
}

/// Returns the number of public values.
pub(crate) fn public_count(quantized: &QuantizedGraph) -> usize {
    public_values(quantized, &Constants::of(quantized)).iter().map(PublicValue::size).sum()
}

/// Returns the number of public values that a digest stands for; `None` if each is a public signal.
pub fn digest(quantized: &QuantizedGraph) -> Option<usize> {
    let count = public_count(quantized);
    let wanted = match quantized.config.public_signals {
        PublicSignals::Plain => false,
        PublicSignals::Digest => count > 0,
        PublicSignals::Auto => count >= DIGEST_FROM && !has_constant_output(quantized),
    };
    wanted.then_some(count)
}

/// Returns whether a public output is one number whatever the inputs are: the compiler may keep no signal for it, and the digest
/// is of signals.
fn has_constant_output(quantized: &QuantizedGraph) -> bool {
    let is_constant = |place: usize| {
        let intervals = &quantized.quantities[place].intervals;
        intervals.iter().any(|interval| interval.low == interval.high)
    };
    quantized.config.output_visibility == OutputVisibility::Public
        && quantized.outputs.iter().any(|port| is_constant(port.place))
}

/// Returns the constraints of the digest of all public values: the bits of small ones, a Poseidon permutation for sixteen
/// elements, and a product for each value.
pub(crate) fn digest_cost(quantized: &QuantizedGraph) -> Cost {
    let values = public_values(quantized, &Constants::of(quantized));
    let mut cost = Cost::default();
    let mut elements = 0;
    for value in &values {
        if let Some(packed) = &value.packed {
            cost.quadratic += packed.size() * packed.bits;
            cost.linear += packed.size() + packed.elements();
        }
        cost.quadratic += value.size();
        elements += value.elements();
    }
    cost.quadratic += sponge_cost(elements.max(1));
    cost
}

/// Writes the digest of all public values.
pub(super) fn write_digest(text: &mut String, values: &[PublicValue]) -> Result<()> {
    let total: usize = values.iter().map(PublicValue::size).sum();
    let elements: usize = values.iter().map(PublicValue::elements).sum();
    let packs = values.iter().filter(|value| value.packed.is_some()).count();
    text.push('\n');
    let known = "The public values are known by their digest: their hash, and a sum at a challenge that depends on all of them.";
    comment(text, 4, known)?;
    if packs > 0 {
        let _ = writeln!(text, "    component publicPack[{packs}];");
    }
    let _ = writeln!(text, "    component publicDigest = PublicDigest({total}, {elements});");
    // Writes elements of one array to their places in another, from one on.
    let put = |text: &mut String, target: &str, first: usize, source: &Place, count: usize| {
        let position = if first == 0 { "i".to_owned() } else { format!("{first} + i") };
        let body = format!("{target}[{position}] <== {};", source.at_position("i"));
        text.push_str(&loops(&[count], &[body]));
    };
    let (mut first, mut bound, mut pack) = (0, 0, 0);
    for value in values {
        let place = Place::plain(&value.name, &value.shape);
        put(text, "publicDigest.in", first, &place, value.size());
        first += value.size();
        let source = match &value.packed {
            Some(packed) => {
                let (size, offset) = (packed.size(), -&packed.low);
                let _ = writeln!(text, "    publicPack[{pack}] = Pack({size}, {}, {offset});", packed.bits);
                put(text, &format!("publicPack[{pack}].in"), 0, &place, size);
                let source = Place::plain(&format!("publicPack[{pack}].out"), &[packed.elements()]);
                pack += 1;
                source
            }
            None => place,
        };
        put(text, "publicDigest.bound", bound, &source, value.elements());
        bound += value.elements();
    }
    text.push_str(
        "    publicDigest.challenge <== publicChallenge;\n    publicHash <== publicDigest.hash;\n    publicValue <== publicDigest.value;\n",
    );
    Ok(())
}
