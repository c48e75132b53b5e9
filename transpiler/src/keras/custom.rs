//! Layers that Keras does not have: the activations and pools of circomlib-ml's circuits, as registered classes.
//!
//! `Poly` is x^2 + n x with `n` in its configuration, 1 if it is not there; `ZeLU` is x^2 + x. `Zanh` and `Zigmoid` are
//! polynomials near tanh and sigmoid. `SumPooling2D` and `GlobalSumPooling2D` sum where Keras' pools average, `ArgMax`
//! gives the place of the largest value of the last axis, and Keras' own operator that of any.
//!
//! Source: the README and the test vectors of <https://github.com/socathie/circomlib-ml>; `Poly` is from Ali, So and
//! Avestimehr 2020 (arXiv:2011.05530).

use super::builder::{Builder, Value, op};
use super::config::Layer;
use super::convolution;
use crate::error::Result;

/// Coefficients from the constant on.
const TANH: [f64; 4] = [0.006_769_816, 0.554_670_504, -0.009_411_195, -0.014_187_547];
const SIGMOID: [f64; 4] = [0.500_781, 0.146_704_03, 0.001_198, -0.001_006];

/// Translates one of these layers; `None` when it is another.
pub(super) fn apply(builder: &mut Builder, layer: &Layer<'_>, value: &Value) -> Result<Option<Value>> {
    Ok(Some(match layer.class {
        "Poly" => polynomial(builder, value, &[0.0, layer.float("n")?.unwrap_or(1.0), 1.0])?,
        "ZeLU" => polynomial(builder, value, &[0.0, 1.0, 1.0])?,
        "Zanh" => polynomial(builder, value, &TANH)?,
        "Zigmoid" => polynomial(builder, value, &SIGMOID)?,
        "SumPooling2D" => convolution::sum_pool(builder, layer, value)?,
        "GlobalSumPooling2D" => {
            let average = convolution::global_pool(builder, layer, value, "GlobalAveragePool", 2)?;
            let order = layer.channels_first_order(value.rank())?;
            let count: usize = order[2..].iter().map(|axis| value.shape()[*axis]).product();
            scaled(builder, &average, count)
        }
        "ArgMax" | "Argmax" => {
            let axis = layer.axis("axis", -1, value.rank())?;
            if axis == 0 || layer.flag("keepdims", false)? {
                return Err(layer.fail("over the batch, or with `keepdims`, is not supported"));
            }
            let name = builder.plain(value);
            let name = builder.node(op("ArgMax").size("axis", axis).int("keepdims", 0), &[&name]);
            let mut shape = value.shape();
            shape.remove(axis);
            Value::new(name, shape)
        }
        _ => return Ok(None),
    }))
}

/// Returns `value` times a count.
pub(super) fn scaled(builder: &mut Builder, value: &Value, count: usize) -> Value {
    let count = builder.scalar("count", f64::from(u32::try_from(count).unwrap_or(u32::MAX)));
    builder.elementwise(op("Mul"), value, &[&count])
}

/// Adds a polynomial by Horner's rule.
fn polynomial(builder: &mut Builder, value: &Value, coefficients: &[f64]) -> Result<Value> {
    let (&highest, lower) = coefficients.split_last().unwrap_or((&0.0, &[]));
    let mut result: Option<Value> = None;
    for (power, &coefficient) in lower.iter().enumerate().rev() {
        let mut product = match result {
            Some(sum) => builder.binary(op("Mul"), &sum, value)?,
            None if highest == 1.0 => value.clone(),
            None => {
                let factor = builder.scalar("highest", highest);
                builder.elementwise(op("Mul"), value, &[&factor])
            }
        };
        if coefficient != 0.0 {
            let term = builder.scalar(&format!("coefficient{power}"), coefficient);
            product = builder.elementwise(op("Add"), &product, &[&term]);
        }
        result = Some(product);
    }
    Ok(result.unwrap_or_else(|| value.clone()))
}
