//! The plan: which kernel stands for each node, at which scale, with which range.

use std::collections::{BTreeMap, BTreeSet};

use ndarray::{ArrayD, Dimension as _};
use num_bigint::BigInt;
use num_integer::Integer as _;
use num_rational::BigRational;
use num_traits::{One as _, Signed as _, Zero as _};

use super::scale::{integers, real};
use super::{
    InputCheck, Layer, MOST_BITS, OutputKind, ParamsVisibility, Port, Power, Quantity, QuantizeConfig,
    QuantizedGraph, Sample, Scope, Widths, reachable, signed,
};
use crate::error::{Error, Result};
use crate::graph::{EdgeId, Graph};
use crate::interval::{Interval, propagate};
use crate::kernel::{Kernel, Order, Origin, Parameters, Shapes, cheapest_tile, power};
use crate::names::component_name;
use crate::ops::{Affine, Conv, Op, Rows, Source, Wire};
use crate::tensor::flat;

/// Widest product that is not narrowed before; more would make the comparisons behind it dear.
const BUDGET: u64 = 110;

/// Most bits of the factors of an exact sum.
const MOST_EXACT_BITS: u64 = 24;

/// What a layer is made for: node, operator and shape of the output.
#[derive(Clone, Copy)]
pub(super) struct Step<'s> {
    pub(super) name: &'s str,
    pub(super) operator: &'static str,
    pub(super) shape: &'s [usize],
}

pub(super) struct Builder<'g> {
    graph: &'g Graph,
    pub(super) scale: BigRational,
    quantized: QuantizedGraph,
    /// The quantity of each edge.
    places: Vec<Option<usize>>,
    names: BTreeSet<String>,
    /// How many layers with parameters there are so far.
    with_parameters: usize,
    /// The linear layers so far, as layer scales name them.
    linear: Vec<String>,
    /// What a quantity becomes without some bits.
    narrow: BTreeMap<(usize, u64), usize>,
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
            reachable: interval.clone(),
            intervals: vec![interval.clone(); count],
            edge: Some(edge),
            is_constant: false,
            is_certain: true,
        });
        self.places[edge.0] = Some(place);
        let signal = component_name(self.name_of(&name), "input", &self.names);
        self.names.insert(signal.clone());
        self.quantized.inputs.push(Port { name: name.clone(), signal, place });
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
                let n = self.hull(input).bits();
                if n <= *bits && self.quantized.quantities[input].is_certain {
                    return self.same(step, input, BigRational::one());
                }
                let n = n.max(bits + 1);
                self.layer(Kernel::Clamp { n, m: *bits }, step, vec![input], BigRational::one())
            }
            Op::IsNonNegative => {
                let n = self.hull(inputs[0]).bits();
                self.layer(Kernel::IsNonNegative { n }, step, inputs, BigRational::one())
            }
            Op::IsZero => self.is_zero(step, inputs[0]),
            Op::Bounded { low, high } => self.bounded(*low, *high, step, inputs[0]),
            Op::Transpose(axes) => {
                let from = &self.graph.edges[self
                    .graph
                    .nodes
                    .iter()
                    .find(|node| node.output == output)
                    .map_or(0, |node| node.inputs[0].0)]
                .shape;
                let positions = transposed(from, axes);
                // The circuit's signals lack the batch.
                let inner = axes.first() == Some(&0) && from.first() == Some(&1) && from.len() > 1;
                let order = if inner {
                    Order::Permuted(axes.iter().skip(1).map(|axis| axis - 1).collect())
                } else {
                    Order::Any
                };
                let sources = positions.into_iter().map(|position| Origin::Element(0, position)).collect();
                self.layer(Kernel::Wiring { sources, order }, step, inputs, scale)
            }
            Op::Wire(wire) => self.wire(wire, step, &inputs),
            Op::Reshape(_) | Op::Identity | Op::Softmax { .. } | Op::ReduceSum(_) | Op::ReduceMax(_) => {
                self.same(step, inputs[0], scale)
            }
        }
    }

    /// Plans a convolution, by tiles where the weights are signals and that takes fewer constraints.
    fn convolution(
        &mut self,
        conv: &Conv,
        parameters: Parameters,
        step: Step<'_>,
        input: usize,
        scale: BigRational,
    ) -> Result<usize> {
        let from = self.quantized.quantities[input].shape.clone();
        let geometry = Box::new(conv.clone());
        let plain = Kernel::Conv2D { geometry: geometry.clone(), parameters: parameters.clone(), tile: None };
        let is_fixed = self.quantized.config.params == ParamsVisibility::Fixed;
        let tile = match (&from[..], step.shape) {
            (&[channels, height, width], &[filters, rows, columns]) if !is_fixed => {
                let cost = plain.cost(Shapes { input: &from, output: step.shape }, false, false);
                cheapest_tile(conv, [channels, height, width], [filters, rows, columns], cost)
            }
            _ => None,
        };
        self.layer(Kernel::Conv2D { geometry, parameters, tile }, step, vec![input], scale)
    }

    pub(super) fn scale_of(&self, place: usize) -> BigRational {
        self.quantized.quantities[place].scale.clone()
    }

    /// Adds the same values in the step's shape.
    fn same(&mut self, step: Step<'_>, input: usize, scale: BigRational) -> Result<usize> {
        let sources = (0..step.shape.iter().product()).map(|position| Origin::Element(0, position)).collect();
        self.layer(Kernel::Wiring { sources, order: Order::Same }, step, vec![input], scale)
    }

    fn parameter(
        &mut self,
        step: Step<'_>,
        values: &[f64],
        scale: BigRational,
        shape: &[usize],
    ) -> Result<usize> {
        let integers = integers(values, &scale)?;
        self.layer(Kernel::Parameter(integers), Step { shape, ..step }, Vec::new(), scale)
    }

    /// Brings a value back to about the scale of the weights when `more` bits more would be too many.
    fn narrowed(&mut self, place: usize, more: u64, name: &str) -> Result<usize> {
        let bits = self.hull(place).bits();
        if bits + more > BUDGET { self.rescaled(place, name, &self.scale.clone()) } else { Ok(place) }
    }

    /// Brings factors back to about the scale of the weights, the finer one first, when their product would be too wide.
    fn both_narrowed(&mut self, mut places: [usize; 2], name: &str) -> Result<[usize; 2]> {
        let finer = usize::from(self.scale_of(places[1]) > self.scale_of(places[0]));
        for at in [finer, 1 - finer] {
            let bits: u64 = places.iter().map(|place| self.hull(*place).bits()).sum();
            if bits > BUDGET {
                let (before, target) = (places[at], self.scale.clone());
                let after = self.rescaled(before, name, &target)?;
                for place in places.iter_mut().filter(|place| **place == before) {
                    *place = after;
                }
            }
        }
        Ok(places)
    }

    /// Drops as many bits as leave at least a scale.
    fn rescaled(&mut self, place: usize, name: &str, target: &BigRational) -> Result<usize> {
        let scale = self.scale_of(place);
        let k = (&scale / target).floor().to_integer().bits().saturating_sub(1);
        if k == 0 || self.quantized.quantities[place].is_constant {
            return Ok(place);
        }
        if let Some(known) = self.narrow.get(&(place, k)) {
            return Ok(*known);
        }
        let n = self.bits_with_half(place, k).max(k + 1);
        let shape = self.quantized.quantities[place].shape.clone();
        let step = Step { name, operator: "Rescale", shape: &shape };
        let scale = scale / BigRational::from_integer(power(k));
        let after = self.layer(Kernel::Rescale { n, k }, step, vec![place], scale)?;
        self.quantized.quantities[after].edge = self.quantized.quantities[place].edge;
        self.narrow.insert((place, k), after);
        Ok(after)
    }

    /// Returns the bits of a value with half of 2^k added, as rounding does.
    fn bits_with_half(&self, place: usize, k: u64) -> u64 {
        let hull = self.hull(place);
        let half = power(k - 1);
        Interval { low: hull.low + &half, high: hull.high + &half }.bits()
    }

    /// Drops the bits that are finer than the scale of the weights, on the way.
    pub(super) fn relu(&mut self, step: Step<'_>, input: usize) -> Result<usize> {
        let hull = self.hull(input);
        let scale = self.scale_of(input);
        let is_certain = self.quantized.quantities[input].is_certain;
        if is_certain && !hull.low.is_negative() {
            return self.same(step, input, scale);
        }
        if is_certain && !hull.high.is_positive() {
            let sources = vec![Origin::Constant(BigInt::zero()); step.shape.iter().product()];
            return self.layer(Kernel::Wiring { sources, order: Order::Any }, step, vec![input], scale);
        }
        let excess = (&scale / &self.scale).floor().to_integer();
        let k = excess.bits().saturating_sub(1);
        if k == 0 {
            return self.layer(Kernel::Relu { n: hull.bits() }, step, vec![input], scale);
        }
        let n = self.bits_with_half(input, k).max(k + 2);
        let scale = scale / BigRational::from_integer(power(k));
        self.layer(Kernel::ReluRescale { n, k }, step, vec![input], scale)
    }

    /// Plans `constant + sum of coefficient * value`: exactly when the factors stay small, else rounded.
    pub(super) fn sum(
        &mut self,
        coefficients: &[f64],
        constant: f64,
        step: Step<'_>,
        inputs: &[usize],
    ) -> Result<usize> {
        if let ([coefficient], [input], true) = (coefficients, inputs, constant == 0.0)
            && *coefficient > 0.0
        {
            // The same integers stand for other numbers.
            let scale = self.scale_of(*input) / simple(*coefficient)?;
            return self.same(step, *input, scale);
        }
        let units = coefficients
            .iter()
            .zip(inputs)
            .map(|(coefficient, input)| Ok(simple(*coefficient)? / self.scale_of(*input)))
            .collect::<Result<Vec<BigRational>>>()?;
        let scale = meeting_scale(&units);
        // A constant needs the scale of the weights at least, unless it is exact.
        let scale = if scale >= self.scale || are_whole(&[constant], &scale)? {
            scale
        } else {
            let more = (&self.scale / &scale).ceil().to_integer();
            scale * BigRational::from_integer(more)
        };
        let factors: Vec<BigInt> = units.iter().map(|unit| (&scale * unit).round().to_integer()).collect();
        let constant = (real(constant)? * &scale).round().to_integer();
        self.layer(Kernel::Sum { factors, constant }, step, inputs.to_vec(), scale)
    }

    /// Plans a factor and an offset that no linear layer took over: a product and a sum with parameters.
    fn affine(&mut self, affine: &Affine, step: Step<'_>, input: usize) -> Result<usize> {
        let mut place = input;
        if let Some(factor) = &affine.factor {
            place = self.narrowed(place, self.scale.numer().bits(), step.name)?;
            let of = Step { operator: "scale", ..step };
            let parameter = self.parameter(of, factor, self.scale.clone(), &[factor.len()])?;
            let parameter = self.spread(parameter, affine, step)?;
            let scale = self.scale_of(place) * &self.scale;
            place =
                self.layer(Kernel::Mul, Step { operator: "Mul", ..step }, vec![place, parameter], scale)?;
        }
        if let Some(offset) = &affine.offset {
            let scale = self.scale_of(place);
            // An offset needs the scale of the weights at least, unless it is exact.
            let is_exact = self.is_for_model() && are_whole(offset, &scale)?;
            let more = if scale < self.scale && !is_exact {
                (&self.scale / &scale).ceil().to_integer()
            } else {
                BigInt::one()
            };
            let scale = scale * BigRational::from_integer(more.clone());
            let of = Step { operator: "bias", ..step };
            let parameter = self.parameter(of, offset, scale.clone(), &[offset.len()])?;
            let parameter = self.spread(parameter, affine, step)?;
            let kernel = Kernel::Sum { factors: vec![more, BigInt::one()], constant: BigInt::zero() };
            place = self.layer(kernel, Step { operator: "Add", ..step }, vec![place, parameter], scale)?;
        }
        Ok(place)
    }

    /// Repeats the parameters of an affine operation, one for each value.
    fn spread(&mut self, parameter: usize, affine: &Affine, step: Step<'_>) -> Result<usize> {
        let count: usize = step.shape.iter().product();
        if count == affine.count {
            return Ok(parameter);
        }
        let sources = (0..count).map(|position| Origin::Element(0, affine.index(position))).collect();
        let scale = self.scale_of(parameter);
        let order = Order::Any;
        self.layer(
            Kernel::Wiring { sources, order },
            Step { operator: "Expand", ..step },
            vec![parameter],
            scale,
        )
    }

    fn wire(&mut self, wire: &Wire, step: Step<'_>, inputs: &[usize]) -> Result<usize> {
        let units: Vec<BigRational> = inputs.iter().map(|input| self.scale_of(*input).recip()).collect();
        let scale = if units.is_empty() { self.scale.clone() } else { meeting_scale(&units) };
        let mut aligned = Vec::new();
        for input in inputs {
            let own = self.scale_of(*input);
            aligned.push(if own == scale {
                *input
            } else {
                let factor = (&scale / &own).round().to_integer();
                let shape = self.quantized.quantities[*input].shape.clone();
                let kernel = Kernel::Sum { factors: vec![factor], constant: BigInt::zero() };
                let of = Step { operator: "Mul", shape: &shape, ..step };
                self.layer(kernel, of, vec![*input], scale.clone())?
            });
        }
        let sources = wire
            .sources
            .iter()
            .map(|source| {
                Ok(match source {
                    Source::Element(input, position) => Origin::Element(*input, *position),
                    Source::Constant(value) => {
                        Origin::Constant((real(*value)? * &scale).round().to_integer())
                    }
                })
            })
            .collect::<Result<Vec<Origin>>>()?;
        self.layer(Kernel::Wiring { sources, order: Order::Any }, step, aligned, scale)
    }

    /// Adds values whose range is known to be smaller than what their layers tell.
    fn bounded(&mut self, low: f64, high: f64, step: Step<'_>, input: usize) -> Result<usize> {
        let scale = self.scale_of(input);
        let bound = |value: f64| -> Result<Option<BigRational>> {
            if value.is_finite() { Ok(Some(real(value)? * &scale)) } else { Ok(None) }
        };
        let low = bound(low)?.map(|low| low.floor().to_integer());
        let high = bound(high)?.map(|high| high.ceil().to_integer());
        let place = self.same(step, input, scale)?;
        for interval in &mut self.quantized.quantities[place].intervals {
            *interval = interval.within(low.as_ref(), high.as_ref());
        }
        Ok(place)
    }

    /// Plans the nearest integers: by a factor that brings the scale to a power of two, whose bits are dropped.
    fn round(&mut self, step: Step<'_>, input: usize) -> Result<usize> {
        let scale = self.scale_of(input);
        if scale.is_one() {
            return self.same(step, input, scale);
        }
        // The factor is rounded: with eight bits more than the value has that is at most 2^-9 of a step.
        let k = self.hull(input).bits().max(scale.ceil().to_integer().bits()) + 8;
        let unit = BigRational::from_integer(power(k));
        let kernel =
            Kernel::Sum { factors: vec![(&unit / scale).round().to_integer()], constant: BigInt::zero() };
        let product = self.layer(kernel, Step { operator: "Mul", ..step }, vec![input], unit)?;
        let n = self.bits_with_half(product, k).max(k + 1);
        self.layer(Kernel::Rescale { n, k }, step, vec![product], BigRational::one())
    }

    /// Plans a test for zero; what cannot be zero needs none.
    fn is_zero(&mut self, step: Step<'_>, input: usize) -> Result<usize> {
        let hull = self.hull(input);
        let is_certain = self.quantized.quantities[input].is_certain;
        if is_certain && (hull.low.is_positive() || hull.high.is_negative()) {
            let sources = vec![Origin::Constant(BigInt::zero()); step.shape.iter().product()];
            let kernel = Kernel::Wiring { sources, order: Order::Any };
            return self.layer(kernel, step, vec![input], BigRational::one());
        }
        self.layer(Kernel::IsZero, step, vec![input], BigRational::one())
    }

    fn arg_max(&mut self, rows: &Rows, step: Step<'_>, input: usize) -> Result<usize> {
        if rows.length == 1 {
            let sources = vec![Origin::Constant(BigInt::zero()); step.shape.iter().product()];
            let kernel = Kernel::Wiring { sources, order: Order::Any };
            return self.layer(kernel, step, vec![input], BigRational::one());
        }
        let scale = self.scale_of(input);
        let mut input = input;
        if rows.inner > 1 {
            let sources = (0..rows.outputs()).flat_map(|out| rows.positions(out));
            let sources = sources.map(|position| Origin::Element(0, position)).collect();
            let shape = [rows.outputs(), rows.length];
            let of = Step { operator: "Transpose", shape: &shape, ..step };
            input = self.layer(Kernel::Wiring { sources, order: Order::Any }, of, vec![input], scale)?;
        }
        let n = self.hull(input).differences().bits();
        let view = Rows { outer: rows.outputs(), inner: 1, ..rows.clone() };
        self.layer(Kernel::ArgMax { rows: view, n }, step, vec![input], BigRational::one())
    }

    /// Plans a division of one by values that are above zero.
    fn reciprocal(&mut self, step: Step<'_>, input: usize) -> Result<usize> {
        let mut input = input;
        let least = self.hull(input).low;
        if !least.is_positive() {
            let reason = "divides by values that may be zero or less";
            return Err(Error::node(step.name, step.operator, reason));
        }
        // Bits that even the least value does not need are dropped.
        let spare = least.bits().saturating_sub(self.scale.numer().bits() + 1);
        if spare > 0 {
            let target = self.scale_of(input) / BigRational::from_integer(power(spare));
            input = self.rescaled(input, step.name, &target)?;
        }
        let hull = self.hull(input);
        let numerator = power((self.scale.ceil().to_integer() * &hull.high).bits());
        let (n, m) = (hull.high.bits(), (&numerator / &hull.low).bits());
        let scale = BigRational::from_integer(numerator.clone()) / self.scale_of(input);
        self.layer(Kernel::Reciprocal { numerator, n, m }, step, vec![input], scale)
    }

    /// Plans the square root of values that are not negative: of a multiple that makes the scale a square.
    fn square_root(&mut self, step: Step<'_>, input: usize) -> Result<usize> {
        let hull = self.hull(input);
        if hull.low.is_negative() {
            let reason = "takes the square root of values that may be negative";
            return Err(Error::node(step.name, step.operator, reason));
        }
        let scale = self.scale_of(input);
        let product = scale.numer() * scale.denom();
        let root = largest_square_divisor(&product);
        // sqrt(x * factor) stands for sqrt(x / scale) at the scale numer / root.
        let mut factor = &product / (&root * &root);
        let mut scale = BigRational::new(scale.numer().clone(), root);
        // As fine as the weights at least.
        if scale < self.scale {
            let more = (&self.scale / &scale).ceil().to_integer();
            factor *= &more * &more;
            scale *= BigRational::from_integer(more);
        }
        let n = (&factor * &hull.high).bits().div_ceil(2).max(1);
        self.layer(Kernel::SquareRoot { factor, n }, step, vec![input], scale)
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
            self.quantized.outputs.push(Port { name, signal, place });
        }
        Ok(())
    }

    pub(super) fn layer(
        &mut self,
        kernel: Kernel,
        step: Step<'_>,
        inputs: Vec<usize>,
        scale: BigRational,
    ) -> Result<usize> {
        let quantities = &self.quantized.quantities;
        let first = inputs.first().map_or_else(Vec::new, |input| quantities[*input].shape.clone());
        let shapes = Shapes { input: &first, output: step.shape };
        let ranges: Vec<&[Interval]> =
            inputs.iter().map(|input| quantities[*input].intervals.as_slice()).collect();
        let mut intervals = propagate(&kernel, &ranges, shapes);
        let name = component_name(self.name_of(step.name), step.operator, &self.names);
        let is_fixed = self.quantized.config.params == ParamsVisibility::Fixed;
        let needed = if is_fixed { None } else { Widths::needed(&name, &kernel, &intervals) };
        let widths = match needed {
            Some(needed) => {
                self.with_parameters += 1;
                self.quantized.config.scope.widths(self.with_parameters - 1, needed)?
            }
            None => None,
        };
        if let Some(widths) = &widths {
            intervals.fill(signed(widths.sums));
        }
        let reachable = if self.is_for_model() || is_fixed {
            Interval::hull(&intervals)
        } else {
            let sources: Vec<(&Interval, usize)> = inputs
                .iter()
                .map(|input| (&quantities[*input].reachable, quantities[*input].intervals.len()))
                .collect();
            reachable(&kernel, widths.as_ref(), &sources, shapes)
        };
        let bits = Interval::hull(&intervals).bits().max(reachable.bits()).max(kernel.bits_taken_apart());
        if bits > MOST_BITS {
            return Err(Error::TooWide { layer: name, bits, most: MOST_BITS });
        }
        let is_constant = match &kernel {
            Kernel::Parameter(_) => is_fixed,
            Kernel::Wiring { .. } => inputs.iter().all(|input| quantities[*input].is_constant),
            _ => false,
        };
        let is_certain = match &kernel {
            Kernel::Parameter(_) | Kernel::Dense(_) | Kernel::Conv2D { .. } if !is_fixed => false,
            // What these give is not negative by their constraints, or in a range by itself.
            Kernel::Relu { .. }
            | Kernel::ReluRescale { .. }
            | Kernel::IsNonNegative { .. }
            | Kernel::IsZero
            | Kernel::ArgMax { .. }
            | Kernel::Range { .. }
            | Kernel::Reciprocal { .. }
            | Kernel::SquareRoot { .. } => true,
            _ => inputs.iter().all(|input| quantities[*input].is_certain),
        };
        let by_constant = inputs.iter().any(|input| quantities[*input].is_constant);
        let cost = kernel.cost(shapes, is_fixed, by_constant);
        let shape = step.shape.to_vec();
        let output = self.quantity(Quantity {
            shape,
            scale,
            intervals,
            edge: None,
            is_constant,
            is_certain,
            reachable,
        });
        self.names.insert(name.clone());
        let node = step.name.to_owned();
        let operator = step.operator;
        self.quantized.layers.push(Layer { name, node, operator, kernel, inputs, output, cost, widths });
        Ok(output)
    }

    /// Returns what a component is called after: the node, unless the circuit is for other models too.
    fn name_of<'n>(&self, node: &'n str) -> &'n str {
        if self.is_for_model() { node } else { "" }
    }

    fn is_for_model(&self) -> bool {
        self.quantized.config.scope == Scope::Model
    }

    fn quantity(&mut self, quantity: Quantity) -> usize {
        self.quantized.quantities.push(quantity);
        self.quantized.quantities.len() - 1
    }

    pub(super) fn hull(&self, place: usize) -> Interval {
        Interval::hull(&self.quantized.quantities[place].intervals)
    }

    /// Returns the scale of a linear layer's weights: its own if it is named, by node or component, else that of all.
    fn weights_scale(&mut self, step: Step<'_>) -> BigRational {
        let component = component_name(self.name_of(step.name), step.operator, &self.names);
        let named = [step.name, component.as_str()]
            .into_iter()
            .find_map(|name| self.quantized.config.layer_scales.get_key_value(name));
        let scale =
            named.map_or_else(|| self.scale.clone(), |(_, power)| BigRational::from_integer(power.integer()));
        self.linear.push(named.map_or(component.clone(), |(name, _)| name.clone()));
        scale
    }

    /// Returns an error if a scale is for a layer that is not there.
    fn check_layer_scales(&self) -> Result<()> {
        match self.quantized.config.layer_scales.keys().find(|name| !self.linear.contains(name)) {
            Some(name) => Err(Error::NoLayer { name: name.clone(), layers: self.linear.join("`, `") }),
            None => Ok(()),
        }
    }

    /// Returns the integers of a linear layer, and the scale of its sums. Weights that are integers stay what they are.
    fn parameters(
        &self,
        weights: &[f64],
        bias: &[f64],
        input: usize,
        own: BigRational,
    ) -> Result<(Parameters, BigRational)> {
        let of_input = self.scale_of(input);
        let is_whole = self.is_for_model()
            && weights.iter().all(|weight| weight.fract() == 0.0)
            && are_whole(bias, &of_input)?;
        let own = if is_whole { BigRational::one() } else { own };
        let scale = of_input * &own;
        Ok((Parameters { weights: integers(weights, &own)?, bias: integers(bias, &scale)? }, scale))
    }
}

/// Returns whether real numbers are integers at a scale.
fn are_whole(values: &[f64], scale: &BigRational) -> Result<bool> {
    if scale.is_one() {
        return Ok(values.iter().all(|value| value.fract() == 0.0));
    }
    for value in values {
        if !(real(*value)? * scale).is_integer() {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Returns the shape that signals have: without the batch of one.
fn without_batch(shape: &[usize]) -> Vec<usize> {
    match shape {
        [] => vec![1],
        [1, inner @ ..] if !inner.is_empty() => inner.to_vec(),
        _ => shape.to_vec(),
    }
}

/// Returns the fraction with a small denominator that a number is, if it is one, else the number itself.
fn simple(value: f64) -> Result<BigRational> {
    for denominator in 1..=4096u32 {
        let numerator = (value * f64::from(denominator)).round();
        if numerator / f64::from(denominator) == value {
            return Ok(real(numerator)? / BigRational::from_integer(denominator.into()));
        }
    }
    real(value)
}

/// Returns the scale at which values meet that are multiplied by these units: the least that is exact if its factors stay
/// small; else one so fine that rounding the factors is far below the values' steps.
fn meeting_scale(units: &[BigRational]) -> BigRational {
    let exact = common_scale(units);
    let sizes = || units.iter().filter(|unit| !unit.is_zero()).map(BigRational::abs);
    let widest = sizes().map(|unit| (&exact * unit).to_integer().bits()).max().unwrap_or(0);
    if widest <= MOST_EXACT_BITS {
        return exact;
    }
    let finest = sizes().map(|unit| unit.recip()).max().unwrap_or_else(BigRational::one);
    finest * BigRational::from_integer(power(MOST_EXACT_BITS))
}

/// Returns the least scale at which the factors of all units are integers.
fn common_scale(units: &[BigRational]) -> BigRational {
    // The reciprocal of the greatest common divisor of fractions: gcd of numerators over lcm of denominators.
    let (mut numerator, mut denominator) = (BigInt::zero(), BigInt::one());
    for unit in units.iter().filter(|unit| !unit.is_zero()) {
        numerator = numerator.gcd(unit.numer());
        denominator = denominator.lcm(unit.denom());
    }
    if numerator.is_zero() { BigRational::one() } else { BigRational::new(denominator, numerator) }
}

/// Returns the largest integer whose square divides a number, as far as small primes tell.
fn largest_square_divisor(number: &BigInt) -> BigInt {
    let mut rest = number.clone();
    let mut root = BigInt::one();
    for prime in 2..1000u32 {
        let square = BigInt::from(prime) * prime;
        while (&rest % &square).is_zero() {
            rest /= &square;
            root *= prime;
        }
    }
    let whole = rest.sqrt();
    if &whole * &whole == rest { root * whole } else { root }
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
