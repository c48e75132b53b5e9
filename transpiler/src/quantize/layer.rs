//! A layer with its name, its range and its cost.

use num_rational::BigRational;

use super::plan::{Builder, Step};
use super::reach::{self, Choice};
use super::{Layer, MOST_BITS, ParamsVisibility, Quantity, Scope, Widths, signed};
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
        let sources: Vec<&Quantity> = inputs.iter().map(|input| &quantities[*input]).collect();
        let choice = Choice::of(&kernel, self.quantized.config.params, widths.as_ref());
        let reach = reach::reach(&kernel, &choice, &sources, shapes);
        let of_parameters = kernel.tensors().into_iter().map(|values| Interval::of_values(values).bits());
        let bits = of_parameters
            .chain([Interval::hull(&intervals).bits(), kernel.bits_taken_apart()])
            .fold(0, u64::max);
        if bits > MOST_BITS {
            return Err(Error::TooWide { layer: name, bits, most: MOST_BITS });
        }
        let bits = reach::bits(&kernel, &sources, &reach);
        if bits > MOST_BITS {
            return Err(Error::MayWrap { layer: name, bits, most: MOST_BITS });
        }
        let is_constant = match &kernel {
            Kernel::Parameter(_) => is_fixed,
            Kernel::Wiring { .. } => inputs.iter().all(|input| quantities[*input].is_constant),
            _ => false,
        };
        let by_constant = inputs.iter().any(|input| quantities[*input].is_constant);
        let cost = kernel.cost(shapes, is_fixed, by_constant);
        let shape = step.shape.to_vec();
        let output = self.quantity(Quantity { shape, scale, intervals, edge: None, is_constant, reach });
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
