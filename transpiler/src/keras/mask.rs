//! Masks: which places of a sequence count, ones where they do and zeros where they do not.
//!
//! Keras keeps a mask with a tensor, computes it from what the tensor was computed from, and hands it on from layer to layer
//! where a layer's class says so. So does this; nothing of a mask is taken from a sample.
//!
//! Source: `__call__` and `compute_mask` of `keras/src/layers/layer.py` and of the layers.

use std::cell::RefCell;
use std::rc::Rc;

use ndarray::{ArrayD, IxDyn};

use super::builder::{Builder, Value, op};
use super::config::Layer;
use crate::error::Result;

/// A value with its mask.
#[derive(Clone)]
pub(super) struct Tensor {
    pub(super) value: Value,
    /// Layers that do nothing give the same tensor, and so the same mask: `MultiHeadAttention` takes it from both.
    mask: Rc<RefCell<Option<Value>>>,
}

impl Tensor {
    pub(super) fn new(value: Value, mask: Option<Value>) -> Self {
        Self { value, mask: Rc::new(RefCell::new(mask)) }
    }

    pub(super) fn mask(&self) -> Option<Value> {
        self.mask.borrow().clone()
    }

    /// Takes the mask away, from all who have this tensor.
    pub(super) fn forget_mask(&self) {
        *self.mask.borrow_mut() = None;
    }

    /// Follows a change of a value's name.
    pub(super) fn rename_mask(&self, before: &str, after: &str) {
        let renamed = self.mask().map(|mask| mask.renamed(before, after));
        *self.mask.borrow_mut() = renamed;
    }

    /// Returns another value with this tensor's mask.
    pub(super) fn alias(&self, value: Value) -> Self {
        Self { value, mask: Rc::clone(&self.mask) }
    }
}

/// Adds the bits of a mask as numbers.
pub(super) fn numbers(builder: &mut Builder, mask: &Value) -> Value {
    // 1 is FLOAT.
    builder.elementwise(op("Cast").int("to", 1), mask, &[])
}

/// Adds what counts of some values as a bit, one where they are not zero.
pub(super) fn truth(builder: &mut Builder, value: &Value) -> Value {
    // 9 is BOOL.
    builder.elementwise(op("Cast").int("to", 9), value, &[])
}

/// Adds `yes` where a mask holds, else `no`, or zero.
pub(super) fn select(builder: &mut Builder, mask: &Value, yes: &Value, no: Option<&Value>) -> Result<Value> {
    if let Some(no) = no {
        return builder.broadcast(op("Where"), &[mask.clone(), yes.clone(), no.clone()]);
    }
    let numbers = numbers(builder, mask);
    builder.broadcast(op("Mul"), &[yes.clone(), numbers])
}

/// Adds where a value is not a number.
pub(super) fn differs(builder: &mut Builder, value: &Value, number: f64) -> Value {
    let number = builder.scalar("compared", number);
    let equal = builder.elementwise(op("Equal"), value, &[&number]);
    builder.elementwise(op("Not"), &equal, &[])
}

/// Adds whether any of the bits along an axis is set.
pub(super) fn any(builder: &mut Builder, bits: &Value, axes: &[usize], keeps: bool) -> Result<Value> {
    let numbers = numbers(builder, bits);
    let count = builder.reduce("ReduceSum", &numbers, axes, keeps)?;
    Ok(differs(builder, &count, 0.0))
}

/// Adds the conjunction of masks whose shapes broadcast.
pub(super) fn all_of(builder: &mut Builder, masks: &[Value]) -> Result<Option<Value>> {
    let Some((first, rest)) = masks.split_first() else {
        return Ok(None);
    };
    let mut result = first.clone();
    for mask in rest {
        result = builder.broadcast(op("And"), &[result, mask.clone()])?;
    }
    Ok(Some(result))
}

/// `Masking`: zeros where all features are the value that is looked for, and the mask that says so.
pub(super) fn masking(builder: &mut Builder, layer: &Layer<'_>, value: &Value) -> Result<Tensor> {
    let number = layer.float("mask_value")?.unwrap_or(0.0);
    let Some(last) = value.rank().checked_sub(1).filter(|last| *last > 0) else {
        return Err(layer.fail("its input has no axis beside the batch"));
    };
    let bits = differs(builder, value, number);
    let kept = any(builder, &bits, &[last], true)?;
    let shape = kept.shape();
    let result = select(builder, &kept, value, None)?;
    let mask = builder.reshape(&kept, &shape[..last])?;
    Ok(Tensor::new(result, Some(mask)))
}

/// Returns the mask of layers that merge: what counts in one of the inputs counts; in Keras 2, what counts in all.
pub(super) fn merged(
    builder: &mut Builder,
    layer: &Layer<'_>,
    masks: &[Option<Value>],
) -> Result<Option<Value>> {
    let Some(masks) = masks.iter().cloned().collect::<Option<Vec<Value>>>() else {
        return Ok(None);
    };
    combined(builder, layer, &masks)
}

fn combined(builder: &mut Builder, layer: &Layer<'_>, masks: &[Value]) -> Result<Option<Value>> {
    let operator = if layer.is_keras_2 { "And" } else { "Or" };
    let Some((first, rest)) = masks.split_first() else {
        return Ok(None);
    };
    let mut result = first.clone();
    for mask in rest {
        if mask.name() != result.name() {
            result = builder.broadcast(op(operator), &[result, mask.clone()])?;
        }
    }
    Ok(Some(result))
}

/// Returns the mask of `Concatenate`.
pub(super) fn concatenated(
    builder: &mut Builder,
    layer: &Layer<'_>,
    values: &[Value],
    masks: &[Option<Value>],
    axis: usize,
) -> Result<Option<Value>> {
    if masks.iter().all(Option::is_none) {
        return Ok(None);
    }
    let is_features = values.iter().zip(masks).all(|(value, mask)| {
        axis + 1 == value.rank() && mask.as_ref().is_none_or(|mask| mask.rank() < value.rank())
    });
    if is_features {
        // An input without a mask counts everywhere.
        return match (layer.is_keras_2, masks.iter().all(Option::is_some)) {
            (false, false) => Ok(None),
            _ => combined(builder, layer, &masks.iter().flatten().cloned().collect::<Vec<_>>()),
        };
    }
    let mut parts = Vec::new();
    for (value, mask) in values.iter().zip(masks) {
        let shape = &value.shape()[..value.rank() - 1];
        parts.push(match mask {
            Some(mask) if mask.shape() == shape => mask.clone(),
            None => {
                let ones = ArrayD::from_elem(IxDyn(shape), 1.0);
                let ones = builder.constant_value("unmasked", ones);
                truth(builder, &ones)
            }
            Some(mask) => {
                let reason = format!("a mask of shape {:?} is joined along axis {axis}", mask.shape());
                return Err(layer.fail(reason));
            }
        });
    }
    builder.joined(&parts, axis).map(Some)
}
