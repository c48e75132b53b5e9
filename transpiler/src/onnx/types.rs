//! Data types that nodes need and constants do not tell: of zero points, of bits, of what a cast is like.

use std::collections::BTreeMap;

use super::{Attribute, GraphProto, ModelNode};

/// Gives nodes the data types that decide what they compute, where the file tells them.
pub(super) fn annotate(graph: &GraphProto, nodes: &mut [ModelNode]) {
    let mut types: BTreeMap<String, i64> = BTreeMap::new();
    for tensor in &graph.initializer {
        types.insert(tensor.name.clone(), tensor.data_type.into());
    }
    for value in graph.input.iter().chain(&graph.value_info).chain(&graph.output) {
        if let Some(kind) = value.kind.as_ref().and_then(|kind| kind.tensor_type.as_ref()) {
            types.insert(value.name.clone(), kind.elem_type.into());
        }
    }
    let of_tensors: BTreeMap<&str, i64> = graph
        .node
        .iter()
        .filter_map(|node| {
            let tensor = node.attribute.iter().find_map(|attribute| attribute.t.as_ref())?;
            Some((node.output.first()?.as_str(), tensor.data_type.into()))
        })
        .collect();
    for node in nodes {
        let wanted = match node.operator.as_str() {
            "QuantizeLinear" => Some(("output_dtype", 2)),
            "QLinearConv" | "QLinearMatMul" | "QLinearAdd" | "QLinearMul" => Some(("output_dtype", 7)),
            "QGemm" => Some(("output_dtype", 8)),
            "CastLike" => Some(("to", 1)),
            "BitShift" | "BitwiseAnd" | "BitwiseNot" | "BitwiseOr" | "BitwiseXor" => {
                Some(("element_type", 0))
            }
            _ => None,
        };
        if let Some((name, position)) = wanted {
            let found = node.inputs.get(position).and_then(|input| types.get(input.as_str()));
            if let Some(data_type) = found {
                node.attributes.entry(name.to_owned()).or_insert(Attribute::Int(*data_type));
            }
        }
        let own = node.outputs.first().and_then(|output| of_tensors.get(output.as_str()).copied());
        let result = match (node.operator.as_str(), node.attributes.get("to")) {
            ("Cast" | "CastLike", Some(Attribute::Int(to))) => Some(*to),
            ("Constant" | "ConstantOfShape", _) => own,
            ("Shape" | "Size" | "ArgMax" | "ArgMin" | "NonZero", _) => Some(7),
            ("Equal" | "Greater" | "GreaterOrEqual" | "Less" | "LessOrEqual" | "IsNaN" | "IsInf", _) => {
                Some(9)
            }
            ("Where", _) => node.inputs.get(1).and_then(|input| types.get(input.as_str()).copied()),
            (
                "QuantizeLinear"
                | "DequantizeLinear"
                | "DynamicQuantizeLinear"
                | "MatMulInteger"
                | "ConvInteger"
                | "OneHot"
                | "EyeLike"
                | "If"
                | "Loop"
                | "Scan",
                _,
            ) => None,
            _ => node.inputs.first().and_then(|input| types.get(input.as_str()).copied()),
        };
        if let (Some(data_type), Some(output)) = (result, node.outputs.first()) {
            types.entry(output.clone()).or_insert(data_type);
        }
    }
}
