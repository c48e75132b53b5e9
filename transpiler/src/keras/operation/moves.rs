//! Operators that move values: shapes, orders, slices, repetitions.

use serde_json::Value as Json;

use super::super::builder::{Builder, Value, int, ints, op, reduced};
use super::super::inputs::Given;
use super::super::{category, slicing, wiring};
use super::{Call, constant};
use crate::error::Result;
use crate::tensor::elements;

impl Call<'_, '_> {
    /// Functions that move elements.
    pub(super) fn wiring(&self, builder: &mut Builder) -> Result<Option<Value>> {
        let class = self.layer.class;
        if matches!(class, "Concatenate" | "Stack") {
            let Some(first) = self.operands.first() else { return Err(self.unsupported()) };
            let rank = first.rank() + usize::from(class == "Stack");
            if self.operands.iter().any(|value| value.rank() != first.rank()) {
                return Err(self.layer.fail("its inputs do not have as many axes each"));
            }
            let axis = self.axis("axis", Some(if class == "Stack" { 0 } else { -1 }), rank)?;
            let join = if class == "Stack" { Builder::stacked } else { Builder::joined };
            return join(builder, &self.operands, axis).map(Some);
        }
        if class == "Take" {
            return self.take(builder).map(Some);
        }
        let moves = [
            "Reshape",
            "Transpose",
            "ExpandDims",
            "Squeeze",
            "Swapaxes",
            "Moveaxis",
            "Flip",
            "Roll",
            "Repeat",
            "Tile",
            "Pad",
            "BroadcastTo",
            "OneHot",
        ];
        if !moves.contains(&class) {
            return Ok(None);
        }
        let value = self.one()?;
        let (rank, shape) = (value.rank(), value.shape());
        Ok(Some(match class {
            "Reshape" => self.reshape(builder, value)?,
            "Transpose" | "Swapaxes" | "Moveaxis" => value.permuted(&self.order(rank)?),
            "ExpandDims" => {
                let added = self.integers("axis")?.unwrap_or_default().len();
                let mut axes = self.axes("axis", None, rank + added)?;
                axes.sort_unstable();
                let mut shape = shape;
                for axis in axes {
                    shape.insert(axis.min(shape.len()), 1);
                }
                builder.reshape(value, &shape)?
            }
            "Squeeze" => {
                let axes = match self.argument("axis") {
                    None => (1..rank).filter(|axis| shape[*axis] == 1).collect(),
                    Some(_) => self.axes("axis", None, rank)?,
                };
                if axes.iter().any(|axis| shape[*axis] != 1) {
                    return Err(self.layer.fail(format!("squeezes axes {axes:?} of shape {shape:?}")));
                }
                builder.reshape(value, &reduced(&shape, &axes, false))?
            }
            "Flip" => {
                let mut result = value.clone();
                for axis in self.axes("axis", None, rank)? {
                    result = slicing::ranged(builder, self.layer, &result, axis, (None, None, -1))?;
                }
                result
            }
            "Roll" => {
                let axis = self.axis("axis", None, rank)?;
                let shift = self.integers("shift")?.and_then(|list| list.first().copied()).unwrap_or(0);
                let length = shape[axis];
                let cut = usize::try_from((-shift).rem_euclid(int(length).max(1))).unwrap_or(0);
                if cut == 0 {
                    return Ok(Some(value.clone()));
                }
                let parts = [builder.part(value, axis, cut, length)?, builder.part(value, axis, 0, cut)?];
                builder.joined(&parts, axis)?
            }
            "Repeat" | "Tile" | "BroadcastTo" => self.repeated(builder, value)?,
            "Pad" => self.pad(builder, value)?,
            "OneHot" => {
                let count =
                    self.integers("num_classes")?.and_then(|list| usize::try_from(*list.first()?).ok());
                let count = count
                    .filter(|count| *count > 0)
                    .ok_or_else(|| self.layer.fail("`num_classes` is missing"))?;
                if self.integers("axis")?.is_some_and(|axis| axis != [-1] && axis != [int(rank)]) {
                    return Err(self.layer.fail("`axis` is not supported, expected -1"));
                }
                builder.hold_integers(value);
                category::indicator(builder, self.layer, value, count)?
            }
            _ => return Err(self.unsupported()),
        }))
    }

    /// Returns the order of axes of a function that permutes them.
    pub(super) fn order(&self, rank: usize) -> Result<Vec<usize>> {
        let order: Vec<usize> = match self.layer.class {
            "Transpose" => {
                let key = if self.layer.config.contains_key("axes") { "axes" } else { "perm" };
                let list = self.integers(key)?.ok_or_else(|| {
                    self.layer.fail("`axes` null is not supported: it moves the batch; name the axes")
                })?;
                list.iter()
                    .filter_map(|axis| usize::try_from(if *axis < 0 { axis + int(rank) } else { *axis }).ok())
                    .collect()
            }
            "Swapaxes" => {
                let (first, second) = (self.axis("axis1", None, rank)?, self.axis("axis2", None, rank)?);
                let mut order: Vec<usize> = (0..rank).collect();
                order.swap(first, second);
                order
            }
            _ => {
                let (from, to) = (self.axes("source", None, rank)?, self.axes("destination", None, rank)?);
                if from.len() != to.len() {
                    return Err(self.layer.fail("`source` and `destination` name different numbers of axes"));
                }
                let mut order: Vec<usize> = (0..rank).filter(|axis| !from.contains(axis)).collect();
                let mut moves: Vec<(usize, usize)> = to.into_iter().zip(from).collect();
                moves.sort_unstable();
                for (to, from) in moves {
                    order.insert(to.min(order.len()), from);
                }
                order
            }
        };
        let mut sorted = order.clone();
        sorted.sort_unstable();
        if order.first() != Some(&0) || !sorted.into_iter().eq(0..rank) {
            return Err(self
                .layer
                .fail(format!("axes {order:?} are not supported, expected all of {rank}, the batch first")));
        }
        Ok(order)
    }

    pub(super) fn reshape(&self, builder: &mut Builder, value: &Value) -> Result<Value> {
        let key = if self.layer.config.contains_key("newshape") { "newshape" } else { "shape" };
        let json = self.argument(key).unwrap_or(Json::Null);
        let fail =
            || self.layer.unexpected(key, &json, "a batch, then lengths with the input's number of values");
        let Some((batch, rest)) = json.as_array().and_then(|items| items.split_first()) else {
            return Err(fail());
        };
        if !(batch.is_null() || matches!(batch.as_i64(), Some(-1 | 1))) {
            return Err(fail());
        }
        wiring::reshaped(builder, value, rest).ok_or_else(fail)?
    }

    pub(super) fn repeated(&self, builder: &mut Builder, value: &Value) -> Result<Value> {
        let (rank, shape) = (value.rank(), value.shape());
        let counts: Vec<i64> = match self.layer.class {
            "Tile" => self.integers("repeats")?.unwrap_or_default(),
            "Repeat" => {
                let axis = self.axis("axis", None, rank)?;
                let Some([times]) = self
                    .integers("repeats")?
                    .as_deref()
                    .map(<[i64]>::to_vec)
                    .as_deref()
                    .and_then(|list| <[i64; 1]>::try_from(list).ok())
                else {
                    return Err(self.layer.fail("`repeats` is not one number"));
                };
                // Each place is repeated by itself: as an axis of its own, behind the one that is repeated.
                let times = usize::try_from(times).ok().filter(|times| *times > 0);
                let Some(times) = times else {
                    return Err(self.layer.fail("`repeats` is not above zero"));
                };
                let parts = vec![value.clone(); times.min(1 << 16)];
                let stacked = builder.stacked(&parts, axis + 1)?;
                let mut shape = shape;
                shape[axis] = shape[axis].saturating_mul(times);
                return builder.reshape(&stacked, &shape);
            }
            _ => {
                let target = self.integers("shape")?.unwrap_or_default();
                if target.len() != rank {
                    return Err(self.layer.fail("`shape` does not have as many axes as its input"));
                }
                let fits = target.iter().zip(&shape).all(|(to, from)| *from == 1 || *to == int(*from));
                if !fits {
                    return Err(self.layer.fail(format!("`shape` {target:?} does not fit {shape:?}")));
                }
                target.iter().zip(&shape).map(|(to, from)| to / int(*from).max(1)).collect()
            }
        };
        let sizes: Option<Vec<usize>> =
            counts.iter().map(|count| usize::try_from(*count).ok().filter(|count| *count > 0)).collect();
        let sizes = sizes.filter(|sizes| sizes.len() == rank && sizes[0] == 1);
        let Some(sizes) = sizes else {
            return Err(self.layer.fail(format!(
                "repeats {counts:?} are not supported, expected one for each of {rank} axes, 1 for the batch"
            )));
        };
        let plain = builder.plain(value);
        let names = builder.ints("repeats", ints(&sizes));
        let stored: Vec<usize> =
            shape.iter().zip(&sizes).map(|(length, size)| length.saturating_mul(*size)).collect();
        if elements(&stored).is_none() {
            return Err(self.layer.fail(format!("its output of shape {stored:?} is too large")));
        }
        let name = builder.node(op("Tile"), &[&plain, &names]);
        builder.value(name, stored, &(0..rank).collect::<Vec<_>>())
    }

    pub(super) fn pad(&self, builder: &mut Builder, value: &Value) -> Result<Value> {
        let rank = value.rank();
        let mode = self.argument("mode");
        let mode = match mode.as_ref().and_then(Json::as_str).unwrap_or("constant") {
            "constant" => "constant",
            "reflect" => "reflect",
            "edge" => "edge",
            other => return Err(self.layer.fail(format!("`mode` `{other}` is not supported"))),
        };
        let width = self.argument("pad_width").unwrap_or(Json::Null);
        let fail = || {
            self.layer.unexpected(
                "pad_width",
                &width,
                "lengths before and after each axis, none for the batch",
            )
        };
        let size = |json: &Json| {
            json.as_u64().filter(|size| *size < 1 << 26).and_then(|size| usize::try_from(size).ok())
        };
        let pair = |json: &Json| Some((size(&json[0])?, size(&json[1])?));
        let pairs: Option<Vec<(usize, usize)>> =
            width.as_array().and_then(|items| items.iter().map(pair).collect());
        let pairs = pairs.filter(|pairs| pairs.len() == rank && pairs[0] == (0, 0)).ok_or_else(fail)?;
        let plain = builder.plain(value);
        let mut stored = value.shape();
        for (length, (before, after)) in stored.iter_mut().zip(&pairs) {
            *length = length.saturating_add(*before).saturating_add(*after);
        }
        let all: Vec<usize> =
            pairs.iter().map(|pair| pair.0).chain(pairs.iter().map(|pair| pair.1)).collect();
        let pads = builder.ints("pads", ints(&all));
        let number = self.number("constant_values", 0.0)?;
        let number = builder.scalar("filling", number);
        let operator = op("Pad").text("mode", mode);
        let name = match mode {
            "constant" => builder.node(operator, &[&plain, &pads, &number]),
            _ => builder.node(operator, &[&plain, &pads]),
        };
        builder.value(name, stored, &(0..rank).collect::<Vec<_>>())
    }

    pub(super) fn take(&self, builder: &mut Builder) -> Result<Value> {
        let Some(value) = self.operands.first().filter(|value| value.rank() > 0) else {
            return Err(self.unsupported());
        };
        let axis = self.axis("axis", None, value.rank())?;
        let given = self.inputs.positional.get(1).or_else(|| self.inputs.named.get("indices"));
        let list = match given {
            Some(Given::Number(number)) => vec![*number],
            Some(Given::List(items)) => items
                .iter()
                .map(|item| if let Given::Number(number) = item { Some(*number) } else { None })
                .collect::<Option<Vec<f64>>>()
                .ok_or_else(|| self.unsupported())?,
            Some(Given::Other(json)) => constant(&json["config"]["value"])
                .filter(|values| values.ndim() <= 1)
                .ok_or_else(|| self.unsupported())?
                .into_iter()
                .collect(),
            _ => return Err(self.unsupported()),
        };
        let length = value.shape()[axis];
        let mut indices = Vec::new();
        for number in list {
            #[expect(clippy::cast_possible_truncation, reason = "out of bounds is refused")]
            let index = number as i64;
            let from_front = if index < 0 { index.saturating_add(int(length)) } else { index };
            match usize::try_from(from_front).ok().filter(|index| *index < length) {
                Some(index) if number.fract() == 0.0 => indices.push(int(index)),
                _ => return Err(self.layer.fail(format!("takes place {number} of an axis of {length}"))),
            }
        }
        let is_one = matches!(given, Some(Given::Number(_)));
        if let (true, [index]) = (is_one, indices.as_slice()) {
            return builder.place(value, axis, usize::try_from(*index).unwrap_or(0));
        }
        let at = value.stored_axis(axis);
        let mut stored = value.stored().to_vec();
        stored[at] = indices.len();
        let names = builder.ints("indices", indices);
        let name = builder.node(op("Gather").size("axis", at), &[value.name(), &names]);
        builder.value(name, stored, &value.order())
    }

    pub(super) fn split(&self, builder: &mut Builder) -> Result<Vec<Value>> {
        let value = self.one()?;
        let axis = self.axis("axis", Some(0), value.rank())?;
        let length = value.shape()[axis];
        let json = self.argument("indices_or_sections").unwrap_or(Json::Null);
        let fail = || {
            self.layer.unexpected(
                "indices_or_sections",
                &json,
                &format!("equal parts of {length} places, or ascending places"),
            )
        };
        let size = |json: &Json| {
            json.as_u64().and_then(|size| usize::try_from(size).ok()).filter(|size| *size <= length)
        };
        let mut bounds = vec![0];
        match &json {
            Json::Array(items) => {
                bounds.extend(items.iter().map(size).collect::<Option<Vec<_>>>().ok_or_else(fail)?);
            }
            json => {
                let count = size(json)
                    .filter(|count| *count > 0 && length.is_multiple_of(*count))
                    .ok_or_else(fail)?;
                bounds.extend((1..count).map(|part| part * (length / count)));
            }
        }
        bounds.push(length);
        if bounds.windows(2).any(|pair| pair[0] >= pair[1]) {
            return Err(fail());
        }
        bounds.windows(2).map(|pair| builder.part(value, axis, pair[0], pair[1])).collect()
    }

    pub(super) fn unstack(&self, builder: &mut Builder) -> Result<Vec<Value>> {
        let value = self.one()?;
        let axis = self.axis("axis", Some(0), value.rank())?;
        (0..value.shape()[axis]).map(|at| builder.place(value, axis, at)).collect()
    }
}
