//! Linear layers: their parameters as integers, at which scale.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One as _, Zero as _};

use super::ParamsVisibility;
use super::plan::{Builder, Step};
use super::scale::{integers, real};
use crate::error::{Error, Result};
use crate::kernel::{Kernel, Order, Origin, Parameters, Shapes, cheapest_tile};
use crate::names::component_name;
use crate::ops::{Affine, Conv};

impl Builder<'_> {
    /// Plans a convolution, by tiles where the weights are signals and that takes fewer constraints.
    pub(super) fn convolution(
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

    pub(super) fn parameter(
        &mut self,
        step: Step<'_>,
        values: &[f64],
        scale: BigRational,
        shape: &[usize],
    ) -> Result<usize> {
        let integers = integers(values, &scale)?;
        self.layer(Kernel::Parameter(integers), Step { shape, ..step }, Vec::new(), scale)
    }

    /// Plans a factor and an offset that no linear layer took over: a product and a sum with parameters.
    pub(super) fn affine(&mut self, affine: &Affine, step: Step<'_>, input: usize) -> Result<usize> {
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
            let of = Step { operator: "offset", ..step };
            let parameter = self.parameter(of, offset, scale.clone(), &[offset.len()])?;
            let parameter = self.spread(parameter, affine, step)?;
            let kernel = Kernel::Sum { factors: vec![more, BigInt::one()], constant: BigInt::zero() };
            place = self.layer(kernel, Step { operator: "Add", ..step }, vec![place, parameter], scale)?;
        }
        Ok(place)
    }

    /// Repeats the parameters of an affine operation, one for each value.
    pub(super) fn spread(&mut self, parameter: usize, affine: &Affine, step: Step<'_>) -> Result<usize> {
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

    /// Returns the scale of a linear layer's weights: its own if it is named, by node or component, else that of all.
    pub(super) fn weights_scale(&mut self, step: Step<'_>) -> BigRational {
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
    pub(super) fn check_layer_scales(&self) -> Result<()> {
        match self.quantized.config.layer_scales.keys().find(|name| !self.linear.contains(name)) {
            Some(name) => Err(Error::NoLayer { name: name.clone(), layers: self.linear.join("`, `") }),
            None => Ok(()),
        }
    }

    /// Returns the integers of a linear layer, and the scale of its sums. Weights that are integers stay what they are.
    pub(super) fn parameters(
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
pub(super) fn are_whole(values: &[f64], scale: &BigRational) -> Result<bool> {
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
