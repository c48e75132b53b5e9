//! Operators between values and numbers, such as `x * 2 + 1`, slices, and functions of `keras.ops`: what Keras 3 keeps of
//! them, and Keras 2 as `TFOpLambda`.

use ndarray::ArrayD;
use serde_json::{Map, Value as Json};

use super::activation;
use super::builder::{Builder, Operator, Value, int, ints, op};
use super::config::Layer;
use super::einsum::{self, Equation};
use super::inputs::{Given, Inputs};
use super::{category, mask, slicing, wiring};
use crate::error::Result;
use crate::tensor::{array, elements};

/// Returns the class of Keras 3 for an operator, which Keras 2 names as a function of TensorFlow.
pub(super) fn class<'a>(class: &'a str, config: &'a Map<String, Json>) -> &'a str {
    if class == "SlicingOpLambda" {
        return "GetItem";
    }
    if class != "TFOpLambda" {
        return class;
    }
    let function = config.get("function").and_then(Json::as_str).unwrap_or_default();
    match function {
        "__operators__.add" | "math.add" => "Add",
        "math.subtract" => "Subtract",
        "math.multiply" => "Multiply",
        "math.truediv" | "math.divide" => "TrueDivide",
        "math.pow" => "Power",
        "math.maximum" => "Maximum",
        "math.minimum" => "Minimum",
        "math.square" => "Square",
        "math.negative" => "Negative",
        "math.abs" => "Absolute",
        "math.exp" => "Exp",
        "math.log" => "Log",
        "math.sqrt" => "Sqrt",
        "math.rsqrt" => "Rsqrt",
        "math.sigmoid" | "nn.sigmoid" => "Sigmoid",
        "math.tanh" | "nn.tanh" => "Tanh",
        "nn.relu" => "Relu",
        "nn.softmax" => "Softmax",
        "math.reduce_mean" => "Mean",
        "math.reduce_sum" => "Sum",
        "math.reduce_max" => "Max",
        "math.reduce_min" => "Min",
        "math.greater" => "Greater",
        "math.greater_equal" => "GreaterEqual",
        "math.less" => "Less",
        "math.less_equal" => "LessEqual",
        "math.equal" => "Equal",
        "math.not_equal" => "NotEqual",
        "math.logical_and" => "LogicalAnd",
        "math.logical_or" => "LogicalOr",
        "math.logical_not" => "LogicalNot",
        "linalg.matmul" => "Matmul",
        "concat" => "Concatenate",
        "stack" => "Stack",
        "expand_dims" => "ExpandDims",
        "reshape" => "Reshape",
        "cast" => "Cast",
        "identity" | "stop_gradient" => "Identity",
        "compat.v1.transpose" | "transpose" => "Transpose",
        other => other,
    }
}

/// Functions that are neither of two values nor of each element.
const OTHERS: &[&str] = &[
    "All",
    "Amax",
    "Amin",
    "Any",
    "Argmax",
    "Argmin",
    "Average",
    "BroadcastTo",
    "Cast",
    "Celu",
    "Clip",
    "Concatenate",
    "Cumsum",
    "Dot",
    "Einsum",
    "Elu",
    "ExpandDims",
    "Expm1",
    "Flip",
    "Gelu",
    "GetItem",
    "LeakyRelu",
    "Log10",
    "Log1p",
    "Log2",
    "LogSoftmax",
    "LogicalNot",
    "Logsumexp",
    "Matmul",
    "Max",
    "Mean",
    "Min",
    "Moveaxis",
    "Norm",
    "Normalize",
    "OneHot",
    "OnesLike",
    "Pad",
    "Prod",
    "Repeat",
    "Reshape",
    "Roll",
    "Rsqrt",
    "Softmax",
    "Split",
    "Square",
    "Squeeze",
    "Stack",
    "Std",
    "Sum",
    "Swapaxes",
    "Take",
    "Tile",
    "Transpose",
    "Tril",
    "Triu",
    "Unstack",
    "Var",
    "Where",
    "ZerosLike",
];

/// Returns whether a class is a function that is translated; some layers have the same names.
pub(super) fn is_known(class: &str) -> bool {
    OTHERS.contains(&class) || binary(class).or(unary(class)).or(activation_of(class)).is_some()
}

/// Returns the operator of ONNX for a class with two inputs.
pub(super) fn binary(class: &str) -> Option<&'static str> {
    Some(match class {
        "Add" => "Add",
        "Subtract" => "Sub",
        "Multiply" => "Mul",
        "Divide" | "TrueDivide" => "Div",
        "Power" => "Pow",
        "Maximum" => "Max",
        "Minimum" => "Min",
        "Mod" => "Mod",
        "Greater" => "Greater",
        "GreaterEqual" => "GreaterOrEqual",
        "Less" => "Less",
        "LessEqual" => "LessOrEqual",
        "Equal" | "NotEqual" => "Equal",
        "LogicalAnd" => "And",
        "LogicalOr" => "Or",
        "LogicalXor" => "Xor",
        _ => return None,
    })
}

/// Returns the operator of ONNX for a function of one value.
fn unary(class: &str) -> Option<&'static str> {
    Some(match class {
        "Negative" => "Neg",
        "Abs" | "Absolute" => "Abs",
        "Arccos" => "Acos",
        "Arccosh" => "Acosh",
        "Arcsin" => "Asin",
        "Arcsinh" => "Asinh",
        "Arctan" => "Atan",
        "Arctanh" => "Atanh",
        "Ceil" => "Ceil",
        "Cos" => "Cos",
        "Cosh" => "Cosh",
        "Erf" => "Erf",
        "Exp" => "Exp",
        "Floor" => "Floor",
        "Identity" | "Copy" | "StopGradient" | "ConvertToTensor" => "Identity",
        "Log" => "Log",
        "Reciprocal" => "Reciprocal",
        "Round" => "Round",
        "Sign" => "Sign",
        "Sin" => "Sin",
        "Sinh" => "Sinh",
        "Sqrt" => "Sqrt",
        "Tan" => "Tan",
        "Tanh" => "Tanh",
        _ => return None,
    })
}

/// Returns the name of an activation without parameters.
fn activation_of(class: &str) -> Option<&'static str> {
    Some(match class {
        "Sigmoid" => "sigmoid",
        "Relu" => "relu",
        "Relu6" => "relu6",
        "Selu" => "selu",
        "Silu" => "silu",
        "Softplus" => "softplus",
        "Softsign" => "softsign",
        "HardSigmoid" => "hard_sigmoid",
        "HardSilu" => "hard_silu",
        "HardTanh" => "hard_tanh",
        "LogSigmoid" => "log_sigmoid",
        "Mish" => "mish",
        "SparsePlus" => "sparse_plus",
        "SparseSigmoid" => "sparse_sigmoid",
        "Squareplus" => "squareplus",
        "TanhShrink" => "tanh_shrink",
        _ => return None,
    })
}

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

    /// Functions that move elements.
    fn wiring(&self, builder: &mut Builder) -> Result<Option<Value>> {
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
                builder.reshape(value, &super::builder::reduced(&shape, &axes, false))?
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
    fn order(&self, rank: usize) -> Result<Vec<usize>> {
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

    fn reshape(&self, builder: &mut Builder, value: &Value) -> Result<Value> {
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

    fn repeated(&self, builder: &mut Builder, value: &Value) -> Result<Value> {
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

    fn pad(&self, builder: &mut Builder, value: &Value) -> Result<Value> {
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

    fn take(&self, builder: &mut Builder) -> Result<Value> {
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

    fn split(&self, builder: &mut Builder) -> Result<Vec<Value>> {
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

    fn unstack(&self, builder: &mut Builder) -> Result<Vec<Value>> {
        let value = self.one()?;
        let axis = self.axis("axis", Some(0), value.rank())?;
        (0..value.shape()[axis]).map(|at| builder.place(value, axis, at)).collect()
    }
}
