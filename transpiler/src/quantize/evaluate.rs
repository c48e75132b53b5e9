//! The integer model computed, and compared with the float model.

use num_bigint::BigInt;

use super::scale::{dequantized, largest, quantize_values};
use super::{Agreement, Layer, QuantizedGraph, Sample};
use crate::error::{Error, Result};
use crate::graph::{EdgeId, Graph};
use crate::interval::Interval;
use crate::kernel::{Cost, Kernel, Number, Shapes};
use crate::tensor::flat;

/// Real numbers of the float model, and where the integer model has them.
struct Scores {
    edge: EdgeId,
    place: usize,
    /// Whether the model gives them, so that the largest one is its class.
    is_output: bool,
}

/// How much of the largest value a float of 32 bits does not tell.
const FLOAT_STEP: f64 = 1e-6;

/// Returns whether the largest of some values is the largest of others too, up to what a float of 32 bits tells apart.
fn same_largest(expected: &[f64], actual: &[f64]) -> bool {
    let most = expected[largest(expected)];
    expected.len() == actual.len() && expected[largest(actual)] >= most - FLOAT_STEP * most.abs()
}

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

    /// Compares the integer model with the float model: labels with labels, real numbers with real numbers. Of a model that
    /// gives labels alone, and of one whose class is proven, the scores are compared that the label is decided by.
    ///
    /// # Errors
    /// When a value is outside the input's range.
    pub fn compare(&self, graph: &Graph, samples: &[Sample]) -> Result<Agreement> {
        let mut agreement =
            Agreement { samples: samples.len(), same_class: 0, max_abs_error: 0.0, max_abs_output: 0.0 };
        let (labels, scores) = (self.compared_labels(graph), self.compared_scores(graph));
        for sample in samples {
            let expected = graph.eval(sample);
            let actual = self.eval(sample)?;
            let mut same = true;
            for (edge, place) in &labels {
                let expected = expected[edge.0].iter();
                let actual = self.dequantize(*place, &actual[*place]);
                same &= expected.len() == actual.len()
                    && expected.zip(&actual).all(|(expected, actual)| (expected - actual).abs() < 0.5);
            }
            for Scores { edge, place, is_output } in &scores {
                let expected = flat(&expected[edge.0]);
                let actual = self.dequantize(*place, &actual[*place]);
                same &= !is_output || expected.len() < 2 || same_largest(&expected, &actual);
                for (expected, actual) in expected.iter().zip(&actual) {
                    agreement.max_abs_error = agreement.max_abs_error.max((expected - actual).abs());
                    agreement.max_abs_output = agreement.max_abs_output.max(expected.abs());
                }
            }
            agreement.same_class += usize::from(same);
        }
        Ok(agreement)
    }

    /// Returns the outputs that are labels, and where the integer model has them.
    fn compared_labels(&self, graph: &Graph) -> Vec<(EdgeId, usize)> {
        let outputs = graph.outputs.iter().zip(&self.outputs);
        let labels = outputs.filter(|(edge, _)| graph.label(**edge).is_some());
        labels.map(|(edge, port)| (*edge, port.place)).collect()
    }

    /// Returns the outputs that are real numbers, and where the integer model has them: the logits when a class is proven. If
    /// there are none, what the labels are decided by.
    fn compared_scores(&self, graph: &Graph) -> Vec<Scores> {
        let mut outputs = Vec::new();
        let mut behind = Vec::new();
        for (edge, port) in graph.outputs.iter().zip(&self.outputs) {
            let layer = self.layers.iter().find(|layer| layer.output == port.place);
            match (graph.label(*edge), layer) {
                (Some(decided_by), _) => behind.extend(decided_by),
                (None, Some(Layer { kernel: Kernel::ArgMax { .. }, inputs, .. })) if self.is_class => {
                    outputs.push(Scores { edge: *edge, place: inputs[0], is_output: true });
                }
                _ => outputs.push(Scores { edge: *edge, place: port.place, is_output: true }),
            }
        }
        if outputs.is_empty() {
            let place =
                |edge: EdgeId| self.quantities.iter().rposition(|quantity| quantity.edge == Some(edge));
            let scores = behind.into_iter().filter_map(|edge| Some((edge, place(edge)?)));
            outputs.extend(scores.map(|(edge, place)| Scores { edge, place, is_output: false }));
        }
        outputs
    }

    /// Returns the differences of all outputs that are real numbers of all samples from the float model (of the logits when a
    /// class is proven).
    ///
    /// # Errors
    /// When a value is outside the input's range.
    pub fn output_errors(&self, graph: &Graph, samples: &[Sample]) -> Result<Vec<f64>> {
        let mut errors = Vec::new();
        let scores = self.compared_scores(graph);
        for sample in samples {
            let expected = graph.eval(sample);
            let actual = self.eval(sample)?;
            for Scores { edge, place, .. } in &scores {
                let actual = self.dequantize(*place, &actual[*place]);
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
