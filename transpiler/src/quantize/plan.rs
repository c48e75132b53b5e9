//! The plan: which kernel stands for each node, at which scale, with which range.

use std::collections::BTreeSet;

use ndarray::{ArrayD, Dimension as _};
use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::One as _;

use super::scale::{integers, real};
use super::{
    InputCheck, Layer, MOST_BITS, OutputKind, ParamsVisibility, Port, Quantity, QuantizeConfig,
    QuantizedGraph, Sample,
};
use crate::error::{Error, Result};
use crate::graph::{EdgeId, Graph};
use crate::interval::{Interval, propagate};
use crate::kernel::{Kernel, Parameters, Shapes};
use crate::names::component_name;
use crate::ops::Op;

pub(super) struct Builder<'g> {
    graph: &'g Graph,
    scale: BigRational,
    quantized: QuantizedGraph,
    /// The quantity of each edge.
    places: Vec<Option<usize>>,
    names: BTreeSet<String>,
}

impl<'g> Builder<'g> {
    pub(super) fn build(
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

/// Returns where each element of a transposed array comes from.
fn transposed(shape: &[usize], permutation: &[usize]) -> Vec<usize> {
    let positions = ArrayD::from_shape_fn(shape.to_vec(), |index| {
        index.slice().iter().zip(shape).fold(0, |position, (index, length)| position * length + index)
    });
    positions.view().permuted_axes(permutation.to_vec()).iter().copied().collect()
}
