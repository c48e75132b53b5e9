//! The plan: which kernel stands for each node, at which scale, with which range.

use std::collections::{BTreeMap, BTreeSet};

use ndarray::{ArrayD, Dimension as _};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One as _, Signed as _};

use super::scale::real;
use super::{InputCheck, OutputKind, Port, Power, Quantity, QuantizeConfig, QuantizedGraph, Reach, Sample};
use crate::error::{Error, Result};
use crate::graph::{EdgeId, Graph};
use crate::interval::Interval;
use crate::kernel::{Kernel, Order, Origin};
use crate::names::component_name;
use crate::ops::{Op, Rows};
use crate::tensor::flat;

/// What a layer is made for: node, operator and shape of the output.
#[derive(Clone, Copy)]
pub(super) struct Step<'s> {
    pub(super) name: &'s str,
    pub(super) operator: &'static str,
    pub(super) shape: &'s [usize],
}

pub(super) struct Builder<'g> {
    pub(super) graph: &'g Graph,
    pub(super) scale: BigRational,
    pub(super) quantized: QuantizedGraph,
    /// The quantity of each edge.
    pub(super) places: Vec<Option<usize>>,
    pub(super) names: BTreeSet<String>,
    /// How many layers with parameters there are so far.
    pub(super) with_parameters: usize,
    /// The linear layers so far, as layer scales name them.
    pub(super) linear: Vec<String>,
    /// What a quantity becomes without some bits.
    pub(super) narrow: BTreeMap<(usize, u64), usize>,
}

impl<'g> Builder<'g> {
    pub(super) fn build(
        graph: &'g Graph,
        config: &QuantizeConfig,
        samples: &[Sample],
        power: Power,
    ) -> Result<QuantizedGraph> {
        let mut builder = Self {
            graph,
            scale: BigRational::from_integer(power.integer()),
            quantized: QuantizedGraph {
                power,
                config: config.clone(),
                quantities: Vec::new(),
                layers: Vec::new(),
                inputs: Vec::new(),
                outputs: Vec::new(),
                is_class: false,
            },
            places: vec![None; graph.edges.len()],
            names: BTreeSet::new(),
            with_parameters: 0,
            linear: Vec::new(),
            narrow: BTreeMap::new(),
        };
        for (position, edge) in graph.inputs.iter().enumerate() {
            builder.input(*edge, position, samples)?;
        }
        for node in &graph.nodes {
            let inputs: Vec<usize> = node.inputs.iter().filter_map(|edge| builder.places[edge.0]).collect();
            builder.node(&node.op, &node.name, inputs, node.output)?;
        }
        builder.outputs()?;
        builder.check_layer_scales()?;
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
        let is_integer = self.graph.edges[edge.0].is_integer;
        let scale = if is_integer { BigRational::one() } else { self.scale.clone() };
        let mut interval = Interval {
            low: (real(low)? * &scale).floor().to_integer(),
            high: (real(high)? * &scale).ceil().to_integer(),
        };
        if interval.low == interval.high {
            // A range of one value, as of an input of zeros only, would say what the input is.
            interval.high += 1;
        }
        let count = shape.iter().product();
        let place = self.quantity(Quantity {
            shape,
            scale: scale.clone(),
            intervals: vec![interval.clone(); count],
            edge: Some(edge),
            is_constant: false,
            reach: Reach::Certain,
        });
        self.places[edge.0] = Some(place);
        let signal = component_name(self.name_of(&name), "input", &self.names);
        self.names.insert(signal.clone());
        self.quantized.inputs.push(Port { name: name.clone(), signal, place, labels: None });
        if self.quantized.config.input_check == InputCheck::Circuit {
            let kernel = Kernel::Range { low: interval.low, high: interval.high };
            let name = format!("{name}_range");
            let shape = self.quantized.quantities[place].shape.clone();
            let step = Step { name: &name, operator: "Range", shape: &shape };
            let checked = self.layer(kernel, step, vec![place], scale)?;
            self.quantized.quantities[checked].edge = Some(edge);
        }
        Ok(())
    }

    fn node(&mut self, op: &Op, name: &str, inputs: Vec<usize>, output: EdgeId) -> Result<()> {
        let place = self.planned(op, name, inputs, output)?;
        self.quantized.quantities[place].edge = Some(output);
        self.places[output.0] = Some(place);
        Ok(())
    }

    /// Adds the layers of a node and returns the quantity of its output.
    fn planned(&mut self, op: &Op, name: &str, inputs: Vec<usize>, output: EdgeId) -> Result<usize> {
        let shape = without_batch(&self.graph.edges[output.0].shape);
        let step = Step { name, operator: op.name(), shape: &shape };
        let scale = inputs.first().map_or_else(BigRational::one, |input| self.scale_of(*input));
        match op {
            Op::Parameter(values) => self.parameter(step, &flat(values), self.scale.clone(), &shape),
            Op::Gemm(gemm) => {
                let own = self.weights_scale(step);
                let input = self.narrowed(inputs[0], own.numer().bits(), name)?;
                let (parameters, scale) = self.parameters(&gemm.weights, &gemm.bias, input, own)?;
                self.layer(Kernel::Dense(parameters), step, vec![input], scale)
            }
            Op::Conv(conv) => {
                let own = self.weights_scale(step);
                let input = self.narrowed(inputs[0], own.numer().bits(), name)?;
                let (parameters, scale) = self.parameters(&conv.weights, &conv.bias, input, own)?;
                self.convolution(conv, parameters, step, input, scale)
            }
            Op::Affine(affine) => self.affine(affine, step, inputs[0]),
            Op::AveragePool(pool) => {
                let area = BigRational::from_integer(BigInt::from(pool.window.area()));
                self.layer(Kernel::SumPool2D(pool.window), step, inputs, scale * area)
            }
            Op::MaxPool(pool) => {
                let n = self.hull(inputs[0]).differences().bits();
                self.layer(Kernel::MaxPool2D { window: pool.window, n }, step, inputs, scale)
            }
            Op::ReduceSum(rows) if rows.length > 1 => {
                self.layer(Kernel::ReduceSum(rows.clone()), step, inputs, scale)
            }
            Op::ReduceMax(rows) if rows.length > 1 => {
                let n = self.hull(inputs[0]).differences().bits();
                self.layer(Kernel::ReduceMax { rows: rows.clone(), n }, step, inputs, scale)
            }
            Op::ArgMax(rows) => self.arg_max(rows, step, inputs[0]),
            Op::Relu => self.relu(step, inputs[0]),
            Op::Sum { coefficients, constant } => self.sum(coefficients, *constant, step, &inputs),
            Op::Mul => {
                let [left, right] = self.both_narrowed([inputs[0], inputs[1]], name)?;
                let scale = self.scale_of(left) * self.scale_of(right);
                self.layer(Kernel::Mul, step, vec![left, right], scale)
            }
            Op::MatMul(product) => {
                let [left, right] = self.both_narrowed([inputs[0], inputs[1]], name)?;
                let scale = self.scale_of(left) * self.scale_of(right);
                self.layer(Kernel::MatMul(product.clone()), step, vec![left, right], scale)
            }
            Op::Function(function) => self.function(*function, step, inputs[0]),
            Op::Reciprocal => self.reciprocal(step, inputs[0]),
            Op::Sqrt => self.square_root(step, inputs[0]),
            Op::Round => self.round(step, inputs[0]),
            Op::Saturate { bits } => {
                let input = self.round(Step { operator: "Round", ..step }, inputs[0])?;
                let bounds = self.quantized.quantities[input].bounds();
                if bounds.is_some_and(|bounds| bounds.bits() <= *bits) {
                    return self.same(step, input, BigRational::one());
                }
                let n = self.hull(input).bits().max(bits + 1);
                self.layer(Kernel::Clamp { n, m: *bits }, step, vec![input], BigRational::one())
            }
            Op::IsNonNegative => {
                let n = self.hull(inputs[0]).bits();
                self.layer(Kernel::IsNonNegative { n }, step, inputs, BigRational::one())
            }
            Op::IsZero => self.is_zero(step, inputs[0]),
            Op::Floor { divisor } => self.floor(*divisor, step, inputs[0]),
            Op::Quotient => self.quotient(step, [inputs[0], inputs[1]]),
            Op::Wrap(range) => self.wrapped(*range, step, inputs[0]),
            Op::Within(range) => self.within(*range, step, inputs[0]),
            Op::Positive => self.positive(step, inputs[0]),
            Op::OneHot(size) => self.one_hot(*size, step, inputs[0]),
            Op::Bounded { low, high } => self.bounded(*low, *high, step, inputs[0]),
            Op::AboveZero => {
                let place = self.same(step, inputs[0], scale)?;
                for interval in &mut self.quantized.quantities[place].intervals {
                    if !interval.low.is_negative() {
                        *interval = interval.within(Some(&BigInt::one()), None);
                    }
                }
                Ok(place)
            }
            Op::Transpose(axes) => self.transposed(axes, step, inputs[0], output),
            Op::Wire(wire) => self.wire(wire, step, &inputs),
            Op::Reshape(_) | Op::Identity | Op::Softmax { .. } | Op::ReduceSum(_) | Op::ReduceMax(_) => {
                self.same(step, inputs[0], scale)
            }
        }
    }

    /// Adds the same values with their axes permuted.
    fn transposed(&mut self, axes: &[usize], step: Step<'_>, input: usize, output: EdgeId) -> Result<usize> {
        let node = self.graph.nodes.iter().find(|node| node.output == output);
        let from = &self.graph.edges[node.map_or(0, |node| node.inputs[0].0)].shape;
        let positions = transposed(from, axes);
        // The circuit's signals lack the batch.
        let inner = axes.first() == Some(&0) && from.first() == Some(&1) && from.len() > 1;
        let order = if inner {
            Order::Permuted(axes.iter().skip(1).map(|axis| axis - 1).collect())
        } else {
            Order::Any
        };
        let sources = positions.into_iter().map(|position| Origin::Element(0, position)).collect();
        let scale = self.scale_of(input);
        self.layer(Kernel::Wiring { sources, order }, step, vec![input], scale)
    }

    pub(super) fn scale_of(&self, place: usize) -> BigRational {
        self.quantized.quantities[place].scale.clone()
    }

    /// Adds the same values in the step's shape.
    pub(super) fn same(&mut self, step: Step<'_>, input: usize, scale: BigRational) -> Result<usize> {
        let sources = (0..step.shape.iter().product()).map(|position| Origin::Element(0, position)).collect();
        self.layer(Kernel::Wiring { sources, order: Order::Same }, step, vec![input], scale)
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
                let count = self.quantized.quantities[place].shape[0];
                let rows = Rows { outer: 1, length: count, inner: 1, shape: vec![1] };
                let step = Step { name: "arg_max", operator: "ArgMax", shape: &[1] };
                place = self.arg_max(&rows, step, place)?;
                self.quantized.is_class = true;
                "class".clone_into(&mut signal);
            }
            if index > 0 {
                signal = format!("{signal}_{index}");
            }
            let labels = self.graph.edges[edge.0].labels.clone();
            self.quantized.outputs.push(Port { name, signal, place, labels });
        }
        Ok(())
    }
}

/// Returns the shape that signals have: without the batch of one.
fn without_batch(shape: &[usize]) -> Vec<usize> {
    match shape {
        [] => vec![1],
        [1, inner @ ..] if !inner.is_empty() => inner.to_vec(),
        _ => shape.to_vec(),
    }
}

fn observed_range(position: usize, samples: &[Sample]) -> Option<(f64, f64)> {
    let values =
        samples.iter().filter_map(|sample| sample.get(position)).flat_map(|array| array.iter().copied());
    values.fold(None, |range, value| match range {
        None => Some((value, value)),
        Some((low, high)) => Some((low.min(value), high.max(value))),
    })
}

/// Returns where each element of a transposed array comes from.
fn transposed(shape: &[usize], permutation: &[usize]) -> Vec<usize> {
    let positions = ArrayD::from_shape_fn(shape.to_vec(), |index| {
        index.slice().iter().zip(shape).fold(0, |position, (index, length)| position * length + index)
    });
    positions.view().permuted_axes(permutation.to_vec()).iter().copied().collect()
}
