//! A layer with its name, its range and its cost.

use num_rational::BigRational;

use super::plan::{Builder, Step};
use super::{Layer, MOST_BITS, ParamsVisibility, Quantity, Scope, Widths, reachable, signed};
use crate::error::{Error, Result};
use crate::interval::{Interval, propagate};
use crate::kernel::{Kernel, Shapes};
use crate::names::component_name;

impl Builder<'_> {
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
    pub(super) fn name_of<'n>(&self, node: &'n str) -> &'n str {
        if self.is_for_model() { node } else { "" }
    }

    pub(super) fn is_for_model(&self) -> bool {
        self.quantized.config.scope == Scope::Model
    }

    pub(super) fn quantity(&mut self, quantity: Quantity) -> usize {
        self.quantized.quantities.push(quantity);
        self.quantized.quantities.len() - 1
    }

    pub(super) fn hull(&self, place: usize) -> Interval {
        Interval::hull(&self.quantized.quantities[place].intervals)
    }
}
