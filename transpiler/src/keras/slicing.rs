//! Indexing as Python writes it: `x[:, 1:3, ..., None, -1]`.

use serde_json::Value as Json;

use super::builder::{Builder, Value, int, op};
use super::config::Layer;
use super::inputs::Given;
use crate::error::Result;

/// What is taken of an axis.
enum Item {
    Range { start: Option<i64>, stop: Option<i64>, step: i64 },
    Place(i64),
    New,
    Rest,
}

fn item(layer: &Layer<'_>, given: &Given<'_>) -> Result<Item> {
    let unknown = || {
        layer.fail("is indexed with what is not supported, expected integers, slices, `...` and `None` that are known")
    };
    match given {
        #[expect(clippy::cast_possible_truncation, reason = "whole, and far below 2^63")]
        Given::Number(number) if number.fract() == 0.0 && number.abs() < 1e9 => {
            Ok(Item::Place(*number as i64))
        }
        Given::Other(json) if json.is_null() => Ok(Item::New),
        Given::Other(json) if json["class_name"] == "__ellipsis__" || **json == "..." => Ok(Item::Rest),
        Given::Other(json) => {
            let config = if json["class_name"] == "__slice__" { &json["config"] } else { *json };
            let bound = |key: &str| match config.get(key) {
                None | Some(Json::Null) => Ok(None),
                Some(bound) => {
                    bound.as_i64().filter(|bound| bound.abs() < 1 << 40).map(Some).ok_or_else(unknown)
                }
            };
            if !config.is_object() || config.get("start").is_none() {
                return Err(unknown());
            }
            let (start, stop, step) = (bound("start")?, bound("stop")?, bound("step")?.unwrap_or(1));
            if step == 0 { Err(unknown()) } else { Ok(Item::Range { start, stop, step }) }
        }
        _ => Err(unknown()),
    }
}

/// Adds what an index takes of a value.
pub(super) fn taken(
    builder: &mut Builder,
    layer: &Layer<'_>,
    value: &Value,
    index: &Given<'_>,
) -> Result<Value> {
    let list = match index {
        Given::List(items) => items.as_slice(),
        single => std::slice::from_ref(single),
    };
    let mut items = list.iter().map(|given| item(layer, given)).collect::<Result<Vec<Item>>>()?;
    let used = items.iter().filter(|item| matches!(item, Item::Range { .. } | Item::Place(_))).count();
    let Some(missing) = value.rank().checked_sub(used) else {
        return Err(layer.fail(format!("takes {used} axes of {}", value.rank())));
    };
    let whole = || Item::Range { start: None, stop: None, step: 1 };
    let at = items.iter().position(|item| matches!(item, Item::Rest)).unwrap_or(items.len());
    if at < items.len() {
        items.remove(at);
    }
    items.splice(at..at, (0..missing).map(|_| whole()));
    let mut result = value.clone();
    let mut shape = Vec::new();
    let mut axis = 0;
    for item in items {
        match item {
            Item::Rest => return Err(layer.fail("is indexed with `...` twice")),
            Item::New => {
                if axis == 0 {
                    return Err(layer.fail("puts a new axis before the batch, which is not supported"));
                }
                shape.push(1);
                continue;
            }
            Item::Range { start: None | Some(0), stop: None, step: 1 } => shape.push(result.shape()[axis]),
            _ if axis == 0 => {
                return Err(
                    layer.fail("takes a part of the batch, which is not supported: a proof is of one sample")
                );
            }
            Item::Range { start, stop, step } => {
                result = ranged(builder, layer, &result, axis, (start, stop, step))?;
                shape.push(result.shape()[axis]);
            }
            Item::Place(place) => {
                let length = result.shape()[axis];
                let from_front = if place < 0 { place + int(length) } else { place };
                let inside = usize::try_from(from_front).ok().filter(|place| *place < length);
                let Some(inside) = inside else {
                    return Err(layer.fail(format!("takes place {place} of an axis of {length}")));
                };
                result = builder.part(&result, axis, inside, inside + 1)?;
            }
        }
        axis += 1;
    }
    if shape == result.shape() { Ok(result) } else { builder.reshape(&result, &shape) }
}

/// Adds the places from `start` to `stop` of an axis, by Python's rules.
pub(super) fn ranged(
    builder: &mut Builder,
    layer: &Layer<'_>,
    value: &Value,
    axis: usize,
    (start, stop, step): (Option<i64>, Option<i64>, i64),
) -> Result<Value> {
    let length = int(value.shape()[axis]);
    let (least, most) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let bound = |bound: Option<i64>, default: i64| match bound {
        None => default,
        Some(bound) if bound < 0 => (bound + length).clamp(least, most),
        Some(bound) => bound.clamp(least, most),
    };
    let (from, to) = if step > 0 { (0, length) } else { (length - 1, -1) };
    let (from, to) = (bound(start, from), bound(stop, to));
    let count = if step > 0 { to - from + step - 1 } else { from - to - step - 1 } / step.abs();
    let count = usize::try_from(count).unwrap_or(0);
    if count == 0 {
        return Err(layer.fail(format!("takes nothing of an axis of {length}")));
    }
    let at = value.stored_axis(axis);
    let end = if to < 0 { i64::MIN + 1 } else { to };
    let names = [
        builder.ints("starts", vec![from]),
        builder.ints("ends", vec![end]),
        builder.ints("axes", vec![int(at)]),
        builder.ints("steps", vec![step]),
    ];
    let [starts, ends, axes, steps] = names.each_ref().map(String::as_str);
    let name = builder.node(op("Slice"), &[value.name(), starts, ends, axes, steps]);
    let mut stored = value.stored().to_vec();
    stored[at] = count;
    builder.value(name, stored, &value.order())
}
