//! Functions of the model's own: their nodes take the place of each call.
//!
//! Names within a function are its own, so each call has names that no other has.
//!
//! Source: <https://github.com/onnx/onnx/blob/main/docs/IR.md#functions>.

use std::collections::{BTreeMap, BTreeSet};

use prost::Message;

use super::{AttributeProto, FunctionProto, GraphProto, NodeProto, OperatorSetIdProto};
use crate::error::{Error, Result};

/// Most functions that call each other.
const MOST_DEPTH: usize = 64;
/// Most nodes of all calls.
const MOST_NODES: usize = 1 << 18;
/// Most bytes of the nodes of all calls: each has the constants of its function.
const MOST_BYTES: usize = 1 << 28;

/// The functions by domain, name and overload.
type Functions<'f> = BTreeMap<(&'f str, &'f str, &'f str), &'f FunctionProto>;

struct Inliner<'f> {
    functions: Functions<'f>,
    /// How many calls there were, for names.
    calls: usize,
    nodes: usize,
    bytes: usize,
}

/// Puts the nodes of functions in place of calls.
///
/// # Errors
/// When functions call each other without end, give names twice, or are of another operator set than the model.
pub(super) fn inline(
    graph: &mut GraphProto,
    functions: &[FunctionProto],
    sets: &[OperatorSetIdProto],
) -> Result<()> {
    if functions.is_empty() {
        return Ok(());
    }
    let domain = |domain: &str| if domain == "ai.onnx" { String::new() } else { domain.to_owned() };
    let versions: BTreeMap<String, i64> = sets.iter().map(|set| (domain(&set.domain), set.version)).collect();
    let mut known = Functions::new();
    for function in functions {
        let key = (function.domain.as_str(), function.name.as_str(), function.overload.as_str());
        if known.insert(key, function).is_some() {
            return Err(Error::model(format!("its function `{}` is defined twice", function.name)));
        }
        let is_other = |set: &&OperatorSetIdProto| {
            domain(&set.domain).is_empty() && versions.get("").is_some_and(|version| *version != set.version)
        };
        if let Some(other) = function.opset_import.iter().find(is_other) {
            return Err(Error::model(format!(
                "its function `{}` is of operator set {}, and the model of {}: convert them to one (`onnx.inliner`)",
                function.name,
                other.version,
                versions.get("").copied().unwrap_or_default()
            )));
        }
    }
    Inliner { functions: known, calls: 0, nodes: 0, bytes: 0 }.graph(graph, 0)
}

impl Inliner<'_> {
    fn graph(&mut self, graph: &mut GraphProto, depth: usize) -> Result<()> {
        let nodes = std::mem::take(&mut graph.node);
        graph.node = self.expanded(nodes, depth)?;
        Ok(())
    }

    fn expanded(&mut self, nodes: Vec<NodeProto>, depth: usize) -> Result<Vec<NodeProto>> {
        if depth > MOST_DEPTH {
            return Err(Error::model("its functions call each other without end"));
        }
        let mut result = Vec::new();
        for mut node in nodes {
            for attribute in &mut node.attribute {
                if let Some(graph) = &mut attribute.g {
                    self.graph(graph, depth + 1)?;
                }
            }
            let key = (node.domain.as_str(), node.op_type.as_str(), node.overload.as_str());
            match self.functions.get(&key).copied() {
                Some(function) => {
                    let body = self.call(&node, function)?;
                    result.extend(self.expanded(body, depth + 1)?);
                }
                None => result.push(node),
            }
            self.nodes += 1;
            if self.nodes > MOST_NODES {
                return Err(Error::model(format!("its functions have more than {MOST_NODES} nodes")));
            }
        }
        Ok(result)
    }

    /// Returns the nodes of a function with the names and attributes of a call.
    fn call(&mut self, node: &NodeProto, function: &FunctionProto) -> Result<Vec<NodeProto>> {
        let name = node.output.iter().find(|name| !name.is_empty()).unwrap_or(&node.name);
        let fail = |reason: String| Error::node(name, &node.op_type, reason);
        let too_many = |what: &str, found: usize, expected: usize| {
            fail(format!("has {found} {what}, and its function {expected}"))
        };
        if node.input.len() > function.input.len() {
            return Err(too_many("inputs", node.input.len(), function.input.len()));
        }
        if node.output.len() > function.output.len() {
            return Err(too_many("outputs", node.output.len(), function.output.len()));
        }
        self.calls += 1;
        self.bytes += function.node.iter().map(Message::encoded_len).sum::<usize>();
        if self.bytes > MOST_BYTES {
            return Err(Error::model(format!(
                "the calls of its functions have more than {MOST_BYTES} bytes"
            )));
        }
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        let prefix = format!("{}{}:{}", node.op_type, self.calls, name);
        let given = function.input.iter().zip(node.input.iter().map(Some).chain(std::iter::repeat(None)));
        for (formal, actual) in given {
            let actual = actual.cloned().unwrap_or_default();
            if names.insert(formal.clone(), actual).is_some() {
                return Err(fail(format!("its function has the input `{formal}` twice")));
            }
        }
        let inputs: BTreeSet<&String> = function.input.iter().collect();
        let mut passed = Vec::new();
        for (formal, actual) in function.output.iter().zip(&node.output) {
            if actual.is_empty() {
                continue;
            }
            if inputs.contains(formal) {
                // A function may give what it takes.
                passed.push((names[formal].clone(), actual.clone()));
            } else if names.insert(formal.clone(), actual.clone()).is_some() {
                return Err(fail(format!("its function has the output `{formal}` twice")));
            }
        }
        let call = Call { names, prefix, node, function };
        let mut nodes: Vec<NodeProto> = function.node.iter().map(|inner| call.node(inner)).collect();
        nodes.extend(passed.into_iter().map(|(from, to)| NodeProto {
            input: vec![from],
            output: vec![to],
            op_type: "Identity".to_owned(),
            ..NodeProto::default()
        }));
        Ok(nodes)
    }
}

/// A call: what names and attributes of the function become.
struct Call<'c> {
    names: BTreeMap<String, String>,
    prefix: String,
    node: &'c NodeProto,
    function: &'c FunctionProto,
}

impl Call<'_> {
    fn name(&self, name: &String) -> String {
        match self.names.get(name) {
            _ if name.is_empty() => String::new(),
            Some(name) => name.clone(),
            None => format!("{}/{name}", self.prefix),
        }
    }

    /// Returns an attribute with its value; `None` when it refers to one that is not given.
    fn attribute(&self, attribute: &AttributeProto) -> Option<AttributeProto> {
        let mut attribute = if attribute.ref_attr_name.is_empty() {
            attribute.clone()
        } else {
            let own = |list: &[AttributeProto]| {
                list.iter().find(|given| given.name == attribute.ref_attr_name).cloned()
            };
            let given = own(&self.node.attribute).or_else(|| own(&self.function.attribute_proto))?;
            // What a call gives has the call's names, not the function's.
            return Some(AttributeProto { name: attribute.name.clone(), ..given });
        };
        if let Some(graph) = &mut attribute.g {
            self.graph(graph);
        }
        Some(attribute)
    }

    fn graph(&self, graph: &mut GraphProto) {
        for value in graph.input.iter_mut().chain(&mut graph.output) {
            value.name = self.name(&value.name);
        }
        for tensor in &mut graph.initializer {
            tensor.name = self.name(&tensor.name);
        }
        graph.node = graph.node.iter().map(|node| self.node(node)).collect();
    }

    fn node(&self, node: &NodeProto) -> NodeProto {
        NodeProto {
            input: node.input.iter().map(|name| self.name(name)).collect(),
            output: node.output.iter().map(|name| self.name(name)).collect(),
            name: if node.name.is_empty() { String::new() } else { format!("{}/{}", self.prefix, node.name) },
            attribute: node.attribute.iter().filter_map(|attribute| self.attribute(attribute)).collect(),
            ..node.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(operator: &str, input: &str, output: &str) -> NodeProto {
        NodeProto {
            op_type: operator.to_owned(),
            domain: if operator == "F" || operator == "G" { "own".to_owned() } else { String::new() },
            input: vec![input.to_owned()],
            output: vec![output.to_owned()],
            ..NodeProto::default()
        }
    }

    fn function(name: &str, nodes: Vec<NodeProto>) -> FunctionProto {
        FunctionProto {
            name: name.to_owned(),
            domain: "own".to_owned(),
            input: vec!["v".to_owned()],
            output: vec!["r".to_owned()],
            node: nodes,
            opset_import: vec![OperatorSetIdProto { domain: String::new(), version: 21 }],
            ..FunctionProto::default()
        }
    }

    fn inlined(functions: &[FunctionProto], version: i64) -> Result<Vec<NodeProto>> {
        let nodes = vec![node("F", "x", "a"), node("F", "a", "y")];
        let mut graph = GraphProto { node: nodes, ..GraphProto::default() };
        let sets = [OperatorSetIdProto { domain: "ai.onnx".to_owned(), version }];
        inline(&mut graph, functions, &sets)?;
        Ok(graph.node)
    }

    #[test]
    fn each_call_has_names_of_its_own() {
        let inner = function("G", vec![node("Neg", "v", "t"), node("Relu", "t", "r")]);
        let outer = function("F", vec![node("G", "v", "t"), node("G", "t", "r")]);
        let nodes = inlined(&[outer, inner], 21).unwrap();
        assert_eq!(nodes.len(), 8);
        let outputs: BTreeSet<&String> = nodes.iter().flat_map(|node| &node.output).collect();
        assert_eq!(outputs.len(), 8);
        assert_eq!((nodes[0].input[0].as_str(), nodes[7].output[0].as_str()), ("x", "y"));
        assert!(nodes.windows(2).all(|pair| pair[1].input == pair[0].output));
    }

    #[test]
    fn refuses_functions_that_call_themselves_or_are_of_another_operator_set() {
        let endless = function("F", vec![node("F", "v", "r")]);
        let twice = function("F", vec![node("Neg", "v", "r")]);
        let rows = [
            (vec![endless], 21, "without end"),
            (vec![twice.clone(), twice.clone()], 21, "defined twice"),
            (vec![twice], 20, "of operator set 21"),
        ];
        for (functions, version, expected) in rows {
            let message = inlined(&functions, version).unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
    }
}
