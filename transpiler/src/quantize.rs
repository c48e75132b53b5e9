//! Real numbers to integers: scales, ranges, and the plan of what is rescaled where.
//!
//! A real v is the integer round(v * S). Inputs and weights have the scale 10^m; a linear layer multiplies scales, a sum
//! over a window multiplies them by its area, and `Relu`, which takes its input apart anyway, drops as many bits as leave
//! at least 10^m. Scales are exact rationals.

use std::collections::BTreeSet;

use ndarray::{ArrayD, Dimension as _};
use num_bigint::BigInt;
use num_integer::Integer as _;
use num_rational::BigRational;
use num_traits::{One as _, Signed as _, ToPrimitive as _, Zero as _};

use crate::error::{Error, Result};
use crate::graph::{EdgeId, Graph};
use crate::interval::{Interval, propagate};
use crate::kernel::{Cost, Kernel, Number, Parameters, Shapes};
use crate::names::component_name;
use crate::ops::Op;
use crate::tensor::flat;

/// Most bits of a value: those of the field, less what comparisons add.
pub const MOST_BITS: u64 = 250;

/// Who sees the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputVisibility {
    /// Among the public signals.
    Public,
    /// In the witness only.
    Private,
}

/// Who sees the parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamsVisibility {
    /// Among the public signals.
    Public,
    /// In the witness only.
    Private,
    /// Constants of the circuit.
    Fixed,
}

/// Where the input's range is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputCheck {
    /// By constraints.
    Circuit,
    /// By the verifier, who sees the values. The checks would triple the circuit of a small fully connected network.
    Verifier,
}

/// How the scale is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScaleChoice {
    /// The smallest with which the integer model agrees with the float model.
    Auto,
    /// The largest with which no value leaves the field.
    Max,
    /// 10^m.
    PowerOfTen(u32),
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
    /// Largest error that `Auto` accepts, relative to the largest output of the float model.
    pub tolerance: f64,
    /// The range of the input's real values; that of the calibration inputs if `None`.
    pub input_range: Option<(f64, f64)>,
    /// Who sees the input.
    pub input: InputVisibility,
    /// Who sees the parameters.
    pub params: ParamsVisibility,
    /// Where the input's range is checked.
    pub input_check: InputCheck,
    /// What is proven of the output.
    pub output: OutputKind,
}

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
}

/// A model in integers.
#[derive(Clone, Debug)]
pub struct QuantizedGraph {
    /// Inputs and weights have the scale 10^m.
    pub exponent: u32,
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

/// Quantizes a graph; `samples` choose the scale and, if the configuration does not, the input's range.
///
/// # Errors
/// When no scale fits, a value may leave the field, or neither range nor samples are given.
pub fn quantize(graph: &Graph, config: &QuantizeConfig, samples: &[Sample]) -> Result<QuantizedGraph> {
    match config.scale {
        ScaleChoice::PowerOfTen(exponent) => Builder::build(graph, config, samples, exponent),
        ScaleChoice::Max => {
            let mut best = Builder::build(graph, config, samples, 1)?;
            while let Ok(next) = Builder::build(graph, config, samples, best.exponent + 1) {
                best = next;
            }
            Ok(best)
        }
        ScaleChoice::Auto => {
            let mut last = String::from("there are no calibration inputs");
            for exponent in 1.. {
                let quantized = match Builder::build(graph, config, samples, exponent) {
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

struct Builder<'g> {
    graph: &'g Graph,
    scale: BigRational,
    quantized: QuantizedGraph,
    /// The quantity of each edge.
    places: Vec<Option<usize>>,
    names: BTreeSet<String>,
}

impl<'g> Builder<'g> {
    fn build(
        graph: &'g Graph,
        config: &QuantizeConfig,
        samples: &[Sample],
        exponent: u32,
    ) -> Result<QuantizedGraph> {
        let mut builder = Self {
            graph,
            scale: BigRational::from_integer(BigInt::from(10).pow(exponent)),
            quantized: QuantizedGraph {
                exponent,
                config: config.clone(),
                quantities: Vec::new(),
                layers: Vec::new(),
                inputs: Vec::new(),
                outputs: Vec::new(),
                is_class: false,
            },
            places: vec![None; graph.edges.len()],
            names: BTreeSet::new(),
        };
        for (position, edge) in graph.inputs.iter().enumerate() {
            builder.input(*edge, position, samples)?;
        }
        for node in &graph.nodes {
            let inputs: Vec<usize> = node.inputs.iter().filter_map(|edge| builder.places[edge.0]).collect();
            builder.node(&node.op, &node.name, inputs, node.output)?;
        }
        builder.outputs()?;
        Ok(builder.quantized)
    }

    fn input(&mut self, edge: EdgeId, position: usize, samples: &[Sample]) -> Result<()> {
        let name = self.graph.edges[edge.0].name.clone();
        let (low, high) = match self.quantized.config.input_range {
            Some(range) => range,
            None => observed_range(position, samples).ok_or_else(|| Error::Input {
                input: name.clone(),
                reason: "its range is not known: there is neither a range nor a calibration input".to_owned(),
            })?,
        };
        let shape = without_batch(&self.graph.edges[edge.0].shape);
        let mut interval = Interval {
            low: (real(low)? * &self.scale).floor().to_integer(),
            high: (real(high)? * &self.scale).ceil().to_integer(),
        };
        if interval.low == interval.high {
            // A range of one value, as of an input of zeros only, would say what the input is.
            interval.high += 1;
        }
        let count = shape.iter().product();
        let place = self.quantity(Quantity {
            shape,
            scale: self.scale.clone(),
            intervals: vec![interval.clone(); count],
            edge: Some(edge),
        });
        self.places[edge.0] = Some(place);
        let signal = component_name(&name, "input", &self.names);
        self.names.insert(signal.clone());
        self.quantized.inputs.push(Port { name: name.clone(), signal, place });
        if self.quantized.config.input_check == InputCheck::Circuit {
            let kernel = Kernel::Range { low: interval.low, high: interval.high };
            let name = format!("{name}_range");
            let checked = self.layer(kernel, &name, "Range", vec![place], self.scale.clone(), None)?;
            self.quantized.quantities[checked].edge = Some(edge);
        }
        Ok(())
    }

    fn node(&mut self, op: &Op, name: &str, inputs: Vec<usize>, output: EdgeId) -> Result<()> {
        let shape = without_batch(&self.graph.edges[output.0].shape);
        let scale = self.quantized.quantities[inputs[0]].scale.clone();
        let (kernel, scale) = match op {
            Op::Gemm(gemm) => {
                let scale = scale * &self.scale;
                (Kernel::Dense(self.parameters(&gemm.weights, &gemm.bias, &scale)?), scale)
            }
            Op::Conv(conv) => {
                let scale = scale * &self.scale;
                let parameters = self.parameters(&conv.weights, &conv.bias, &scale)?;
                (Kernel::Conv2D { geometry: Box::new(conv.clone()), parameters }, scale)
            }
            Op::Affine(affine) => {
                return self.affine(&affine.factor, &affine.offset, name, inputs[0], output);
            }
            Op::AveragePool(pool) => {
                let area = BigRational::from_integer(BigInt::from(pool.window.area()));
                (Kernel::SumPool2D(pool.window), scale * area)
            }
            Op::MaxPool(pool) => {
                let n = self.hull(inputs[0]).differences().bits();
                (Kernel::MaxPool2D { window: pool.window, n }, scale)
            }
            Op::Relu => self.relu(inputs[0], scale),
            Op::Add => {
                let other = self.quantized.quantities[inputs[1]].scale.clone();
                let ratio = &scale / other;
                // scale * a = other * b with the least integers.
                let (a, b) = (ratio.denom().clone(), ratio.numer().clone());
                let scale = scale * BigRational::from_integer(a.clone());
                (Kernel::Add { a, b }, scale)
            }
            Op::Mul => {
                let other = self.quantized.quantities[inputs[1]].scale.clone();
                (Kernel::Mul, scale * other)
            }
            Op::Reshape(_) | Op::Identity => {
                let positions = (0..shape.iter().product()).collect();
                (Kernel::Wiring { positions, permutation: None }, scale)
            }
            Op::Transpose(axes) => {
                let permutation: Vec<usize> = axes.iter().skip(1).map(|axis| axis - 1).collect();
                let from = &self.quantized.quantities[inputs[0]].shape;
                (
                    Kernel::Wiring {
                        positions: transposed(from, &permutation),
                        permutation: Some(permutation),
                    },
                    scale,
                )
            }
            Op::Softmax => {
                return Err(Error::node(name, "Softmax", "is supported only as the last operator"));
            }
        };
        let place = self.layer_of_shape(kernel, name, op.name(), inputs, scale, shape, Some(output))?;
        self.places[output.0] = Some(place);
        Ok(())
    }

    /// Drops the bits that are finer than the scale of the weights.
    fn relu(&self, input: usize, scale: BigRational) -> (Kernel, BigRational) {
        let hull = self.hull(input);
        let excess = (&scale / &self.scale).floor().to_integer();
        let k = excess.bits().saturating_sub(1);
        if k == 0 {
            return (Kernel::Relu { n: hull.bits() }, scale);
        }
        let half = BigInt::one() << (k - 1);
        let n = Interval { low: hull.low + &half, high: hull.high + &half }.bits().max(k + 2);
        (Kernel::ReluRescale { n, k }, scale / BigRational::from_integer(BigInt::one() << k))
    }

    /// A factor and an offset per channel that no linear layer took over: a depthwise convolution with a 1x1 kernel.
    fn affine(
        &mut self,
        factor: &[f64],
        offset: &[f64],
        name: &str,
        input: usize,
        output: EdgeId,
    ) -> Result<()> {
        let shape = self.quantized.quantities[input].shape.clone();
        let channels = factor.len();
        let scale = &self.quantized.quantities[input].scale * &self.scale;
        let parameters = self.parameters(factor, offset, &scale)?;
        let geometry = crate::ops::Conv {
            weights: Vec::new(),
            kernel: [channels, 1, 1, 1],
            bias: Vec::new(),
            strides: [1, 1],
            dilations: [1, 1],
            pads: [0; 4],
            groups: channels,
        };
        let plane = vec![channels, 1, shape.iter().skip(1).product()];
        let same = |count: usize| Kernel::Wiring { positions: (0..count).collect(), permutation: None };
        let count = shape.iter().product();
        let before = &self.quantized.quantities[input].scale.clone();
        let flat = self.layer_of_shape(
            same(count),
            &format!("{name}_in"),
            "Reshape",
            vec![input],
            before.clone(),
            plane.clone(),
            None,
        )?;
        let kernel = Kernel::Conv2D { geometry: Box::new(geometry), parameters };
        let place =
            self.layer_of_shape(kernel, name, "BatchNormalization", vec![flat], scale.clone(), plane, None)?;
        let place = self.layer_of_shape(
            same(count),
            &format!("{name}_out"),
            "Reshape",
            vec![place],
            scale,
            shape,
            Some(output),
        )?;
        self.places[output.0] = Some(place);
        Ok(())
    }

    fn outputs(&mut self) -> Result<()> {
        let wants_class = self.graph.is_classifier && self.quantized.config.output == OutputKind::Auto;
        for (index, edge) in self.graph.outputs.clone().into_iter().enumerate() {
            let name = self.graph.edges[edge.0].name.clone();
            let Some(mut place) = self.places[edge.0] else {
                return Err(Error::model(format!("its output `{name}` is not computed")));
            };
            let mut signal = "out".to_owned();
            if wants_class && matches!(self.quantized.quantities[place].shape[..], [classes] if classes > 1) {
                let n = self.hull(place).differences().bits();
                place = self.layer_of_shape(
                    Kernel::ArgMax { n },
                    "arg_max",
                    "ArgMax",
                    vec![place],
                    BigRational::one(),
                    vec![1],
                    None,
                )?;
                self.quantized.is_class = true;
                "class".clone_into(&mut signal);
            }
            if index > 0 {
                signal = format!("{signal}_{index}");
            }
            self.quantized.outputs.push(Port { name, signal, place });
        }
        Ok(())
    }

    fn layer(
        &mut self,
        kernel: Kernel,
        name: &str,
        operator: &'static str,
        inputs: Vec<usize>,
        scale: BigRational,
        edge: Option<EdgeId>,
    ) -> Result<usize> {
        let shape = self.quantized.quantities[inputs[0]].shape.clone();
        self.layer_of_shape(kernel, name, operator, inputs, scale, shape, edge)
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of a layer, each used once")]
    fn layer_of_shape(
        &mut self,
        kernel: Kernel,
        node: &str,
        operator: &'static str,
        inputs: Vec<usize>,
        scale: BigRational,
        shape: Vec<usize>,
        edge: Option<EdgeId>,
    ) -> Result<usize> {
        let first = self.quantized.quantities[inputs[0]].shape.clone();
        let shapes = Shapes { input: &first, output: &shape };
        let ranges: Vec<&[Interval]> =
            inputs.iter().map(|input| self.quantized.quantities[*input].intervals.as_slice()).collect();
        let intervals = propagate(&kernel, &ranges, shapes);
        let name = component_name(node, operator, &self.names);
        let bits = Interval::hull(&intervals).bits();
        let taken_apart = match kernel {
            Kernel::MaxPool2D { n, .. }
            | Kernel::Relu { n }
            | Kernel::ReluRescale { n, .. }
            | Kernel::ArgMax { n } => n,
            _ => 0,
        };
        if bits.max(taken_apart) > MOST_BITS {
            return Err(Error::TooWide { layer: name, bits: bits.max(taken_apart), most: MOST_BITS });
        }
        let is_fixed = self.quantized.config.params == ParamsVisibility::Fixed;
        let cost = kernel.cost(shapes, is_fixed);
        let output = self.quantity(Quantity { shape, scale, intervals, edge });
        self.names.insert(name.clone());
        let node = node.to_owned();
        self.quantized.layers.push(Layer { name, node, operator, kernel, inputs, output, cost });
        Ok(output)
    }

    fn quantity(&mut self, quantity: Quantity) -> usize {
        self.quantized.quantities.push(quantity);
        self.quantized.quantities.len() - 1
    }

    fn hull(&self, place: usize) -> Interval {
        Interval::hull(&self.quantized.quantities[place].intervals)
    }

    fn parameters(&self, weights: &[f64], bias: &[f64], scale: &BigRational) -> Result<Parameters> {
        Ok(Parameters { weights: integers(weights, &self.scale)?, bias: integers(bias, scale)? })
    }
}

fn without_batch(shape: &[usize]) -> Vec<usize> {
    let inner: Vec<usize> = shape.iter().skip(1).copied().collect();
    if inner.is_empty() { vec![1] } else { inner }
}

fn observed_range(position: usize, samples: &[Sample]) -> Option<(f64, f64)> {
    let values =
        samples.iter().filter_map(|sample| sample.get(position)).flat_map(|array| array.iter().copied());
    values.fold(None, |range, value| match range {
        None => Some((value, value)),
        Some((low, high)) => Some((low.min(value), high.max(value))),
    })
}

fn real(value: f64) -> Result<BigRational> {
    BigRational::from_float(value).ok_or_else(|| Error::model(format!("{value} is not a finite number")))
}

/// Returns round(value * scale), halves away from zero.
fn integers(values: &[f64], scale: &BigRational) -> Result<Vec<BigInt>> {
    values.iter().map(|value| Ok((real(*value)? * scale).round().to_integer())).collect()
}

/// Returns where each element of a transposed array comes from.
fn transposed(shape: &[usize], permutation: &[usize]) -> Vec<usize> {
    let positions = ArrayD::from_shape_fn(shape.to_vec(), |index| {
        index.slice().iter().zip(shape).fold(0, |position, (index, length)| position * length + index)
    });
    positions.view().permuted_axes(permutation.to_vec()).iter().copied().collect()
}

impl QuantizedGraph {
    /// Returns the integers of a sample.
    ///
    /// # Errors
    /// When a value is outside the input's range.
    pub fn quantize_sample(&self, sample: &Sample) -> Result<Vec<Vec<BigInt>>> {
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
        let factors =
            self.layers.iter().filter_map(|layer| layer.kernel.parameters()).flat_map(|all| &all.weights);
        let factor = factors.map(BigInt::bits).max().unwrap_or(0);
        // A partial sum is at most the number of products, fewer than 2^28, times the widest of them.
        if widest.unwrap_or(0) * 2 <= 90 && widest.unwrap_or(0) + factor <= 90 {
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
                input: &self.quantities[layer.inputs[0]].shape,
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

    /// Returns the constraints of all layers.
    pub fn cost(&self) -> Cost {
        self.layers.iter().fold(Cost::default(), |sum, layer| Cost {
            quadratic: sum.quadratic + layer.cost.quadratic,
            linear: sum.linear + layer.cost.linear,
        })
    }
}

/// Returns round(value * scale) of each value, if all lie in the range.
///
/// # Errors
/// When the number of values or a value is not the circuit's; the error names it.
pub(crate) fn quantize_values(
    name: &str,
    values: &[f64],
    shape: &[usize],
    scale: &BigRational,
    interval: &Interval,
) -> Result<Vec<BigInt>> {
    let integers = integers(values, scale)?;
    if let Some(position) = integers.iter().position(|value| *value < interval.low || *value > interval.high)
    {
        let mut rest = position;
        let mut index: Vec<usize> = shape
            .iter()
            .rev()
            .map(|length| {
                let (above, inside) = rest.div_rem(length);
                rest = above;
                inside
            })
            .collect();
        index.reverse();
        return Err(Error::OutOfRange {
            input: name.to_owned(),
            index,
            value: values[position],
            low: dequantized(&interval.low, scale),
            high: dequantized(&interval.high, scale),
        });
    }
    Ok(integers)
}

/// Returns the real number that an integer stands for.
pub(crate) fn dequantized(value: &BigInt, scale: &BigRational) -> f64 {
    (BigRational::from_integer(value.clone()) / scale).to_f64().unwrap_or(f64::NAN)
}

/// Returns the position of the largest value, the first one on ties.
pub(crate) fn largest(values: &[f64]) -> usize {
    let mut best = 0;
    for (index, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = index;
        }
    }
    best
}

/// Returns a scale as people write it: `10^4`, `10^4/2^7`, or a fraction.
pub fn scale_text(scale: &BigRational) -> String {
    let factors = |integer: &BigInt| {
        let mut rest = integer.abs();
        let mut count = |prime: u32| {
            let prime = BigInt::from(prime);
            let mut exponent = 0i64;
            while !rest.is_zero() && (&rest % &prime).is_zero() {
                rest /= &prime;
                exponent += 1;
            }
            exponent
        };
        let (two, five) = (count(2), count(5));
        (two, five, rest)
    };
    let (two, five, rest) = factors(scale.numer());
    let (two_below, five_below, rest_below) = factors(scale.denom());
    let (two, five) = (two - two_below, five - five_below);
    let power = |base: u32, exponent: i64| {
        if exponent == 1 { base.to_string() } else { format!("{base}^{exponent}") }
    };
    let (mut above, mut below) = (Vec::new(), Vec::new());
    for (base, exponent) in [(10, five), (2, two - five)] {
        match exponent {
            0 => {}
            exponent if exponent > 0 => above.push(power(base, exponent)),
            exponent => below.push(power(base, -exponent)),
        }
    }
    if !rest.is_one() {
        above.push(rest.to_string());
    }
    if !rest_below.is_one() {
        below.push(rest_below.to_string());
    }
    let above = if above.is_empty() { "1".to_owned() } else { above.join("*") };
    if below.is_empty() { above } else { format!("{above}/{}", below.join("/")) }
}
