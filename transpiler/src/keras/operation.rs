//! Operators between values and numbers, such as `x * 2 + 1`, and functions of one value: what Keras 3 keeps of
//! `keras.ops`, and Keras 2 as `TFOpLambda`.

use serde_json::{Map, Value as Json};

use super::builder::{Builder, Value, op};
use crate::error::{Error, Result};

/// Returns the class of Keras 3 for an operator, which Keras 2 names as a function of TensorFlow.
pub(super) fn class<'a>(class: &'a str, config: &'a Map<String, Json>) -> &'a str {
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
        "math.sigmoid" => "Sigmoid",
        "math.tanh" => "Tanh",
        "nn.relu" => "Relu",
        other => other,
    }
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
        _ => return None,
    })
}

/// Translates a function of one value; `None` when the class is another.
pub(super) fn unary(builder: &mut Builder, class: &str, value: &Value) -> Option<Result<Value>> {
    let name = match class {
        "Square" => return Some(builder.binary(op("Mul"), value, value)),
        "Negative" => "Neg",
        "Abs" | "Absolute" => "Abs",
        "Exp" => "Exp",
        "Log" => "Log",
        "Sqrt" => "Sqrt",
        "Sigmoid" => "Sigmoid",
        "Silu" => "Swish",
        "Tanh" => "Tanh",
        "Relu" => "Relu",
        _ => return None,
    };
    Some(Ok(builder.elementwise(op(name), value, &[])))
}

/// Translates an operator on two values, on one value and a number with its position, or on one value.
///
/// # Errors
/// When the operator is not supported, or not on these.
pub(super) fn apply(
    builder: &mut Builder,
    layer: &str,
    class: &str,
    values: &[Value],
    number: Option<(usize, f64)>,
) -> Result<Value> {
    let unsupported = || {
        let reason = "is not an operator that is supported on these inputs; replace it by layers of Keras, or export the model to ONNX";
        Error::node(layer, class, reason)
    };
    match (values, number) {
        ([left, right], None) => builder.binary(op(binary(class).ok_or_else(unsupported)?), left, right),
        ([value], None) => unary(builder, class, value).ok_or_else(unsupported)?,
        ([value], Some((position, number))) => {
            let operator = op(binary(class).ok_or_else(unsupported)?);
            let number = builder.scalar("number", number);
            let names = if position > 0 { [value.name(), &number] } else { [&number, value.name()] };
            let name = builder.node(operator, &names);
            builder.value(name, value.stored().to_vec(), &value.order())
        }
        _ => Err(unsupported()),
    }
}
