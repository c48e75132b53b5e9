//! ONNX files: the protobuf messages that models use, and what they hold.
//!
//! Source: <https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3>; the messages are those parts of it that matter here.

mod decode;
mod external;
mod strings;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use prost::Message as _;

use crate::error::{Error, Result};
pub use crate::tensor::Constant;
use decode::constant;

/// Operator sets that are understood.
const OPSETS: std::ops::RangeInclusive<i64> = 7..=23;

/// Largest file, in bytes; it is the limit of protobuf.
const LARGEST_FILE: u64 = 1 << 31;

#[derive(Clone, PartialEq, prost::Message)]
struct ModelProto {
    #[prost(message, optional, tag = "7")]
    graph: Option<GraphProto>,
    #[prost(message, repeated, tag = "8")]
    opset_import: Vec<OperatorSetIdProto>,
    #[prost(bytes = "vec", repeated, tag = "25")]
    functions: Vec<Vec<u8>>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct OperatorSetIdProto {
    #[prost(string, tag = "1")]
    domain: String,
    #[prost(int64, tag = "2")]
    version: i64,
}

#[derive(Clone, PartialEq, prost::Message)]
struct GraphProto {
    #[prost(message, repeated, tag = "1")]
    node: Vec<NodeProto>,
    #[prost(message, repeated, tag = "5")]
    initializer: Vec<TensorProto>,
    #[prost(message, repeated, tag = "11")]
    input: Vec<ValueInfoProto>,
    #[prost(message, repeated, tag = "12")]
    output: Vec<ValueInfoProto>,
    #[prost(bytes = "vec", repeated, tag = "15")]
    sparse_initializer: Vec<Vec<u8>>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct NodeProto {
    #[prost(string, repeated, tag = "1")]
    input: Vec<String>,
    #[prost(string, repeated, tag = "2")]
    output: Vec<String>,
    #[prost(string, tag = "3")]
    name: String,
    #[prost(string, tag = "4")]
    op_type: String,
    #[prost(message, repeated, tag = "5")]
    attribute: Vec<AttributeProto>,
    #[prost(string, tag = "7")]
    domain: String,
}

#[derive(Clone, PartialEq, prost::Message)]
struct AttributeProto {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(float, tag = "2")]
    f: f32,
    #[prost(int64, tag = "3")]
    i: i64,
    #[prost(bytes = "vec", tag = "4")]
    s: Vec<u8>,
    #[prost(message, optional, tag = "5")]
    t: Option<TensorProto>,
    #[prost(message, optional, boxed, tag = "6")]
    g: Option<Box<GraphProto>>,
    #[prost(float, repeated, tag = "7")]
    floats: Vec<f32>,
    #[prost(int64, repeated, tag = "8")]
    ints: Vec<i64>,
    #[prost(bytes = "vec", repeated, tag = "9")]
    strings: Vec<Vec<u8>>,
    #[prost(int32, tag = "20")]
    kind: i32,
}

#[derive(Clone, PartialEq, prost::Message)]
struct TensorProto {
    #[prost(int64, repeated, tag = "1")]
    dims: Vec<i64>,
    #[prost(int32, tag = "2")]
    data_type: i32,
    #[prost(float, repeated, tag = "4")]
    float_data: Vec<f32>,
    #[prost(int32, repeated, tag = "5")]
    int32_data: Vec<i32>,
    #[prost(bytes = "vec", repeated, tag = "6")]
    string_data: Vec<Vec<u8>>,
    #[prost(int64, repeated, tag = "7")]
    int64_data: Vec<i64>,
    #[prost(string, tag = "8")]
    name: String,
    #[prost(bytes = "vec", tag = "9")]
    raw_data: Vec<u8>,
    #[prost(double, repeated, tag = "10")]
    double_data: Vec<f64>,
    #[prost(uint64, repeated, tag = "11")]
    uint64_data: Vec<u64>,
    #[prost(message, repeated, tag = "13")]
    external_data: Vec<StringStringEntryProto>,
    #[prost(int32, tag = "14")]
    data_location: i32,
}

#[derive(Clone, PartialEq, prost::Message)]
struct StringStringEntryProto {
    #[prost(string, tag = "1")]
    key: String,
    #[prost(string, tag = "2")]
    value: String,
}

#[derive(Clone, PartialEq, prost::Message)]
struct ValueInfoProto {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(message, optional, tag = "2")]
    kind: Option<TypeProto>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct TypeProto {
    #[prost(message, optional, tag = "1")]
    tensor_type: Option<TensorTypeProto>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct TensorTypeProto {
    #[prost(int32, tag = "1")]
    elem_type: i32,
    #[prost(message, optional, tag = "2")]
    shape: Option<TensorShapeProto>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct TensorShapeProto {
    #[prost(message, repeated, tag = "1")]
    dim: Vec<DimensionProto>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct DimensionProto {
    #[prost(int64, optional, tag = "1")]
    dim_value: Option<i64>,
    #[prost(string, optional, tag = "2")]
    dim_param: Option<String>,
}

/// A model as its file tells it.
#[derive(Clone, Debug)]
pub struct Model {
    /// The operator set.
    pub opset: i64,
    /// The nodes, in the order of the file.
    pub nodes: Vec<ModelNode>,
    /// The constants by name.
    pub constants: BTreeMap<String, Constant>,
    /// Names and shapes of the inputs; an axis of unknown length is `None`.
    pub inputs: Vec<(String, Vec<Option<usize>>)>,
    /// The inputs that hold integers or booleans.
    pub integers: BTreeSet<String>,
    /// Names of the outputs.
    pub outputs: Vec<String>,
}

/// The body of a node of control flow. It sees the names of the graph around it.
#[derive(Clone, Debug, PartialEq)]
pub struct Subgraph {
    /// The nodes, in the order of the file.
    pub nodes: Vec<ModelNode>,
    /// The constants by name.
    pub constants: BTreeMap<String, Constant>,
    /// Names of the inputs.
    pub inputs: Vec<String>,
    /// Names of the outputs.
    pub outputs: Vec<String>,
}

/// A node of a model.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelNode {
    /// Its name, or its first output's.
    pub name: String,
    /// Its operator.
    pub operator: String,
    /// Its inputs; an optional one that is left out is empty.
    pub inputs: Vec<String>,
    /// Its outputs.
    pub outputs: Vec<String>,
    /// Its attributes by name.
    pub attributes: BTreeMap<String, Attribute>,
}

/// An attribute's value.
#[derive(Clone, Debug, PartialEq)]
pub enum Attribute {
    /// A real number.
    Float(f64),
    /// An integer.
    Int(i64),
    /// A string.
    Text(String),
    /// Integers.
    Ints(Vec<i64>),
    /// Real numbers.
    Floats(Vec<f64>),
    /// Strings.
    Texts(Vec<String>),
    /// A tensor.
    Tensor(Constant),
    /// A graph.
    Graph(Box<Subgraph>),
    /// Something else: lists of graphs, types, sparse tensors.
    Other,
}

impl Attribute {
    /// What the strings of a node's first input are kept as; no operator has an attribute of this name.
    pub(crate) const NAMES: &'static str = "input strings";
}

/// Reads a model from an `.onnx` file, and the files in its folder that it keeps tensors in.
///
/// # Errors
/// When a file cannot be read or is not an ONNX model that is understood.
pub fn load(path: &Path) -> Result<Model> {
    let unreadable = |source| Error::Read { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(LARGEST_FILE + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    let model = if u64::try_from(bytes.len()).is_ok_and(|length| length <= LARGEST_FILE) {
        read_in(&bytes, path.parent())
    } else {
        Err(Error::model(format!("has more than {LARGEST_FILE} bytes, which no ONNX model has")))
    };
    model.map_err(|error| match error {
        Error::Model { reason } => Error::Malformed { path: path.to_owned(), reason },
        other => other,
    })
}

/// Reads a model from the bytes of an `.onnx` file that keeps its tensors in itself.
///
/// # Errors
/// When the bytes are not an ONNX model that is understood.
pub fn read(bytes: &[u8]) -> Result<Model> {
    read_in(bytes, None)
}

fn read_in(bytes: &[u8], folder: Option<&Path>) -> Result<Model> {
    let model =
        ModelProto::decode(bytes).map_err(|error| Error::model(format!("not an ONNX model: {error}")))?;
    let graph = model.graph.ok_or_else(|| Error::model("not an ONNX model: it has no graph"))?;
    let opset = model
        .opset_import
        .iter()
        .find(|set| set.domain.is_empty() || set.domain == "ai.onnx")
        .map(|set| set.version);
    let has_ml = model.opset_import.iter().any(|set| set.domain == "ai.onnx.ml");
    // A model may have nothing but operators for classical machine learning.
    let opset = opset
        .or_else(|| has_ml.then_some(*OPSETS.end()))
        .ok_or_else(|| Error::model("it imports no operator set of ONNX"))?;
    if !OPSETS.contains(&opset) {
        let reason =
            format!("operator set {opset} is not supported, expected {} to {}", OPSETS.start(), OPSETS.end());
        return Err(Error::model(reason));
    }
    if !graph.sparse_initializer.is_empty() {
        return Err(Error::model("sparse tensors are not supported"));
    }
    if !model.functions.is_empty() {
        return Err(Error::model("functions of the model's own are not supported"));
    }
    let constants = initializers(&graph, folder)?;
    let inputs = graph
        .input
        .iter()
        .filter(|input| !constants.contains_key(&input.name))
        .map(|input| Ok((input.name.clone(), shape(input)?)))
        .collect::<Result<Vec<_>>>()?;
    let integers =
        graph.input.iter().filter(|input| is_integer(input)).map(|input| input.name.clone()).collect();
    let nodes = nodes(&graph, folder)?;
    let outputs = graph.output.into_iter().map(|output| output.name).collect();
    Ok(Model { opset, nodes, constants, inputs, integers, outputs })
}

/// Returns the constants of a graph.
fn initializers(graph: &GraphProto, folder: Option<&Path>) -> Result<BTreeMap<String, Constant>> {
    let mut constants = BTreeMap::new();
    for tensor in &graph.initializer {
        let values = match strings::of(tensor, &tensor.name)? {
            Some(strings) => strings::positions(&strings),
            None => constant(tensor, &tensor.name, folder)?,
        };
        if constants.insert(tensor.name.clone(), values).is_some() {
            return Err(Error::tensor(&tensor.name, "is defined twice"));
        }
    }
    Ok(constants)
}

/// Returns the nodes of a graph.
fn nodes(graph: &GraphProto, folder: Option<&Path>) -> Result<Vec<ModelNode>> {
    let mut nodes: Vec<ModelNode> =
        graph.node.iter().map(|proto| node(proto, folder)).collect::<Result<Vec<_>>>()?;
    strings::name(graph, &mut nodes)?;
    // A quantized output has the type of its zero point, which constants do not tell.
    let types: BTreeMap<&str, i32> =
        graph.initializer.iter().map(|tensor| (tensor.name.as_str(), tensor.data_type)).collect();
    let produced: BTreeMap<&str, i32> = graph
        .node
        .iter()
        .filter_map(|node| {
            let tensor = node.attribute.first()?.t.as_ref()?;
            Some((node.output.first()?.as_str(), tensor.data_type))
        })
        .collect();
    let of_inputs: BTreeMap<&str, i32> = graph
        .input
        .iter()
        .filter_map(|input| Some((input.name.as_str(), input.kind.as_ref()?.tensor_type.as_ref()?.elem_type)))
        .collect();
    for node in &mut nodes {
        let position = match node.operator.as_str() {
            "QuantizeLinear" => 2,
            "QLinearConv" | "QLinearMatMul" => 7,
            _ => continue,
        };
        let zero = node.inputs.get(position).map_or("", String::as_str);
        let found = [&types, &produced, &of_inputs].into_iter().find_map(|types| types.get(zero));
        if let Some(data_type) = found {
            node.attributes.entry("output_dtype".to_owned()).or_insert(Attribute::Int((*data_type).into()));
        }
    }
    Ok(nodes)
}

/// Returns the body of a node of control flow.
fn subgraph(graph: &GraphProto, folder: Option<&Path>) -> Result<Subgraph> {
    let names = |list: &[ValueInfoProto]| list.iter().map(|value| value.name.clone()).collect();
    Ok(Subgraph {
        nodes: nodes(graph, folder)?,
        constants: initializers(graph, folder)?,
        inputs: names(&graph.input),
        outputs: names(&graph.output),
    })
}

/// Returns whether an input holds integers or booleans.
fn is_integer(input: &ValueInfoProto) -> bool {
    let kind = input.kind.as_ref().and_then(|kind| kind.tensor_type.as_ref());
    kind.is_some_and(|kind| matches!(kind.elem_type, 2..=7 | 9 | 12 | 13))
}

fn shape(input: &ValueInfoProto) -> Result<Vec<Option<usize>>> {
    let shape = input.kind.as_ref().and_then(|kind| kind.tensor_type.as_ref()?.shape.as_ref());
    let Some(shape) = shape else {
        return Err(Error::Input {
            input: input.name.clone(),
            reason: "has no shape in the model".to_owned(),
        });
    };
    // A length that is not positive stands for an unknown one.
    let length = |dim: &DimensionProto| {
        dim.dim_value.and_then(|value| usize::try_from(value).ok()).filter(|value| *value > 0)
    };
    Ok(shape.dim.iter().map(length).collect())
}

fn node(node: &NodeProto, folder: Option<&Path>) -> Result<ModelNode> {
    let name = if node.name.is_empty() {
        node.output.first().cloned().unwrap_or_default()
    } else {
        node.name.clone()
    };
    if !matches!(node.domain.as_str(), "" | "ai.onnx" | "ai.onnx.ml") {
        let reason = format!("operators of the domain `{}` are not supported", node.domain);
        return Err(Error::node(&name, &node.op_type, reason));
    }
    let mut attributes = BTreeMap::new();
    for attribute in &node.attribute {
        let value = match attribute.kind {
            1 => Attribute::Float(attribute.f.into()),
            2 => Attribute::Int(attribute.i),
            3 => Attribute::Text(String::from_utf8_lossy(&attribute.s).into_owned()),
            4 if attribute.name == "membership_values" => match &attribute.t {
                Some(tensor) => Attribute::Floats(decode::reals(tensor, &name)?),
                None => Attribute::Other,
            },
            4 => match &attribute.t {
                Some(tensor) if tensor.data_type == strings::STRING => match strings::of(tensor, &name)? {
                    Some(strings) => Attribute::Texts(strings),
                    None => Attribute::Other,
                },
                Some(tensor) => Attribute::Tensor(constant(tensor, &name, folder)?),
                None => Attribute::Other,
            },
            5 => match &attribute.g {
                Some(graph) => Attribute::Graph(Box::new(subgraph(graph, folder)?)),
                None => Attribute::Other,
            },
            6 => Attribute::Floats(attribute.floats.iter().copied().map(f64::from).collect()),
            7 => Attribute::Ints(attribute.ints.clone()),
            8 => Attribute::Texts(
                attribute.strings.iter().map(|text| String::from_utf8_lossy(text).into_owned()).collect(),
            ),
            _ => Attribute::Other,
        };
        if attributes.contains_key(&attribute.name) {
            let reason = format!("`{}` is given twice", attribute.name);
            return Err(Error::node(&name, &node.op_type, reason));
        }
        attributes.insert(attribute.name.clone(), value);
    }
    Ok(ModelNode {
        name,
        operator: node.op_type.clone(),
        inputs: node.input.clone(),
        outputs: node.output.clone(),
        attributes,
    })
}
