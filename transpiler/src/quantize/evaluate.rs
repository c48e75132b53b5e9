//! The integer model computed, and compared with the float model.

use num_bigint::BigInt;

use super::scale::{dequantized, largest, quantize_values};
use super::{Agreement, Layer, QuantizedGraph, Sample};
use crate::error::{Error, Result};
use crate::graph::Graph;
use crate::interval::Interval;
use crate::kernel::{Cost, Kernel, Number, Shapes};
use crate::tensor::flat;

impl QuantizedGraph {
    /// Returns the integers of a sample.
    ///
    /// # Errors
    /// When a value is outside the input's range.
    pub fn quantize_sample(&self, sample: &Sample) -> Result<Vec<Vec<BigInt>>> {
        if sample.len() != self.inputs.len() {
            let reason = format!("a sample of {} arrays, expected {}", sample.len(), self.inputs.len());
            return Err(Error::model(reason));
        }
        let inputs = self.inputs.iter().zip(sample);
        inputs
            .map(|(port, values)| {
                let quantity = &self.quantities[port.place];
                quantize_values(
                    &port.name,
                    &flat(values),
                    &quantity.shape,
                    &quantity.scale,
                    &quantity.intervals[0],
                )
            })
            .collect()
    }

    /// Computes the integer model: every quantity, in order. This is what the circuit proves.
    ///
    /// # Errors
    /// When a value is outside the input's range.
    pub fn eval(&self, sample: &Sample) -> Result<Vec<Vec<BigInt>>> {
        let inputs = self.quantize_sample(sample)?;
        let widest =
            self.quantities.iter().flat_map(|quantity| &quantity.intervals).map(Interval::bits).max();
        let widest = widest.unwrap_or(0);
        let constants = self.layers.iter().map(|layer| layer.kernel.bits_of_constants()).max().unwrap_or(0);
        // A partial sum is at most the number of products, fewer than 2^28, times the widest of them.
        if widest * 2 <= 90 && widest + constants <= 90 {
            let inputs = inputs.iter().map(|values| values.iter().map(i128::of).collect()).collect();
            let values = self.run::<i128>(inputs);
            return Ok(values
                .into_iter()
                .map(|values| values.into_iter().map(BigInt::from).collect())
                .collect());
        }
        Ok(self.run::<BigInt>(inputs))
    }

    fn run<T: Number>(&self, inputs: Vec<Vec<T>>) -> Vec<Vec<T>> {
        let mut values: Vec<Vec<T>> = vec![Vec::new(); self.quantities.len()];
        for (port, input) in self.inputs.iter().zip(inputs) {
            values[port.place] = input;
        }
        for layer in &self.layers {
            let read: Vec<&[T]> = layer.inputs.iter().map(|input| values[*input].as_slice()).collect();
            let shapes = Shapes {
                input: layer.inputs.first().map_or(&[], |input| &self.quantities[*input].shape),
                output: &self.quantities[layer.output].shape,
            };
            values[layer.output] = layer.kernel.eval(&read, shapes);
        }
        values
    }

    /// Returns the real numbers that integers of a quantity stand for.
    pub fn dequantize(&self, place: usize, values: &[BigInt]) -> Vec<f64> {
        let scale = &self.quantities[place].scale;
        values.iter().map(|value| dequantized(value, scale)).collect()
    }

    /// Returns the quantity that is compared with the float model's output: the logits when a class is proven.
    pub fn compared_output(&self, output: usize) -> usize {
        let place = self.outputs[output].place;
        let layer = self.layers.iter().find(|layer| layer.output == place);
        match layer {
            Some(Layer { kernel: Kernel::ArgMax { .. }, inputs, .. }) => inputs[0],
            _ => place,
        }
    }

    /// Compares the integer model with the float model.
    ///
    /// # Errors
    /// When a value is outside the input's range.
    pub fn compare(&self, graph: &Graph, samples: &[Sample]) -> Result<Agreement> {
        let mut agreement =
            Agreement { samples: samples.len(), same_class: 0, max_abs_error: 0.0, max_abs_output: 0.0 };
        for sample in samples {
            let expected = graph.eval(sample);
            let actual = self.eval(sample)?;
            let mut same = true;
            for (output, edge) in graph.outputs.iter().enumerate() {
                let place = self.compared_output(output);
                let expected = flat(&expected[edge.0]);
                let actual = self.dequantize(place, &actual[place]);
                same &= expected.len() < 2 || largest(&expected) == largest(&actual);
                for (expected, actual) in expected.iter().zip(&actual) {
                    agreement.max_abs_error = agreement.max_abs_error.max((expected - actual).abs());
                    agreement.max_abs_output = agreement.max_abs_output.max(expected.abs());
                }
            }
            agreement.same_class += usize::from(same);
        }
        Ok(agreement)
    }

    /// Returns the differences of all outputs of all samples from the float model (of the logits when a class is proven).
    ///
    /// # Errors
    /// When a value is outside the input's range.
    pub fn output_errors(&self, graph: &Graph, samples: &[Sample]) -> Result<Vec<f64>> {
        let mut errors = Vec::new();
        for sample in samples {
            let expected = graph.eval(sample);
            let actual = self.eval(sample)?;
            for (output, edge) in graph.outputs.iter().enumerate() {
                let place = self.compared_output(output);
                let actual = self.dequantize(place, &actual[place]);
                let pairs = expected[edge.0].iter().zip(&actual);
                errors.extend(pairs.map(|(expected, actual)| (expected - actual).abs()));
            }
        }
        Ok(errors)
    }

    /// Returns the largest difference of each layer from the float model; `None` for a layer that it does not have.
    ///
    /// # Errors
    /// When a value is outside the input's range.
    pub fn layer_errors(&self, graph: &Graph, samples: &[Sample]) -> Result<Vec<Option<f64>>> {
        let mut errors = vec![None; self.layers.len()];
        for sample in samples {
            let expected = graph.eval(sample);
            let actual = self.eval(sample)?;
            for (error, layer) in errors.iter_mut().zip(&self.layers) {
                let Some(edge) = self.quantities[layer.output].edge else {
                    continue;
                };
                let actual = self.dequantize(layer.output, &actual[layer.output]);
                let differences =
                    expected[edge.0].iter().zip(&actual).map(|(expected, actual)| (expected - actual).abs());
                *error = Some(differences.fold(error.unwrap_or(0.0), f64::max));
            }
        }
        Ok(errors)
    }

    /// Returns the constraints of all layers, for one sample.
    pub fn cost(&self) -> Cost {
        self.layers.iter().fold(Cost::default(), |sum, layer| Cost {
            quadratic: sum.quadratic + layer.cost.quadratic,
            linear: sum.linear + layer.cost.linear,
        })
    }
}
