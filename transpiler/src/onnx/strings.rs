//! Tensors of strings: lists of names of classes. A graph has their positions; the node that reads them keeps the names.

use std::collections::BTreeMap;

use super::{Attribute, GraphProto, ModelNode, TensorProto};
use crate::error::{Error, Result};
use crate::tensor::{Constant, array};

/// The data type of strings.
pub(super) const STRING: i32 = 8;

/// Returns the strings of a tensor, in one row; `None` if it holds something else.
pub(super) fn of(tensor: &TensorProto, name: &str) -> Result<Option<Vec<String>>> {
    if tensor.data_type != STRING {
        return Ok(None);
    }
    let count = tensor.dims.iter().try_fold(1i64, |count, length| count.checked_mul(*length));
    if count.is_none_or(|count| usize::try_from(count) != Ok(tensor.string_data.len())) {
        let (found, shape) = (tensor.string_data.len(), &tensor.dims);
        return Err(Error::tensor(name, format!("has {found} strings, which do not fit shape {shape:?}")));
    }
    let strings = tensor.string_data.iter().map(|bytes| String::from_utf8(bytes.clone()).ok());
    let strings = strings.collect::<Option<Vec<String>>>();
    strings.map(Some).ok_or_else(|| Error::tensor(name, "has a string that is not UTF-8"))
}

/// Returns what stands for strings: their positions among those that differ.
pub(super) fn positions(strings: &[String]) -> Constant {
    let names = distinct(strings);
    let places: Vec<i64> = strings
        .iter()
        .filter_map(|string| names.iter().position(|name| name == string))
        .filter_map(|place| i64::try_from(place).ok())
        .collect();
    Constant::Int(array(&[places.len()], places).expect("one axis of that length"))
}

fn distinct(strings: &[String]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for string in strings {
        if !names.contains(string) {
            names.push(string.clone());
        }
    }
    names
}

/// Gives the names to the nodes that pick from a tensor of strings.
///
/// # Errors
/// When another operator reads one.
pub(super) fn name(graph: &GraphProto, nodes: &mut [ModelNode]) -> Result<()> {
    let mut lists: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for tensor in &graph.initializer {
        if let Some(strings) = of(tensor, &tensor.name)? {
            lists.insert(&tensor.name, distinct(&strings));
        }
    }
    for node in nodes {
        for (position, input) in node.inputs.iter().enumerate() {
            let Some(names) = lists.get(input.as_str()) else { continue };
            if node.operator != "ArrayFeatureExtractor" || position != 0 {
                let reason = format!("its input `{input}` holds strings, which are supported only as labels");
                return Err(Error::node(&node.name, &node.operator, reason));
            }
            node.attributes.insert(Attribute::NAMES.to_owned(), Attribute::Texts(names.clone()));
        }
    }
    Ok(())
}
