//! What is proven around the model: how many samples, who sees what, and commitments.

use std::fmt::Write as _;

use num_bigint::BigInt;

use super::constants::Constants;
use super::place::{Place, bracketed, copy};
use super::{described, output_axes};
use crate::commitment::{Subject, sponge_cost};
use crate::interval::Interval;
use crate::kernel::Cost;
use crate::quantize::{InputVisibility, OutputVisibility, ParamsVisibility, QuantizedGraph};

/// Library files that commitments need.
pub(super) const COMMITMENT_FILES: [&str; 2] =
    ["tensorproof/crypto/pack.circom", "tensorproof/crypto/poseidon_sponge.circom"];

/// A signal of the model's template.
pub(super) struct Signal {
    pub(super) name: String,
    pub(super) shape: Vec<usize>,
    /// Where its values lie.
    hull: Interval,
    comment: Option<String>,
}

impl Signal {
    /// Returns the bits of a packed value; one at least, so that a tensor of zeros is packed too.
    fn packed_bits(&self) -> usize {
        usize::try_from((&self.hull.high - &self.hull.low).bits().clamp(1, 253)).unwrap_or(253)
    }

    /// Returns how many field elements some values are packed into.
    fn elements(&self, size: usize) -> usize {
        size.div_ceil(253 / self.packed_bits())
    }
}

/// Returns the constraints of the whole circuit: the model's for each sample, and those of commitments.
pub fn cost(quantized: &QuantizedGraph) -> Cost {
    let batch = quantized.config.batch;
    let model = quantized.cost();
    let mut cost = Cost { quadratic: batch * model.quadratic, linear: batch * model.linear };
    let subjects = subjects(quantized);
    if subjects.is_empty() {
        return cost;
    }
    let (inputs, outputs) = ports(quantized);
    let parameters = parameters(quantized, &Constants::of(quantized));
    for subject in subjects {
        let (signals, copies) = match subject {
            Subject::Input => (&inputs, batch),
            Subject::Params => (&parameters, 1),
            Subject::Output => (&outputs, batch),
        };
        let mut length = 1;
        for signal in signals {
            let size = copies * signal.shape.iter().product::<usize>();
            cost.quadratic += size * signal.packed_bits();
            cost.linear += size + signal.elements(size);
            length += signal.elements(size);
        }
        cost.quadratic += sponge_cost(length);
    }
    cost
}

/// Returns the model's inputs and outputs.
pub(super) fn ports(quantized: &QuantizedGraph) -> (Vec<Signal>, Vec<Signal>) {
    let signals = |ports: &[crate::quantize::Port], is_output: bool| {
        let signal = |port: &crate::quantize::Port| {
            let quantity = &quantized.quantities[port.place];
            Signal {
                name: port.signal.clone(),
                shape: if is_output { output_axes(&quantity.shape) } else { quantity.shape.clone() },
                hull: Interval::hull(&quantity.intervals),
                comment: (!is_output)
                    .then(|| format!("`{}`: {}", port.name, described(quantized, port.place))),
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
    let signal = |(name, shape, values): (&str, &[usize], &[BigInt])| Signal {
        name: name.to_owned(),
        shape: shape.to_vec(),
        hull: Interval::hull(&values.iter().cloned().map(Interval::point).collect::<Vec<_>>()),
        comment: None,
    };
    constants.parameters().map(signal).collect()
}

/// Writes declarations of signals with `outer` axes before their own.
pub(super) fn declare(text: &mut String, kind: &str, signals: &[Signal], outer: &[usize]) {
    for signal in signals {
        if let Some(comment) = &signal.comment {
            let _ = writeln!(text, "    // {comment}");
        }
        let axes = [outer, &signal.shape].concat();
        let _ = writeln!(text, "    signal {kind} {}{};", signal.name, bracketed(&axes));
    }
}

/// Returns what the circuit commits to, in the order of the public signals.
pub(crate) fn subjects(quantized: &QuantizedGraph) -> Vec<Subject> {
    let config = &quantized.config;
    let mut subjects = Vec::new();
    if config.output_visibility == OutputVisibility::Hashed {
        subjects.push(Subject::Output);
    }
    if config.input == InputVisibility::Hashed {
        subjects.push(Subject::Input);
    }
    if config.params == ParamsVisibility::Hashed {
        subjects.push(Subject::Params);
    }
    subjects
}

/// Writes the main component, and the template around the model when there is more to prove than its inputs and outputs.
pub(super) fn text(text: &mut String, quantized: &QuantizedGraph, constants: &Constants) {
    let config = &quantized.config;
    let (inputs, outputs) = ports(quantized);
    let parameters = parameters(quantized, constants);
    let mut public: Vec<&str> = Vec::new();
    if config.input == InputVisibility::Public {
        public.extend(inputs.iter().map(|signal| signal.name.as_str()));
    }
    if config.params == ParamsVisibility::Public {
        public.extend(parameters.iter().map(|signal| signal.name.as_str()));
    }
    let list = if public.is_empty() { String::new() } else { format!(" {{public [{}]}}", public.join(", ")) };
    let subjects = subjects(quantized);
    let is_shown = config.output_visibility == OutputVisibility::Public;
    if config.batch == 1 && subjects.is_empty() && is_shown {
        let _ = writeln!(text, "component main{list} = Model();");
        return;
    }
    let outer: &[usize] = if config.batch == 1 { &[] } else { &[config.batch] };
    text.push_str("// What is proven of the model.\ntemplate Statement() {\n");
    declare(text, "input", &inputs, outer);
    declare(text, "input", &parameters, &[]);
    for subject in &subjects {
        let _ = writeln!(text, "    signal input {};", subject.salt_signal());
    }
    if is_shown {
        declare(text, "output", &outputs, outer);
    }
    for subject in &subjects {
        let _ = writeln!(text, "    signal output {};", subject.hash_signal());
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
    for subject in subjects {
        let plain = |signal: &Signal| Place::plain(&signal.name, &signal.shape);
        let batch = |signal: &Signal| Place::plain(&signal.name, &[outer, &signal.shape].concat());
        let values: Vec<(&Signal, Place)> = match subject {
            Subject::Input => inputs.iter().map(|signal| (signal, batch(signal))).collect(),
            Subject::Params => parameters.iter().map(|signal| (signal, plain(signal))).collect(),
            Subject::Output => outputs.iter().map(|signal| (signal, place(signal))).collect(),
        };
        commit(text, subject, &values);
    }
    text.push_str("}\n\n");
    let _ = writeln!(text, "component main{list} = Statement();");
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

/// Writes a commitment: each tensor packed by the bits of its range, then all with the salt through the sponge.
fn commit(text: &mut String, subject: Subject, values: &[(&Signal, Place)]) {
    let name = subject.name();
    let _ = writeln!(text, "\n    component {name}Pack[{}];", values.len());
    let mut elements = Vec::new();
    for (at, (signal, place)) in values.iter().enumerate() {
        let size: usize = place.lengths().iter().product();
        let offset = -&signal.hull.low;
        let _ = writeln!(text, "    {name}Pack[{at}] = Pack({size}, {}, {offset});", signal.packed_bits());
        text.push_str(&copy(&Place::plain(&format!("{name}Pack[{at}].in"), &[size]), place));
        elements.push(signal.elements(size));
    }
    let total: usize = elements.iter().sum();
    let sponge = format!("{name}Sponge");
    let _ = writeln!(text, "    component {sponge} = PoseidonSponge({}, {});", total + 1, subject.domain());
    let mut first = 0;
    for (at, count) in elements.into_iter().enumerate() {
        let to = if first == 0 { "i".to_owned() } else { format!("{first} + i") };
        let _ = writeln!(
            text,
            "    for (var i = 0; i < {count}; i++) {{\n        {sponge}.in[{to}] <== {name}Pack[{at}].out[i];\n    }}"
        );
        first += count;
    }
    let _ = writeln!(text, "    {sponge}.in[{total}] <== {};", subject.salt_signal());
    let _ = writeln!(text, "    {} <== {sponge}.out;", subject.hash_signal());
}
