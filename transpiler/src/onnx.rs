//! ONNX files: the protobuf messages that models use, and what they hold.
//!
//! Source: <https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3>; the messages are those parts of it that matter here.

mod decode;
mod external;
mod functions;
mod strings;
mod types;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use prost::Message as _;
use sha3::{Digest as _, Keccak256};

use crate::axes::Length;
use crate::error::{Error, Result};
use crate::ops::contrib;
pub use crate::tensor::Constant;
use decode::constant;
use external::Folder;

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
    #[prost(message, repeated, tag = "25")]
    functions: Vec<FunctionProto>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct FunctionProto {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, repeated, tag = "4")]
    input: Vec<String>,
    #[prost(string, repeated, tag = "5")]
    output: Vec<String>,
    #[prost(message, repeated, tag = "7")]
    node: Vec<NodeProto>,
    #[prost(message, repeated, tag = "9")]
    opset_import: Vec<OperatorSetIdProto>,
    #[prost(string, tag = "10")]
    domain: String,
    #[prost(message, repeated, tag = "11")]
    attribute_proto: Vec<AttributeProto>,
    #[prost(string, tag = "13")]
    overload: String,
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
    #[prost(message, repeated, tag = "13")]
    value_info: Vec<ValueInfoProto>,
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
    #[prost(string, tag = "8")]
    overload: String,
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
    #[prost(string, tag = "21")]
    ref_attr_name: String,
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
    /// Names and shapes of the inputs.
    pub inputs: Vec<(String, Vec<Length>)>,
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
    let (model, _) = in_file(path, |bytes| read_beside(bytes, path.parent()))?;
    Ok(model)
}

/// Reads a model's file once, whole; an error of the model names it.
pub(crate) fn in_file<T>(path: &Path, read: impl FnOnce(&[u8]) -> Result<T>) -> Result<T> {
    let unreadable = |source| Error::Read { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(LARGEST_FILE + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    let model = if u64::try_from(bytes.len()).is_ok_and(|length| length <= LARGEST_FILE) {
        read(&bytes)
    } else {
        Err(Error::model(format!("has more than {LARGEST_FILE} bytes, which no model has")))
    };
    model.map_err(|error| match error {
        Error::Model { reason } => Error::Malformed { path: path.to_owned(), reason },
        other => other,
    })
}

/// Reads a model from the bytes of an `.onnx` file, and from the files in its folder that it keeps tensors in. Returns also the hash
/// of all that was read, as [`load_with_hash`](crate::load_with_hash) tells.
pub(crate) fn read_beside(bytes: &[u8], folder: Option<&Path>) -> Result<(Model, [u8; 32])> {
    let folder = Folder::new(folder);
    let model = read_in(bytes, &folder)?;
    let file: [u8; 32] = Keccak256::digest(bytes).into();
    let hash = match folder.digests() {
        tensors if tensors.is_empty() => file,
        tensors => Keccak256::digest([&file[..], tensors.as_flattened()].concat()).into(),
    };
    Ok((model, hash))
}

/// Reads a model from the bytes of an `.onnx` file that keeps its tensors in itself.
///
/// # Errors
/// When the bytes are not an ONNX model that is understood.
pub fn read(bytes: &[u8]) -> Result<Model> {
    read_in(bytes, &Folder::new(None))
}

fn read_in(bytes: &[u8], folder: &Folder<'_>) -> Result<Model> {
    let model =
        ModelProto::decode(bytes).map_err(|error| Error::model(format!("not an ONNX model: {error}")))?;
    let mut graph = model.graph.ok_or_else(|| Error::model("not an ONNX model: it has no graph"))?;
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
    functions::inline(&mut graph, &model.functions, &model.opset_import)?;
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
fn initializers(graph: &GraphProto, folder: &Folder<'_>) -> Result<BTreeMap<String, Constant>> {
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
fn nodes(graph: &GraphProto, folder: &Folder<'_>) -> Result<Vec<ModelNode>> {
    let mut nodes: Vec<ModelNode> =
        graph.node.iter().map(|proto| node(proto, folder)).collect::<Result<Vec<_>>>()?;
    strings::name(graph, &mut nodes)?;
    types::annotate(graph, &mut nodes);
    Ok(nodes)
}

/// Returns the body of a node of control flow.
fn subgraph(graph: &GraphProto, folder: &Folder<'_>) -> Result<Subgraph> {
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

fn shape(input: &ValueInfoProto) -> Result<Vec<Length>> {
    let kind = input.kind.as_ref().and_then(|kind| kind.tensor_type.as_ref());
    if kind.is_some_and(|kind| kind.elem_type == decode::STRING) {
        let reason = "holds text, which is no number: do what is done with it before the model, and give the model the numbers";
        return Err(Error::Input { input: input.name.clone(), reason: reason.to_owned() });
    }
    let shape = input.kind.as_ref().and_then(|kind| kind.tensor_type.as_ref()?.shape.as_ref());
    let Some(shape) = shape else {
        return Err(Error::Input {
            input: input.name.clone(),
            reason: "has no shape in the model".to_owned(),
        });
    };
    // A length that is not positive stands for an unknown one.
    let length = |dim: &DimensionProto| {
        let fixed = dim.dim_value.and_then(|value| usize::try_from(value).ok()).filter(|value| *value > 0);
        let named =
            || dim.dim_param.clone().filter(|name| !name.is_empty()).map_or(Length::Open, Length::Named);
        fixed.map_or_else(named, Length::Fixed)
    };
    Ok(shape.dim.iter().map(length).collect())
}

fn node(node: &NodeProto, folder: &Folder<'_>) -> Result<ModelNode> {
    let name = if node.name.is_empty() {
        node.output.first().cloned().unwrap_or_default()
    } else {
        node.name.clone()
    };
    let is_known = match node.domain.as_str() {
        "" | "ai.onnx" | "ai.onnx.ml" => true,
        "com.microsoft" => contrib::OPERATORS.contains(&node.op_type.as_str()),
        _ => false,
    };
    if !is_known {
        let instead = if node.domain == "com.microsoft" {
            "; take the model as it was before onnxruntime's optimizer (or with `ORT_ENABLE_BASIC`)"
        } else {
            ""
        };
        let reason = format!("operators of the domain `{}` are not supported{instead}", node.domain);
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
