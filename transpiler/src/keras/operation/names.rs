//! What Keras calls operators, and what ONNX calls them.

use serde_json::{Map, Value as Json};

/// Returns the class of Keras 3 for an operator, which Keras 2 names as a function of TensorFlow.
pub(in crate::keras) fn class<'a>(class: &'a str, config: &'a Map<String, Json>) -> &'a str {
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
pub(in crate::keras) fn is_known(class: &str) -> bool {
    OTHERS.contains(&class) || binary(class).or(unary(class)).or(activation_of(class)).is_some()
}

/// Returns the operator of ONNX for a class with two inputs.
pub(in crate::keras) fn binary(class: &str) -> Option<&'static str> {
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
pub(super) fn unary(class: &str) -> Option<&'static str> {
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
pub(super) fn activation_of(class: &str) -> Option<&'static str> {
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
