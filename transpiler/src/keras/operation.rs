//! Operators between values and numbers, such as `x * 2 + 1`, slices, and functions of `keras.ops`: what Keras 3 keeps of
//! them, and Keras 2 as `TFOpLambda`.

use ndarray::ArrayD;
use serde_json::Value as Json;

use super::activation;
use super::builder::{Builder, Operator, Value, int, op};
use super::config::Layer;
use super::einsum::{self, Equation};
use super::inputs::{Given, Inputs};
use super::{mask, slicing};
use crate::error::Result;
use crate::tensor::{array, elements};

mod moves;
mod names;

use names::{activation_of, unary};
pub(super) use names::{binary, class, is_known};

/// An operator with its arguments.
struct Call<'a, 'b> {
    layer: &'b Layer<'a>,
    inputs: &'b Inputs<'a>,
    operands: Vec<Value>,
}

/// The names of operands, in their order.
const OPERANDS: [&str; 10] = ["condition", "x", "a", "tensor", "x1", "x2", "y", "b", "input", "indices"];

/// Translates an operator.
///
/// # Errors
/// When it is not supported, or not on these operands.
pub(super) fn apply(builder: &mut Builder, layer: &Layer<'_>, inputs: &Inputs<'_>) -> Result<Vec<Value>> {
    if layer.class == "GetItem" {
        return item(builder, layer, inputs).map(|value| vec![value]);
    }
    let mut operands = Vec::new();
    let named = OPERANDS.iter().filter_map(|key| inputs.named.get(key));
    for given in inputs.positional.iter().chain(named) {
        operand(builder, given, &mut operands);
    }
    if operands.iter().any(|value| elements(value.stored()).is_none()) {
        return Err(layer.fail("its inputs are too large"));
    }
    let call = Call { layer, inputs, operands };
    match layer.class {
        "Split" => call.split(builder),
        "Unstack" => call.unstack(builder),
        _ => call.single(builder).map(|value| vec![value]),
    }
}

fn item(builder: &mut Builder, layer: &Layer<'_>, inputs: &Inputs<'_>) -> Result<Value> {
    let index = inputs
        .positional
        .get(1)
        .or_else(|| ["key", "slice_spec"].iter().find_map(|key| inputs.named.get(key)));
    match (inputs.positional.first().or_else(|| inputs.named.get("x")), index) {
        (Some(Given::Tensor(tensor)), Some(index)) => slicing::taken(builder, layer, &tensor.value, index),
        _ => Err(layer.fail("has no tensor or no index")),
    }
}

/// Collects the values and constants of an argument.
fn operand(builder: &mut Builder, given: &Given<'_>, operands: &mut Vec<Value>) {
    match given {
        Given::Tensor(tensor) => operands.push(tensor.value.clone()),
        Given::Number(number) => {
            let name = builder.scalar("number", *number);
            operands.push(Value::new(name, Vec::new()));
        }
        Given::List(items) => {
            for item in items {
                operand(builder, item, operands);
            }
        }
        Given::Other(json) => {
            if let Some(values) = constant(&json["config"]["value"]) {
                operands.push(builder.constant_value("constant", values));
            }
        }
    }
}

/// Reads nested lists of numbers.
fn constant(json: &Json) -> Option<ArrayD<f64>> {
    fn collect(json: &Json, depth: usize, shape: &mut Vec<usize>, values: &mut Vec<f64>) -> Option<()> {
        match json {
            Json::Array(items) => {
                if shape.len() == depth {
                    shape.push(items.len());
                }
                (shape.get(depth) == Some(&items.len())).then_some(())?;
                items.iter().try_for_each(|item| collect(item, depth + 1, shape, values))
            }
            Json::Bool(bit) => {
                values.push(if *bit { 1.0 } else { 0.0 });
                (shape.len() == depth).then_some(())
            }
            number => {
                values.push(number.as_f64()?);
                (shape.len() == depth).then_some(())
            }
        }
    }
    let (mut shape, mut values) = (Vec::new(), Vec::new());
    collect(json, 0, &mut shape, &mut values)?;
    array(&shape, values)
}

impl Call<'_, '_> {
    fn unsupported(&self) -> crate::error::Error {
        self.layer.fail(
            "is not an operator that is supported on these inputs; replace it by layers of Keras, or export the model to ONNX (`model.export`)",
        )
    }

    fn one(&self) -> Result<&Value> {
        match self.operands.as_slice() {
            [value] if value.rank() > 0 => Ok(value),
            operands => Err(self.layer.fail(format!("has {} inputs, expected 1", operands.len()))),
        }
    }

    /// Returns an argument, from the configuration or from the call.
    fn argument(&self, key: &str) -> Option<Json> {
        fn json(given: &Given<'_>) -> Option<Json> {
            match given {
                Given::Other(json) => Some((*json).clone()),
                #[expect(clippy::cast_possible_truncation, reason = "whole, and far below 2^63")]
                Given::Number(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
                    Some(Json::from(*number as i64))
                }
                Given::Number(number) => Some(Json::from(*number)),
                Given::List(items) => items.iter().map(json).collect::<Option<Vec<_>>>().map(Json::from),
                Given::Tensor(_) => None,
            }
        }
        self.layer
            .get(key)
            .cloned()
            .or_else(|| self.inputs.named.get(key).and_then(json))
            .filter(|json| !json.is_null())
    }

    fn flag(&self, key: &str) -> bool {
        self.argument(key) == Some(Json::Bool(true))
    }

    fn number(&self, key: &str, default: f64) -> Result<f64> {
        match self.argument(key) {
            None => Ok(default),
            Some(json) => json.as_f64().ok_or_else(|| self.layer.unexpected(key, &json, "a number")),
        }
    }

    /// Returns an argument that is one integer or several.
    fn integers(&self, key: &str) -> Result<Option<Vec<i64>>> {
        let Some(json) = self.argument(key) else { return Ok(None) };
        let integer = |json: &Json| json.as_i64().filter(|integer| integer.abs() < 1 << 40);
        let list = match &json {
            Json::Array(items) => items.iter().map(integer).collect::<Option<Vec<_>>>(),
            json => integer(json).map(|integer| vec![integer]),
        };
        list.map(Some).ok_or_else(|| self.layer.unexpected(key, &json, "integers"))
    }

    /// Returns axes of `rank` that are not the batch.
    fn axes(&self, key: &str, default: Option<i64>, rank: usize) -> Result<Vec<usize>> {
        let list = self.integers(key)?.or_else(|| default.map(|axis| vec![axis]));
        let Some(list) = list else {
            return Err(self
                .layer
                .fail(format!("`{key}` null is not supported: it takes the batch too; name the axes")));
        };
        let mut axes = Vec::new();
        for axis in &list {
            let from_front = if *axis < 0 { axis + int(rank) } else { *axis };
            match usize::try_from(from_front).ok().filter(|axis| *axis < rank) {
                Some(0) => return Err(self.layer.fail(format!("`{key}` 0 is the batch"))),
                Some(axis) => axes.push(axis),
                None => {
                    return Err(self.layer.fail(format!("`{key}` {axis} is out of bounds for {rank} axes")));
                }
            }
        }
        let mut seen = axes.clone();
        seen.sort_unstable();
        seen.dedup();
        if seen.len() != axes.len() {
            return Err(self.layer.fail(format!("`{key}` {list:?} names an axis twice")));
        }
        Ok(axes)
    }

    fn axis(&self, key: &str, default: Option<i64>, rank: usize) -> Result<usize> {
        match self.axes(key, default, rank)?[..] {
            [axis] => Ok(axis),
            ref axes => Err(self.layer.fail(format!("`{key}` {axes:?} is not supported, expected one axis"))),
        }
    }

    fn bits(builder: &mut Builder, value: &Value) -> Value {
        if builder.is_bits(value) { value.clone() } else { mask::truth(builder, value) }
    }

    /// Adds a node on two values, of which one may be a number.
    fn pair(builder: &mut Builder, operator: Operator, left: &Value, right: &Value) -> Result<Value> {
        let like = match (left.rank(), right.rank()) {
            (0, 1..) => right,
            (_, 0) => left,
            _ => return builder.broadcast(operator, &[left.clone(), right.clone()]),
        };
        let name = builder.node(operator, &[left.name(), right.name()]);
        builder.value(name, like.stored().to_vec(), &like.order())
    }

    fn scaled(builder: &mut Builder, operator: &'static str, value: &Value, number: f64) -> Value {
        let number = builder.scalar("factor", number);
        builder.elementwise(op(operator), value, &[&number])
    }

    fn single(&self, builder: &mut Builder) -> Result<Value> {
        let class = self.layer.class;
        if let Some(operator) = binary(class) {
            return self.binary(builder, operator);
        }
        if let Some(name) = activation_of(class) {
            return activation::apply(builder, self.layer, name, self.one()?);
        }
        if let Some(operator) = unary(class) {
            return Ok(builder.elementwise(op(operator), self.one()?, &[]));
        }
        if let Some(result) = self.function(builder)? {
            return Ok(result);
        }
        if let Some(result) = self.reduction(builder)? {
            return Ok(result);
        }
        if let Some(result) = self.wiring(builder)? {
            return Ok(result);
        }
        self.product(builder)?.ok_or_else(|| self.unsupported())
    }

    fn binary(&self, builder: &mut Builder, operator: &'static str) -> Result<Value> {
        let class = self.layer.class;
        let [left, right] = self.operands.as_slice() else {
            return Err(self.unsupported());
        };
        if left.rank() == 0 && right.rank() == 0 {
            return Err(self.unsupported());
        }
        if class.starts_with("Logical") {
            let (left, right) = (Self::bits(builder, left), Self::bits(builder, right));
            return Self::pair(builder, op(operator), &left, &right);
        }
        let result = Self::pair(builder, op(operator), left, right)?;
        Ok(if class == "NotEqual" { builder.elementwise(op("Not"), &result, &[]) } else { result })
    }

    /// Functions of each element, or along an axis, that keep the shape.
    fn function(&self, builder: &mut Builder) -> Result<Option<Value>> {
        let axis = |default: i64| -> Result<usize> {
            let value = self.one()?;
            let axis = self.layer.config.get("axis").is_some_and(Json::is_null);
            if axis {
                return Err(self.layer.fail("`axis` null is not supported, expected one axis"));
            }
            self.axis("axis", Some(default), value.rank())
        };
        let result = match self.layer.class {
            "Square" => builder.binary(op("Mul"), self.one()?, self.one()?)?,
            "Rsqrt" => {
                let root = builder.elementwise(op("Sqrt"), self.one()?, &[]);
                builder.elementwise(op("Reciprocal"), &root, &[])
            }
            "Expm1" => {
                let power = builder.elementwise(op("Exp"), self.one()?, &[]);
                Self::scaled(builder, "Sub", &power, 1.0)
            }
            "Log1p" => {
                let sum = Self::scaled(builder, "Add", self.one()?, 1.0);
                builder.elementwise(op("Log"), &sum, &[])
            }
            "Log2" | "Log10" => {
                let base: f64 = if self.layer.class == "Log2" { 2.0 } else { 10.0 };
                let log = builder.elementwise(op("Log"), self.one()?, &[]);
                Self::scaled(builder, "Mul", &log, base.ln().recip())
            }
            "LogicalNot" => {
                let bits = Self::bits(builder, self.one()?);
                builder.elementwise(op("Not"), &bits, &[])
            }
            "Cast" => {
                let kind = self.argument("dtype");
                match kind.as_ref().and_then(Json::as_str).unwrap_or_default() {
                    "bool" => Self::bits(builder, self.one()?),
                    // 7 is INT64, 1 is FLOAT.
                    kind if kind.contains("int") => {
                        builder.elementwise(op("Cast").int("to", 7), self.one()?, &[])
                    }
                    kind if kind.contains("float") => {
                        builder.elementwise(op("Cast").int("to", 1), self.one()?, &[])
                    }
                    _ => return Err(self.unsupported()),
                }
            }
            "Clip" => {
                let bound = |builder: &mut Builder, key: &str| -> Result<String> {
                    match self.argument(key) {
                        None => Ok(String::new()),
                        Some(_) => {
                            let number = self.number(key, 0.0)?;
                            Ok(builder.scalar(key, number))
                        }
                    }
                };
                let (least, most) = (bound(builder, "x_min")?, bound(builder, "x_max")?);
                builder.elementwise(op("Clip"), self.one()?, &[&least, &most])
            }
            "Softmax" | "LogSoftmax" => {
                let operator = if self.layer.class == "Softmax" { "Softmax" } else { "LogSoftmax" };
                let value = self.one()?;
                let at = value.stored_axis(axis(-1)?);
                builder.elementwise(op(operator).size("axis", at), value, &[])
            }
            "Normalize" if self.argument("order").is_none_or(|order| order.as_f64() == Some(2.0)) => {
                let value = self.one()?;
                let at = value.stored_axis(axis(-1)?);
                builder.elementwise(op("LpNormalization").size("axis", at).int("p", 2), value, &[])
            }
            "Cumsum" => {
                let value = self.one()?;
                let at = builder
                    .ints("axis", vec![int(value.stored_axis(self.axis("axis", None, value.rank())?))]);
                builder.elementwise(op("CumSum"), value, &[&at])
            }
            "OnesLike" | "ZerosLike" => {
                let number = if self.layer.class == "OnesLike" { 1.0 } else { 0.0 };
                let shape = self.one()?.shape();
                let values = ArrayD::from_elem(ndarray::IxDyn(&shape), number);
                builder.constant_value("filled", values)
            }
            "Where" => {
                let [condition, yes, no] = self.operands.as_slice() else {
                    return Err(self.unsupported());
                };
                let bits = Self::bits(builder, condition);
                builder.broadcast(op("Where"), &[bits, yes.clone(), no.clone()])?
            }
            _ => return self.parametric(builder),
        };
        Ok(Some(result))
    }

    /// Activations with parameters, and triangles.
    fn parametric(&self, builder: &mut Builder) -> Result<Option<Value>> {
        let result = match self.layer.class {
            "Tril" | "Triu" => {
                let value = self.one()?;
                if value.rank() < 3 {
                    return Err(self.layer.fail("of the batch is not supported"));
                }
                let value = Value::new(builder.plain(value), value.shape());
                let k = self.integers("k")?.and_then(|list| list.first().copied()).unwrap_or(0);
                let k = builder.constant("k", crate::tensor::Constant::Int(ndarray::arr0(k).into_dyn()));
                builder.elementwise(
                    op("Trilu").int("upper", i64::from(self.layer.class == "Triu")),
                    &value,
                    &[&k],
                )
            }
            "Elu" => {
                builder.elementwise(op("Elu").float("alpha", self.number("alpha", 1.0)?), self.one()?, &[])
            }
            "Celu" => {
                builder.elementwise(op("Celu").float("alpha", self.number("alpha", 1.0)?), self.one()?, &[])
            }
            "LeakyRelu" => {
                let slope = self.number("negative_slope", 0.2)?;
                builder.elementwise(op("LeakyRelu").float("alpha", slope), self.one()?, &[])
            }
            "Gelu" => {
                let is_near = self.argument("approximate") != Some(Json::Bool(false));
                let operator = if is_near { op("Gelu").text("approximate", "tanh") } else { op("Gelu") };
                builder.elementwise(operator, self.one()?, &[])
            }
            _ => return Ok(None),
        };
        Ok(Some(result))
    }

    fn reduction(&self, builder: &mut Builder) -> Result<Option<Value>> {
        let operator = match self.layer.class {
            "Mean" | "Average" => "ReduceMean",
            "Sum" => "ReduceSum",
            "Max" | "Amax" => "ReduceMax",
            "Min" | "Amin" => "ReduceMin",
            "Prod" => "ReduceProd",
            "Logsumexp" => "ReduceLogSumExp",
            "Any" | "All" | "Var" | "Std" | "Norm" | "Argmax" | "Argmin" => "",
            _ => return Ok(None),
        };
        let value = self.one()?;
        let rank = value.rank();
        let keeps = self.flag("keepdims");
        let axes = self.axes("axis", None, rank)?;
        Ok(Some(match self.layer.class {
            "Any" | "All" => {
                let bits = Self::bits(builder, value);
                if self.layer.class == "Any" {
                    mask::any(builder, &bits, &axes, keeps)?
                } else {
                    let not = builder.elementwise(op("Not"), &bits, &[]);
                    let any = mask::any(builder, &not, &axes, keeps)?;
                    builder.elementwise(op("Not"), &any, &[])
                }
            }
            "Var" | "Std" => {
                let mean = builder.reduce("ReduceMean", value, &axes, true)?;
                let centered = builder.binary(op("Sub"), value, &mean)?;
                let square = builder.binary(op("Mul"), &centered, &centered)?;
                let variance = builder.reduce("ReduceMean", &square, &axes, keeps)?;
                if self.layer.class == "Var" {
                    variance
                } else {
                    builder.elementwise(op("Sqrt"), &variance, &[])
                }
            }
            "Norm" => {
                let operator = match self.argument("ord") {
                    None => "ReduceL2",
                    Some(order) if order == "fro" || order.as_f64() == Some(2.0) => "ReduceL2",
                    Some(order) if order.as_f64() == Some(1.0) => "ReduceL1",
                    Some(order) => return Err(self.layer.unexpected("ord", &order, "1 or 2")),
                };
                if axes.len() > 1 && self.argument("ord").is_some_and(|order| order != "fro") {
                    return Err(self.layer.fail("of matrices is not supported, expected one `axis`"));
                }
                builder.reduce(operator, value, &axes, keeps)?
            }
            "Argmax" | "Argmin" => {
                let [axis] = axes[..] else {
                    return Err(self
                        .layer
                        .fail(format!("`axis` {axes:?} is not supported, expected one axis")));
                };
                let operator = if self.layer.class == "Argmax" { "ArgMax" } else { "ArgMin" };
                let plain = builder.plain(value);
                let node = op(operator).size("axis", axis).int("keepdims", i64::from(keeps));
                let name = builder.node(node, &[&plain]);
                Value::new(name, super::builder::reduced(&value.shape(), &[axis], keeps))
            }
            _ => builder.reduce(operator, value, &axes, keeps)?,
        }))
    }

    fn product(&self, builder: &mut Builder) -> Result<Option<Value>> {
        match (self.layer.class, self.operands.as_slice()) {
            ("Matmul" | "Dot", [left, right]) if left.rank() > 1 && right.rank() > 1 => {
                if self.layer.class == "Dot" && right.rank() > 2 {
                    return Ok(None);
                }
                builder.mat_mul(left, right).map(Some)
            }
            ("Einsum", operands) => {
                let text = self.argument("subscripts");
                let text = text.as_ref().and_then(Json::as_str).unwrap_or_default();
                let ranks: Vec<usize> = operands.iter().map(Value::rank).collect();
                let fail =
                    || self.layer.fail(format!("`subscripts` `{text}` is not supported on axes {ranks:?}"));
                let equation = Equation::read(text, &ranks).ok_or_else(fail)?;
                match operands {
                    [left, right] => {
                        einsum::product(builder, &equation, left, right)?.ok_or_else(fail).map(Some)
                    }
                    _ => Err(fail()),
                }
            }
            _ => Ok(None),
        }
    }
}
