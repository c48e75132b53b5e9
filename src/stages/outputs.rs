//! Outputs of a model: integers among the public values, and the real numbers and the class that they stand for.

use std::convert::Infallible;

use num_bigint::BigInt;
use serde_json::Value;
use tensorproof_circom::Circuit;
use tensorproof_r1cs::{Fr, Witness, fr_to_signed};
use tensorproof_transpiler::Settings;
use tensorproof_transpiler::quantize::OutputVisibility;

use super::digest::has_digest;
use crate::error::{Error, Result};

/// The outputs by name, and the class that they say.
pub(crate) struct Outputs {
    pub(crate) by_name: serde_json::Map<String, Value>,
    /// A number, a list of numbers for a batch, or null.
    pub(crate) class: Value,
}

/// Returns how many public signals are outputs of the model.
pub(crate) fn public_outputs(settings: &Settings) -> usize {
    settings.public_outputs()
}

/// Returns the integers of public outputs, from the public signals, which they begin.
pub(crate) fn public_integers(settings: &Settings, public: &[Fr]) -> Result<Vec<Vec<BigInt>>> {
    let mut rest = public;
    let mut integers = Vec::new();
    for output in &settings.outputs {
        let Some((signals, others)) = rest.split_at_checked(settings.count(&output.shape)) else {
            return Err(Error::Internal("the circuit has fewer outputs than its settings say"));
        };
        rest = others;
        integers.push(signals.iter().map(fr_to_signed).collect());
    }
    Ok(integers)
}

/// Returns the integers of the outputs, public or not, from the witness.
pub(crate) fn output_integers(
    settings: &Settings,
    circuit: &Circuit,
    witness: &Witness,
) -> Result<Vec<Vec<BigInt>>> {
    if settings.output_visibility == OutputVisibility::Public && !has_digest(settings) {
        return public_integers(settings, circuit.r1cs.public_values(witness));
    }
    let mut integers = vec![Vec::new(); settings.outputs.len()];
    let Ok(()) = circuit.for_each_symbol(|_, wire, _, name| -> std::result::Result<(), Infallible> {
        // `main.model.out[3]`, or `main.model[2].out[3]` of a batch.
        let path = name.strip_prefix("main.model").and_then(|name| name.split_once('.'));
        let signal = path.and_then(|(_, signal)| signal.split('[').next());
        let position = settings.outputs.iter().position(|output| Some(output.signal.as_str()) == signal);
        if let (Some(position), Some(wire)) = (position, wire) {
            integers[position].extend(witness.0.get(wire.index()).map(fr_to_signed));
        }
        Ok(())
    });
    let expected = settings.outputs.iter().map(|output| settings.count(&output.shape));
    if integers.iter().map(Vec::len).eq(expected) {
        Ok(integers)
    } else {
        Err(Error::Internal("the circuit has other outputs than its settings say"))
    }
}

/// Returns the real numbers that integers of outputs stand for, and the class.
pub(crate) fn outputs(settings: &Settings, integers: &[Vec<BigInt>]) -> Result<Outputs> {
    if integers.len() != settings.outputs.len() {
        return Err(Error::Internal("there are other outputs than the settings say"));
    }
    let mut by_name = serde_json::Map::new();
    let mut classes: Vec<Value> = vec![Value::Null; settings.batch];
    for (output, integers) in settings.outputs.iter().zip(integers) {
        let size = output.shape.iter().product::<usize>().max(1);
        let mut samples = Vec::new();
        for (sample, integers) in integers.chunks(size).enumerate() {
            let values = output.dequantize(integers);
            let value = if output.is_class {
                let class = integers.first().and_then(|class| usize::try_from(class).ok());
                classes[sample] = class.into();
                class.into()
            } else {
                if settings.outputs.len() == 1 && size > 1 {
                    let best =
                        values.iter().enumerate().max_by(|(i, x), (j, y)| x.total_cmp(y).then(j.cmp(i)));
                    classes[sample] = best.map(|(index, _)| index).into();
                }
                if size == 1 { Value::from(values[0]) } else { Value::from(values) }
            };
            samples.push(value);
        }
        by_name.insert(output.name.clone(), of_batch(settings, samples));
    }
    Ok(Outputs { by_name, class: of_batch(settings, classes) })
}

/// Returns what a sample has, or the list of what the samples of a batch have; null if they have nothing.
fn of_batch(settings: &Settings, mut samples: Vec<Value>) -> Value {
    if settings.batch == 1 || samples.iter().all(Value::is_null) {
        return samples.pop().unwrap_or_default();
    }
    samples.into()
}
