//! Layers that move elements, and layers that join values.

use ndarray::{ArrayD, IxDyn};
use serde_json::Value as Json;

use super::builder::{Builder, Value, int, ints, op};
use super::config::Layer;
use super::operation;
use crate::error::Result;
use crate::tensor::elements;

/// `Flatten`.
pub(super) fn flatten(builder: &mut Builder, layer: &Layer<'_>, value: &Value) -> Result<Value> {
    let rank = value.rank();
    let mut seen = value.clone();
    if layer.is_channels_first()? && rank > 2 {
        // Keras moves the channels last first.
        let order: Vec<usize> = [0].into_iter().chain(2..rank).chain([1]).collect();
        seen = value.permuted(&order);
    }
    let length = seen.shape().iter().skip(1).product();
    let name = builder.plain(&seen);
    if rank == 1 {
        return builder.reshape(&seen, &[1, 1]);
    }
    let name = builder.node(op("Flatten").int("axis", 1), &[&name]);
    Ok(Value::new(name, vec![1, length]))
}

/// `Reshape`.
pub(super) fn reshape(builder: &mut Builder, layer: &Layer<'_>, value: &Value) -> Result<Value> {
    let target = layer.get("target_shape").unwrap_or(&Json::Null);
    let fail = || layer.unexpected("target_shape", target, "lengths with the input's number of values");
    reshaped(builder, value, target.as_array().ok_or_else(fail)?).ok_or_else(fail)?
}

/// Returns a value with other lengths behind the batch, of which one may be -1; `None` when they do not fit.
pub(super) fn reshaped(builder: &mut Builder, value: &Value, target: &[Json]) -> Option<Result<Value>> {
    let count: usize = value.shape().iter().skip(1).product();
    let mut shape = vec![1];
    let mut open = None;
    for length in target {
        match length.as_i64() {
            Some(-1) if open.is_none() => {
                open = Some(shape.len());
                shape.push(1);
            }
            Some(length) => shape.push(usize::try_from(length).ok()?),
            None => return None,
        }
    }
    let known = elements(&shape).filter(|known| *known > 0)?;
    if let Some(axis) = open {
        shape[axis] = count / known;
    }
    (elements(&shape) == Some(count)).then(|| builder.reshape(value, &shape))
}

/// `Permute`.
pub(super) fn permute(layer: &Layer<'_>, value: &Value) -> Result<Value> {
    let dims = layer.get("dims").unwrap_or(&Json::Null);
    let mut order = vec![0];
    for dim in dims.as_array().into_iter().flatten() {
        order.extend(dim.as_u64().and_then(|dim| usize::try_from(dim).ok()));
    }
    let mut sorted = order.clone();
    sorted.sort_unstable();
    if !sorted.into_iter().eq(0..value.rank()) {
        return Err(layer.unexpected("dims", dims, &format!("the axes 1 to {}", value.rank() - 1)));
    }
    Ok(value.permuted(&order))
}

/// `RepeatVector`.
pub(super) fn repeat_vector(builder: &mut Builder, layer: &Layer<'_>, value: &Value) -> Result<Value> {
    let count = layer.size("n")?;
    let [batch, features] = value.shape()[..] else {
        return Err(layer.fail(format!("its input has {} axes, expected 2", value.rank())));
    };
    let single = builder.reshape(value, &[batch, 1, features])?;
    let repeats = builder.ints("repeats", vec![1, int(count), 1]);
    let name = builder.node(op("Tile"), &[single.name(), &repeats]);
    builder.value(name, vec![batch, count, features], &[0, 1, 2])
}

/// Reads `padding` or `cropping` of one or two dimensions: the places before and after on each axis.
fn margins(layer: &Layer<'_>, key: &str, places: usize) -> Result<Vec<(usize, usize)>> {
    let value = layer.get(key).unwrap_or(&Json::Null);
    let size = |value: &Json| {
        value.as_u64().filter(|size| *size < 1 << 26).and_then(|size| usize::try_from(size).ok())
    };
    let pair = |value: &Json| match value.as_array() {
        None => size(value).map(|size| (size, size)),
        Some(items) => match items.as_slice() {
            [before, after] => size(before).zip(size(after)),
            _ => None,
        },
    };
    let margins = match (places, value.as_array()) {
        (1, _) => pair(value).map(|margin| vec![margin]),
        (_, Some(items)) => items.iter().map(pair).collect(),
        (_, None) => pair(value).map(|margin| vec![margin; places]),
    };
    margins
        .filter(|margins| margins.len() == places)
        .ok_or_else(|| layer.unexpected(key, value, "lengths before and after each axis"))
}

/// Returns the stored axes of the places, which a layer with `data_format` works on.
fn place_axes(layer: &Layer<'_>, value: &Value, places: usize) -> Result<Vec<usize>> {
    if value.rank() != places + 2 {
        return Err(layer.fail(format!("its input has {} axes, expected {}", value.rank(), places + 2)));
    }
    let first = if layer.is_channels_first()? { 2 } else { 1 };
    Ok((first..first + places).map(|axis| value.stored_axis(axis)).collect())
}

/// `ZeroPadding1D`, `ZeroPadding2D`.
pub(super) fn zero_padding(
    builder: &mut Builder,
    layer: &Layer<'_>,
    value: &Value,
    places: usize,
) -> Result<Value> {
    let axes = place_axes(layer, value, places)?;
    let mut stored = value.stored().to_vec();
    let mut pads = vec![0; 2 * stored.len()];
    for (axis, (before, after)) in axes.into_iter().zip(margins(layer, "padding", places)?) {
        pads[axis] = int(before);
        pads[stored.len() + axis] = int(after);
        stored[axis] = stored[axis].saturating_add(before).saturating_add(after);
    }
    let pads = builder.ints("pads", pads);
    let name = builder.node(op("Pad").text("mode", "constant"), &[value.name(), &pads]);
    builder.value(name, stored, &value.order())
}

/// `Cropping1D`, `Cropping2D`.
pub(super) fn cropping(
    builder: &mut Builder,
    layer: &Layer<'_>,
    value: &Value,
    places: usize,
) -> Result<Value> {
    let axes = place_axes(layer, value, places)?;
    let mut stored = value.stored().to_vec();
    let (mut starts, mut ends) = (Vec::new(), Vec::new());
    for (axis, (before, after)) in axes.iter().zip(margins(layer, "cropping", places)?) {
        let length = stored[*axis];
        let Some(kept) = length.checked_sub(before.saturating_add(after)).filter(|kept| *kept > 0) else {
            return Err(layer.fail(format!("cuts {before} and {after} off an axis of {length} places")));
        };
        starts.push(int(before));
        ends.push(int(before + kept));
        stored[*axis] = kept;
    }
    let starts = builder.ints("starts", starts);
    let ends = builder.ints("ends", ends);
    let axes = builder.ints("axes", ints(&axes));
    let name = builder.node(op("Slice"), &[value.name(), &starts, &ends, &axes]);
    builder.value(name, stored, &value.order())
}

/// `Concatenate`; returns the axis too.
pub(super) fn concatenate(
    builder: &mut Builder,
    layer: &Layer<'_>,
    values: &[Value],
) -> Result<(Value, usize)> {
    let Some(first) = values.first() else {
        return Err(layer.fail("has no input"));
    };
    let axis = layer.axis("axis", -1, first.rank())?;
    if axis == 0 {
        return Err(layer.fail("`axis` 0 is the batch"));
    }
    Ok((builder.joined(values, axis)?, axis))
}

/// `Add`, `Subtract`, `Multiply`, `Average`, `Maximum`, `Minimum`.
pub(super) fn merge(builder: &mut Builder, layer: &Layer<'_>, values: &[Value]) -> Result<Value> {
    // Keras' operators on one tensor, such as `keras.ops.average`, may have the same class.
    let Some((first, rest)) = values.split_first().filter(|(_, rest)| !rest.is_empty()) else {
        return Err(layer.fail(format!("has {} inputs, expected at least 2", values.len())));
    };
    let operator = operation::binary(layer.class).unwrap_or("Add");
    let mut result = first.clone();
    for value in rest {
        result = builder.binary(op(operator), &result, value)?;
    }
    if layer.class == "Average" {
        let share = builder.scalar("share", 1.0 / f64::from(u32::try_from(values.len()).unwrap_or(u32::MAX)));
        result = builder.elementwise(op("Mul"), &result, &[&share]);
    }
    Ok(result)
}

/// `Dot`.
pub(super) fn dot(builder: &mut Builder, layer: &Layer<'_>, values: &[Value]) -> Result<Value> {
    let [left, right] = values else {
        return Err(layer.fail(format!("has {} inputs, expected 2", values.len())));
    };
    if layer.flag("normalize", false)? {
        return Err(layer.fail("`normalize` is not supported; normalize the inputs with other layers"));
    }
    let axes = layer.get("axes").unwrap_or(&Json::Null);
    let axis = |at: usize, value: &Value| {
        let axis = axes.get(at).unwrap_or(axes).as_i64()?;
        let axis = if axis < 0 { axis + int(value.rank()) } else { axis };
        usize::try_from(axis).ok().filter(|axis| (1..value.rank()).contains(axis))
    };
    let (Some(left_axis), Some(right_axis)) = (axis(0, left), axis(1, right)) else {
        return Err(layer.unexpected("axes", axes, "an axis of each input"));
    };
    let rest = |value: &Value, axis: usize| -> (Vec<usize>, Vec<usize>) {
        let shape = value.shape();
        (1..shape.len()).filter(|other| *other != axis).map(|other| (other, shape[other])).unzip()
    };
    let ((left_rest, left_lengths), (right_rest, right_lengths)) =
        (rest(left, left_axis), rest(right, right_axis));
    let count = left.shape()[left_axis];
    if right.shape()[right_axis] != count {
        let reason = format!("axes of lengths {count} and {} do not fit", right.shape()[right_axis]);
        return Err(layer.fail(reason));
    }
    let rows: usize = left_lengths.iter().product();
    let columns: usize = right_lengths.iter().product();
    let left = left.permuted(&[&[0], left_rest.as_slice(), &[left_axis]].concat());
    let right = right.permuted(&[&[0, right_axis], right_rest.as_slice()].concat());
    let left = builder.reshape(&left, &[1, rows, count])?;
    let right = builder.reshape(&right, &[1, count, columns])?;
    let name = builder.node(op("MatMul"), &[left.name(), right.name()]);
    let product = builder.value(name, vec![1, rows, columns], &[0, 1, 2])?;
    let mut shape = [&[1], left_lengths.as_slice(), &right_lengths].concat();
    if shape.len() == 1 {
        shape.push(1);
    }
    builder.reshape(&product, &shape)
}

/// Returns a number, or an array along the last axis, as a constant that fits `value`.
pub(super) fn factor(layer: &Layer<'_>, key: &str, value: &Value) -> Result<Option<ArrayD<f64>>> {
    let Some(json) = layer.get(key) else {
        return Ok(None);
    };
    if let Some(items) = json.as_array() {
        let numbers: Option<Vec<f64>> = items.iter().map(Json::as_f64).collect();
        let last = value.shape().last().copied();
        let numbers = numbers.filter(|numbers| Some(numbers.len()) == last || numbers.len() == 1);
        let numbers = numbers.ok_or_else(|| layer.unexpected(key, json, "a number for each channel"))?;
        let mut shape = vec![1; value.rank()];
        if let Some(last) = shape.last_mut() {
            *last = numbers.len();
        }
        let array = ArrayD::from_shape_vec(IxDyn(&shape), numbers);
        return array.map(Some).map_err(|error| layer.fail(error.to_string()));
    }
    Ok(layer.float(key)?.map(|number| ArrayD::from_elem(IxDyn(&vec![1; value.rank()]), number)))
}
