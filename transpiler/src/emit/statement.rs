//! What is proven around the model: how many samples, and who sees what.

use std::fmt::Write as _;

use num_rational::BigRational;

use super::constants::{Constants, Parameter};
use super::digest::{digest, digest_cost, packing, public_values, write_digest};
use super::place::{Place, bracketed, copy};
use super::seals::{declare_seal, declare_sealed_inputs, packed, seals, write_seal};
use super::{comment, described, output_axes};
use crate::error::Result;
use crate::form::TensorForm;
use crate::interval::Interval;
use crate::kernel::Cost;
use crate::quantize::{InputVisibility, OutputVisibility, ParamsVisibility, Port, QuantizedGraph};
use crate::seal::{Packed, RECIPIENT, Seal, Subject, cipher_cost, commitment_cost, sealed_elements};

/// Products with constants in a cipher, which become linear.
const CIPHER_CONSTANTS: usize = 9;

/// A signal of the model's template.
pub(super) struct Signal {
    pub(super) name: String,
    pub(super) shape: Vec<usize>,
    /// The integer that stands for 1.
    pub(super) scale: BigRational,
    /// Where its values lie.
    pub(super) hull: Interval,
    comment: Option<String>,
}

/// Returns the constraints of the whole circuit: the model's for each sample, those of seals, and of the digest.
pub fn cost(quantized: &QuantizedGraph) -> Cost {
    let batch = quantized.config.batch;
    let model = quantized.cost();
    let mut cost = Cost { quadratic: batch * model.quadratic, linear: batch * model.linear };
    for (subject, seal) in seals(quantized) {
        let values = packed(quantized, subject);
        for Packed { form, .. } in &values {
            cost.quadratic += form.size() * form.bits;
            cost.linear += form.size() + form.elements();
        }
        let sealed = match seal {
            Seal::Hashed => commitment_cost(&values),
            Seal::Encrypted => {
                Cost { quadratic: cipher_cost(sealed_elements(&values)), linear: CIPHER_CONSTANTS }
            }
        };
        cost.quadratic += sealed.quadratic;
        cost.linear += sealed.linear;
    }
    for form in ranged(quantized, &parameters(quantized, &Constants::of(quantized))) {
        cost.quadratic += form.size() * form.bits;
        cost.linear += form.size() + form.elements();
    }
    if digest(quantized).is_some() {
        let digest = digest_cost(quantized);
        cost.quadratic += digest.quadratic;
        cost.linear += digest.linear;
    }
    cost
}

/// Returns the model's inputs and outputs.
pub(super) fn ports(quantized: &QuantizedGraph) -> (Vec<Signal>, Vec<Signal>) {
    let signals = |ports: &[Port], is_output: bool| {
        let signal = |port: &Port| {
            let quantity = &quantized.quantities[port.place];
            Signal {
                name: port.signal.clone(),
                shape: if is_output { output_axes(&quantity.shape) } else { quantity.shape.clone() },
                scale: quantity.scale.clone(),
                hull: Interval::hull(&quantity.intervals),
                comment: (!is_output)
                    .then(|| format!("`{}`: {}", port.signal, described(quantized, port.place))),
            }
        };
        ports.iter().map(signal).collect()
    };
    (signals(&quantized.inputs, false), signals(&quantized.outputs, true))
}

/// Returns the parameters that are signals.
pub(super) fn parameters(quantized: &QuantizedGraph, constants: &Constants) -> Vec<Signal> {
    if quantized.config.params == ParamsVisibility::Fixed {
        return Vec::new();
    }
    let signal = |Parameter { name, shape, scale, hull }: Parameter<'_>| Signal {
        name: name.to_owned(),
        shape: shape.to_vec(),
        scale: scale.clone(),
        hull,
        comment: None,
    };
    constants.parameters().map(signal).collect()
}

/// Returns the public parameters with their packing, which proves their range: what verifies a proof does not know it. A digest
/// packs them itself.
pub(super) fn ranged(quantized: &QuantizedGraph, parameters: &[Signal]) -> Vec<TensorForm> {
    if quantized.config.params != ParamsVisibility::Public || digest(quantized).is_some() {
        return Vec::new();
    }
    parameters.iter().map(|signal| packing(signal, &signal.shape)).collect()
}

/// Writes declarations of signals with `outer` axes before their own.
pub(super) fn declare(text: &mut String, kind: &str, signals: &[Signal], outer: &[usize]) -> Result<()> {
    for signal in signals {
        if let Some(line) = &signal.comment {
            comment(text, 4, line)?;
        }
        let axes = [outer, &signal.shape].concat();
        let _ = writeln!(text, "    signal {kind}{}{};", signal.name, bracketed(&axes));
    }
    Ok(())
}

/// Writes the main component, and the template around the model when there is more to prove than its inputs and outputs.
pub(super) fn text(text: &mut String, quantized: &QuantizedGraph, constants: &Constants) -> Result<()> {
    let config = &quantized.config;
    let (inputs, outputs) = ports(quantized);
    let parameters = parameters(quantized, constants);
    let seals = seals(quantized);
    let mut public: Vec<&str> = Vec::new();
    if config.input == InputVisibility::Public {
        public.extend(inputs.iter().map(|signal| signal.name.as_str()));
    }
    if config.params == ParamsVisibility::Public {
        public.extend(parameters.iter().map(|signal| signal.name.as_str()));
    }
    if seals.iter().any(|(_, seal)| *seal == Seal::Encrypted) {
        public.push(RECIPIENT);
    }
    let digested = digest(quantized).map(|_| public_values(quantized, constants));
    if digested.is_some() {
        public = vec!["publicChallenge"];
    }
    let list = if public.is_empty() { String::new() } else { format!(" {{public [{}]}}", public.join(", ")) };
    let is_shown = config.output_visibility == OutputVisibility::Public;
    let ranged = ranged(quantized, &parameters);
    if config.batch == 1 && seals.is_empty() && is_shown && digested.is_none() && ranged.is_empty() {
        let _ = writeln!(text, "component main{list} = Model();");
        return Ok(());
    }
    let outer: &[usize] = if config.batch == 1 { &[] } else { &[config.batch] };
    comment(text, 0, "What is proven of the model.")?;
    text.push_str("template Statement() {\n");
    declare(text, "input ", &inputs, outer)?;
    declare(text, "input ", &parameters, &[])?;
    declare_sealed_inputs(text, &seals);
    // With a digest nothing else is public.
    let kind = if digested.is_some() { "" } else { "output " };
    if is_shown {
        declare(text, kind, &outputs, outer)?;
    }
    let sealed: Vec<(Subject, Seal, Vec<Packed>)> =
        seals.into_iter().map(|(subject, seal)| (subject, seal, packed(quantized, subject))).collect();
    for (subject, seal, values) in &sealed {
        declare_seal(text, kind, *subject, *seal, values);
    }
    if digested.is_some() {
        text.push_str(
            "    signal input publicChallenge;\n    signal output publicHash;\n    signal output publicValue;\n",
        );
    }
    text.push('\n');
    model(text, config.batch, &inputs, &parameters);
    let place = |signal: &Signal| Place::port("model", outer, &format!(".{}", signal.name), &signal.shape);
    if is_shown {
        for output in &outputs {
            text.push_str(&copy(
                &Place::plain(&output.name, &[outer, &output.shape].concat()),
                &place(output),
            ));
        }
    }
    for (subject, seal, values) in &sealed {
        let own = |outer: &[usize], signals: &[Signal]| -> Vec<Place> {
            let shape = |signal: &Signal| [outer, &signal.shape].concat();
            signals.iter().map(|signal| Place::plain(&signal.name, &shape(signal))).collect()
        };
        let places = match subject {
            Subject::Output => outputs.iter().map(place).collect(),
            Subject::Input => own(outer, &inputs),
            Subject::Params | Subject::Data => own(&[], &parameters),
        };
        write_seal(text, *subject, *seal, values, &places);
    }
    if !ranged.is_empty() {
        let name = Subject::Params.name();
        // What the packing is for is the range; nothing takes its elements.
        comment(text, 4, "The range of the parameters. allow(W0007): the elements are not needed.")?;
        let _ = writeln!(text, "    component {name}Pack[{}];", ranged.len());
        for (at, (form, signal)) in ranged.iter().zip(&parameters).enumerate() {
            let (size, offset) = (form.size(), -&form.low);
            let _ = writeln!(text, "    {name}Pack[{at}] = Pack({size}, {}, {offset});", form.bits);
            let target = Place::plain(&format!("{name}Pack[{at}].in"), &[size]);
            text.push_str(&copy(&target, &Place::plain(&signal.name, &signal.shape)));
        }
    }
    if let Some(values) = digested {
        write_digest(text, &values)?;
    }
    text.push_str("}\n\n");
    let _ = writeln!(text, "component main{list} = Statement();");
    Ok(())
}

/// Writes the model's component, or one for each sample; all have the same parameters.
fn model(text: &mut String, batch: usize, inputs: &[Signal], parameters: &[Signal]) {
    let mut lines = Vec::new();
    let index = if batch == 1 { "" } else { "[i]" };
    lines.extend(inputs.iter().map(|Signal { name, .. }| format!("model{index}.{name} <== {name}{index};")));
    lines.extend(parameters.iter().map(|Signal { name, .. }| format!("model{index}.{name} <== {name};")));
    if batch == 1 {
        text.push_str("    component model = Model();\n");
        for line in lines {
            let _ = writeln!(text, "    {line}");
        }
    } else {
        let _ = write!(
            text,
            "    component model[{batch}];\n    for (var i = 0; i < {batch}; i++) {{\n        model[i] = Model();\n"
        );
        for line in lines {
            let _ = writeln!(text, "        {line}");
        }
        text.push_str("    }\n");
    }
}
