//! A model with shapes: nodes in order, each with one output. What is a batch has length one.

use std::collections::{BTreeMap, BTreeSet};

use ndarray::ArrayD;

use crate::axes::{self, Axes, Lengths};
use crate::batch::{MOST_SAMPLES, is_batch};
use crate::error::{Error, Result};
use crate::fold::fold;
use crate::onnx::{Model, ModelNode};
use crate::ops::{self, Argument, Attributes, Lowering, Op};
use crate::tensor::{Constant, MOST_ELEMENTS, elements};

/// The number of an edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EdgeId(pub usize);

/// A value that depends on the input.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// Its name in the model.
    pub name: String,
    /// The lengths of its axes.
    pub shape: Vec<usize>,
    /// Whether its values are integers whatever the inputs are.
    pub is_integer: bool,
    /// The strings that its values are the positions of, if it holds strings.
    pub labels: Option<Vec<String>>,
}

/// An operator applied to edges.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its name in the model.
    pub name: String,
    /// What it does, with the constants it does it with.
    pub op: Op,
    /// What it reads.
    pub inputs: Vec<EdgeId>,
    /// What it writes.
    pub output: EdgeId,
}

/// A typed model.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    /// The edges.
    pub edges: Vec<Edge>,
    /// The nodes, each after those it reads from.
    pub nodes: Vec<Node>,
    /// The model's inputs.
    pub inputs: Vec<EdgeId>,
    /// The model's outputs.
    pub outputs: Vec<EdgeId>,
    /// Whether a final `Softmax` was left out, so that the outputs are logits of classes.
    pub is_classifier: bool,
    /// Inputs whose first axis, of any length in the model, is a batch: a sample is one of it.
    pub batched: Vec<EdgeId>,
    /// How many values its edges have.
    values: usize,
}

/// What a name of the model stands for.
#[derive(Clone)]
pub(crate) enum Known {
    Edge(EdgeId),
    Constant(Constant),
}

/// What the names of the model stand for.
pub(crate) type Names = BTreeMap<String, Known>;

/// The operators that take strings, which are the positions in their list.
const KEEP_STRINGS: [&str; 8] =
    ["Flatten", "Identity", "LabelEncoder", "Reshape", "Squeeze", "Transpose", "Unsqueeze", "ZipMap"];

impl Graph {
    /// Types a model: shapes are inferred, what does not depend on the input is computed.
    ///
    /// # Errors
    /// When a node or a shape is not supported, or the model is not consistent.
    pub fn build(model: &Model) -> Result<Self> {
        Self::build_of(model, &Lengths::default())
    }

    /// Types a model that leaves lengths of axes open. First axes of any length are a batch, of which a sample is one, where the
    /// model does not mix what stands along them; else they are as long as the data.
    ///
    /// # Errors
    /// As those of [`Self::build`], and when a length is not known.
    pub fn build_of(model: &Model, lengths: &Lengths<'_>) -> Result<Self> {
        let axes = Axes::of(model, lengths)?;
        let single = || Self::build_with(model, axes.with_first(|_| 1)?);
        if !axes.has_open() {
            return single();
        }
        let is_open: Vec<bool> = axes.inputs.iter().map(|(_, shape)| shape.contains(&None)).collect();
        let rows = || axes.rows.iter().zip(&is_open).filter(|(_, is_open)| **is_open).map(|(rows, _)| *rows);
        let rows = rows().collect::<Option<Vec<usize>>>();
        // Two samples tell, where the model takes two; else as many as there are.
        let most = rows.iter().flatten().copied().max().filter(|rows| *rows > 2);
        let several = std::iter::once(2).chain(most).find_map(|count| {
            let shapes = axes.with_first(|_| count).ok()?;
            Some((count, Self::build_with(model, shapes).ok()?))
        });
        let Some((count, several)) = several else {
            // It takes no more than one.
            return single();
        };
        if count <= MOST_SAMPLES
            && let Ok(mut one) = single()
            && is_batch(&one, &several, count, &is_open)
        {
            let inputs = one.inputs.iter().zip(&is_open).filter(|(_, is_open)| **is_open);
            one.batched = inputs.map(|(edge, _)| *edge).collect();
            return Ok(one);
        }
        let first = is_open.iter().position(|is_open| *is_open).unwrap_or(0);
        let (name, declared) = &model.inputs[first];
        if rows.is_none() {
            return Err(axes::mixed(name, declared));
        }
        Self::build_with(model, axes.with_first(|position| axes.rows[position].unwrap_or(1))?)
    }

    /// Types a model with inputs of these shapes.
    fn build_with(model: &Model, shapes: Vec<Vec<usize>>) -> Result<Self> {
        let mut graph = Self::default();
        let mut known = Names::new();
        for (name, constant) in &model.constants {
            known.insert(name.clone(), Known::Constant(constant.clone()));
        }
        for ((name, _), shape) in model.inputs.iter().zip(shapes) {
            let edge = graph.add_edge(name, shape);
            graph.edges[edge.0].is_integer = model.integers.contains(name);
            graph.inputs.push(edge);
            if known.insert(name.clone(), Known::Edge(edge)).is_some() {
                return Err(Error::model(format!("its input `{name}` is defined twice")));
            }
        }
        if graph.inputs.is_empty() {
            return Err(Error::model("it has no input"));
        }
        for node in sorted(model)? {
            let node = &model.nodes[node];
            graph.lower(node, model, &mut known)?;
        }
        let is_constant = |output: &String| matches!(known.get(output), Some(Known::Constant(_)));
        if let Some(output) = model.outputs.first().filter(|_| model.outputs.iter().all(is_constant)) {
            return Err(Error::model(format!("its output `{output}` does not depend on the input")));
        }
        for output in &model.outputs {
            match known.get(output) {
                Some(Known::Edge(edge)) if graph.outputs.contains(edge) => {
                    return Err(Error::model(format!("its output `{output}` is listed twice")));
                }
                Some(Known::Edge(edge)) if graph.edges[edge.0].shape.contains(&0) => {
                    let shape = &graph.edges[edge.0].shape;
                    return Err(Error::model(format!(
                        "its output `{output}` of shape {shape:?} has no values"
                    )));
                }
                Some(Known::Edge(edge)) => graph.outputs.push(*edge),
                Some(Known::Constant(constant)) if constant.shape().contains(&0) => {
                    let shape = constant.shape();
                    return Err(Error::model(format!(
                        "its output `{output}` of shape {shape:?} has no values"
                    )));
                }
                Some(Known::Constant(constant)) => {
                    let values = constant.to_float();
                    let sources = values.iter().map(|value| ops::Source::Constant(*value)).collect();
                    let wire = ops::Wire { shape: values.shape().to_vec(), sources };
                    let edge = graph.add_node(output, "Constant", Op::Wire(wire), &[])?;
                    graph.outputs.push(edge);
                }
                None => return Err(Error::model(format!("its output `{output}` is not defined"))),
            }
        }
        if graph.outputs.is_empty() {
            return Err(Error::model("it has no output"));
        }
        Ok(graph)
    }

    /// Returns the value of every edge, in real numbers.
    ///
    /// # Panics
    /// When the inputs do not have the shapes of `self.inputs`.
    pub fn eval(&self, inputs: &[ArrayD<f64>]) -> Vec<ArrayD<f64>> {
        let mut values: Vec<ArrayD<f64>> = vec![ArrayD::zeros(vec![0]); self.edges.len()];
        for (edge, value) in self.inputs.iter().zip(inputs) {
            values[edge.0].clone_from(value);
        }
        for node in &self.nodes {
            let inputs: Vec<&ArrayD<f64>> = node.inputs.iter().map(|edge| &values[edge.0]).collect();
            values[node.output.0] = node.op.eval(&inputs, &self.edges[node.output.0].shape);
        }
        values
    }

    /// Adds what a node of the model does, or computes it if its inputs are known.
    pub(crate) fn lower(&mut self, node: &ModelNode, model: &Model, known: &mut Names) -> Result<()> {
        match node.operator.as_str() {
            "If" => return self.branch(node, model, known),
            "Scan" => return self.scan(node, model, known),
            "Loop" => return self.repeat(node, model, known),
            _ => {}
        }
        let fail = |reason: &str| Error::node(&node.name, &node.operator, reason);
        let argument = |input: &String| match known.get(input) {
            _ if input.is_empty() => Ok(Argument::Absent),
            Some(Known::Edge(edge)) => Ok(Argument::Edge(*edge)),
            Some(Known::Constant(constant)) => Ok(Argument::Constant(constant.clone())),
            None => Err(fail(&format!("its input `{input}` is not defined"))),
        };
        let arguments = node.inputs.iter().map(argument).collect::<Result<Vec<Argument>>>()?;
        for (argument, input) in arguments.iter().zip(&node.inputs) {
            let holds_strings =
                matches!(argument, Argument::Edge(edge) if self.edges[edge.0].labels.is_some());
            if holds_strings && !KEEP_STRINGS.contains(&node.operator.as_str()) {
                return Err(fail(&format!(
                    "its input `{input}` holds strings, which are supported only as labels"
                )));
            }
        }
        if node.outputs.first().is_none_or(String::is_empty) && node.outputs.len() < 2 {
            return Err(fail("has no output"));
        }
        let values: Vec<Known> = match fold(node, &arguments, model.opset, self)? {
            Some(constants) => {
                for constant in &constants {
                    self.account(&node.name, &node.operator, constant.shape())?;
                }
                constants.into_iter().map(Known::Constant).collect()
            }
            None => {
                let is_last = model.outputs.len() == 1 && node.outputs.first() == model.outputs.first();
                let attributes = Attributes::new(node);
                let mut lowering =
                    Lowering { graph: self, attributes, arguments, opset: model.opset, is_last };
                let edges = ops::table::lower(&mut lowering)?;
                for (edge, name) in edges.iter().zip(&node.outputs) {
                    self.edges[edge.0].name.clone_from(name);
                }
                edges.into_iter().map(Known::Edge).collect()
            }
        };
        let mut values = values.into_iter();
        for output in &node.outputs {
            let value = values.next();
            if output.is_empty() {
                continue;
            }
            let Some(value) = value else {
                return Err(fail(&format!("its output `{output}` is not supported")));
            };
            known.insert(output.clone(), value);
        }
        Ok(())
    }

    /// Counts the values of an edge: a few bytes of a file can ask for any number of them.
    fn account(&mut self, node: &str, operator: &str, shape: &[usize]) -> Result<()> {
        self.values = elements(shape).map_or(MOST_ELEMENTS + 1, |count| count + self.values);
        if self.values <= MOST_ELEMENTS {
            return Ok(());
        }
        let reason = format!("its output of shape {shape:?} brings the model over {MOST_ELEMENTS} values");
        Err(Error::node(node, operator, reason))
    }

    /// Adds a node; `operator` is the one of the model that it comes from.
    pub(crate) fn add_node(
        &mut self,
        name: &str,
        operator: &str,
        op: Op,
        inputs: &[EdgeId],
    ) -> Result<EdgeId> {
        let shapes: Vec<&[usize]> = inputs.iter().map(|edge| self.edges[edge.0].shape.as_slice()).collect();
        let shape = op.output_shape(&shapes).map_err(|reason| Error::node(name, operator, reason))?;
        self.account(name, operator, &shape)?;
        // Exporters split and join tensors without values; nothing else is done with them.
        let only_moves = matches!(op, Op::Wire(_) | Op::Reshape(_) | Op::Transpose(_) | Op::Parameter(_));
        let inputs_of = inputs.iter().map(|edge| ("input", &self.edges[edge.0].shape));
        let empty = inputs_of.chain([("output", &shape)]).find(|(_, shape)| shape.contains(&0));
        if let Some((which, shape)) = empty.filter(|_| !only_moves) {
            return Err(Error::node(name, operator, format!("its {which} of shape {shape:?} has no values")));
        }
        let passes_on = matches!(
            op,
            Op::Identity
                | Op::Reshape(_)
                | Op::Transpose(_)
                | Op::Mul
                | Op::Bounded { .. }
                | Op::AboveZero
                | Op::Within(_)
                | Op::Wrap(_)
                | Op::Positive
                | Op::Saturate { .. }
        );
        let is_whole = |inputs: &[EdgeId]| inputs.iter().all(|edge| self.edges[edge.0].is_integer);
        let is_integer = match &op {
            Op::Sum { coefficients, constant } => {
                coefficients.iter().chain([constant]).all(|value| value.fract() == 0.0) && is_whole(inputs)
            }
            Op::Wire(wire) => {
                let whole = |source: &ops::Source| match source {
                    ops::Source::Constant(value) => value.fract() == 0.0,
                    ops::Source::Element(..) => true,
                };
                wire.sources.iter().all(whole) && is_whole(inputs)
            }
            op => op.is_integer() || (passes_on && is_whole(inputs)),
        };
        let labels = self.labels_of(&op, inputs);
        let edge = self.add_edge(name, shape);
        self.edges[edge.0].is_integer = is_integer;
        self.edges[edge.0].labels = labels;
        self.nodes.push(Node { name: name.to_owned(), op, inputs: inputs.to_vec(), output: edge });
        Ok(edge)
    }

    /// Returns what an edge is decided by if it is a label: made of comparisons alone, whose operands are returned.
    pub(crate) fn label(&self, edge: EdgeId) -> Option<Vec<EdgeId>> {
        if !self.edges[edge.0].is_integer {
            return None;
        }
        let (mut decided_by, mut open, mut seen) = (Vec::new(), vec![edge], BTreeSet::new());
        while let Some(edge) = open.pop() {
            if !seen.insert(edge) {
                continue;
            }
            let Some(node) = self.nodes.iter().find(|node| node.output == edge) else {
                continue;
            };
            match &node.op {
                Op::ArgMax(_) | Op::IsNonNegative => decided_by.extend(&node.inputs),
                Op::IsZero => open.extend(node.inputs.iter().filter(|edge| self.edges[edge.0].is_integer)),
                // What is rounded may be one off.
                op if op.is_integer() => return None,
                _ => open.extend(&node.inputs),
            }
        }
        Some(decided_by)
    }

    /// Returns the strings that an operator's values are the positions of: those of its input where it only moves them.
    fn labels_of(&self, op: &Op, inputs: &[EdgeId]) -> Option<Vec<String>> {
        let moves = match op {
            Op::Identity | Op::Reshape(_) | Op::Transpose(_) => true,
            Op::Wire(wire) => wire.sources.iter().all(|source| matches!(source, ops::Source::Element(..))),
            _ => false,
        };
        let (first, rest) = inputs.split_first().filter(|_| moves)?;
        let labels = &self.edges[first.0].labels;
        let is_one_list = rest.iter().all(|edge| self.edges[edge.0].labels == *labels);
        labels.clone().filter(|_| is_one_list)
    }

    /// Returns the nodes that read an edge.
    pub fn readers(&self, edge: EdgeId) -> Vec<usize> {
        let reads = |(_, node): &(usize, &Node)| node.inputs.contains(&edge);
        self.nodes.iter().enumerate().filter(reads).map(|(index, _)| index).collect()
    }

    pub(crate) fn add_edge(&mut self, name: &str, shape: Vec<usize>) -> EdgeId {
        self.edges.push(Edge { name: name.to_owned(), shape, is_integer: false, labels: None });
        EdgeId(self.edges.len() - 1)
    }
}

/// Returns the nodes so that each stands after those it reads from.
pub(crate) fn sorted(model: &Model) -> Result<Vec<usize>> {
    let mut producer: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, node) in model.nodes.iter().enumerate() {
        for output in node.outputs.iter().filter(|name| !name.is_empty()) {
            let known =
                model.constants.contains_key(output) || model.inputs.iter().any(|(name, _)| name == output);
            if producer.insert(output, index).is_some() || known {
                return Err(Error::node(
                    &node.name,
                    &node.operator,
                    format!("its output `{output}` is defined twice"),
                ));
            }
        }
    }
    let mut order = Vec::with_capacity(model.nodes.len());
    // 0: not seen, 1: under way, 2: placed.
    let mut state = vec![0u8; model.nodes.len()];
    for start in 0..model.nodes.len() {
        let mut open = vec![start];
        while let Some(&index) = open.last() {
            let node = &model.nodes[index];
            if state[index] == 2 {
                open.pop();
                continue;
            }
            state[index] = 1;
            let before = open.len();
            for input in &node.inputs {
                if let Some(&earlier) = producer.get(input.as_str()) {
                    match state[earlier] {
                        0 => open.push(earlier),
                        1 => {
                            return Err(Error::node(
                                &node.name,
                                &node.operator,
                                "the graph has a cycle here",
                            ));
                        }
                        _ => {}
                    }
                }
            }
            if open.len() == before {
                state[index] = 2;
                order.push(index);
                open.pop();
            }
        }
    }
    Ok(order)
}
