//! Control flow that is known when the graph is built: `If` by a constant condition, `Scan` step by step.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__If.html>, <https://onnx.ai/onnx/operators/onnx__Scan.html>.

use std::collections::{BTreeMap, BTreeSet};

use ndarray::ArrayD;

use crate::error::{Error, Result};
use crate::graph::{Graph, Known, Names, sorted};
use crate::onnx::{Attribute, Model, ModelNode, Subgraph};
use crate::ops::{Attributes, axis_of};
use crate::tensor::Constant;

/// Most steps of a `Scan`.
const MOST_STEPS: usize = 4096;

/// A `Scan` whose lists fit each other.
struct Scan<'n> {
    attributes: Attributes<'n>,
    body: &'n Subgraph,
    /// How many of its inputs are states.
    states: usize,
    axes: Vec<i64>,
    /// Whether an input is scanned from its end.
    turned: Vec<bool>,
    out_axes: Vec<i64>,
    out_turned: Vec<bool>,
}

impl<'n> Scan<'n> {
    fn read(node: &'n ModelNode) -> Result<Self> {
        let attributes = Attributes::new(node);
        let Some(Attribute::Graph(body)) = node.attributes.get("body") else {
            return Err(attributes.fail("`body` is missing"));
        };
        let scanned = usize::try_from(attributes.int("num_scan_inputs", 0)?).unwrap_or(0);
        let states = node.inputs.len().checked_sub(scanned).filter(|_| scanned > 0);
        let Some(states) = states.filter(|_| body.inputs.len() == node.inputs.len()) else {
            return Err(attributes.fail("`num_scan_inputs` does not fit its inputs"));
        };
        let collected = body.outputs.len().checked_sub(states);
        let Some(collected) = collected.filter(|_| node.outputs.len() <= body.outputs.len()) else {
            return Err(attributes.fail("its body has fewer outputs than it has states"));
        };
        let list = |name: &str, count: usize| -> Result<Vec<i64>> {
            let values = attributes.ints(name)?.unwrap_or_else(|| vec![0; count]);
            if values.len() == count {
                return Ok(values);
            }
            Err(attributes.unsupported(name, format!("{values:?}"), &format!("{count} integers")))
        };
        let turned = |name: &str, count: usize| -> Result<Vec<bool>> {
            Ok(list(name, count)?.into_iter().map(|direction| direction != 0).collect())
        };
        Ok(Self {
            attributes,
            body,
            states,
            axes: list("scan_input_axes", scanned)?,
            turned: turned("scan_input_directions", scanned)?,
            out_axes: list("scan_output_axes", collected)?,
            out_turned: turned("scan_output_directions", collected)?,
        })
    }

    /// Returns a node of what happens around the body.
    fn node(&self, operator: &str, inputs: Vec<String>, axis: i64, output: &str) -> ModelNode {
        ModelNode {
            name: self.attributes.node.name.clone(),
            operator: operator.to_owned(),
            inputs,
            outputs: vec![output.to_owned()],
            attributes: BTreeMap::from([("axis".to_owned(), Attribute::Int(axis))]),
        }
    }
}

/// Returns integers, as a list or as a single one.
fn integers(values: &[i64], is_list: bool) -> Known {
    let list = ArrayD::from_shape_fn(vec![values.len()], |at| values[at[0]]);
    let scalar = || ArrayD::from_elem(vec![], values.first().copied().unwrap_or(0));
    Known::Constant(Constant::Int(if is_list { list } else { scalar() }))
}

impl Graph {
    /// Adds the branch of an `If` that its constant condition chooses.
    pub(crate) fn branch(&mut self, node: &ModelNode, model: &Model, known: &mut Names) -> Result<()> {
        let fail = |reason: &str| Error::node(&node.name, &node.operator, reason);
        let condition = match node.inputs.first().and_then(|input| known.get(input)) {
            Some(Known::Constant(constant)) => constant.to_float().first().copied(),
            Some(Known::Edge(_)) => {
                return Err(fail("its condition depends on the model's input, which is not supported"));
            }
            None => None,
        };
        let condition = condition.ok_or_else(|| fail("its condition is not defined"))?;
        let name = if condition == 0.0 { "else_branch" } else { "then_branch" };
        let Some(Attribute::Graph(body)) = node.attributes.get(name) else {
            return Err(fail(&format!("`{name}` is missing")));
        };
        let outputs = self.inline(body, model, known)?;
        known.extend(node.outputs.iter().cloned().zip(outputs));
        Ok(())
    }

    /// Adds the body of a `Scan` once for each element of the axes that it scans.
    pub(crate) fn scan(&mut self, node: &ModelNode, model: &Model, known: &mut Names) -> Result<()> {
        let scan = Scan::read(node)?;
        let length = self.steps(&scan, known)?;
        let inner = format!("{}/scan", node.name);
        let mut current: Vec<String> = node.inputs[..scan.states].to_vec();
        let mut rows: Vec<Vec<String>> = vec![Vec::new(); scan.body.outputs.len() - scan.states];
        for at in 0..length {
            for (position, input) in node.inputs[scan.states..].iter().enumerate() {
                let from = if scan.turned[position] { length - 1 - at } else { at };
                let index = format!("{inner}/index");
                known.insert(index.clone(), integers(&[i64::try_from(from).unwrap_or(0)], false));
                let wanted = &scan.body.inputs[scan.states + position];
                let part = scan.node("Gather", vec![input.clone(), index], scan.axes[position], wanted);
                self.lower(&part, model, known)?;
            }
            for (name, wanted) in current.iter().zip(&scan.body.inputs) {
                let value = known.get(name).cloned();
                let value = value.ok_or_else(|| scan.attributes.fail(&format!("`{name}` is not defined")))?;
                known.insert(wanted.clone(), value);
            }
            let outputs = self.inline(scan.body, model, known)?;
            let names: Vec<String> =
                (0..outputs.len()).map(|position| format!("{inner}/{position}/{at}")).collect();
            known.extend(names.iter().cloned().zip(outputs));
            current = names[..scan.states].to_vec();
            for (row, name) in rows.iter_mut().zip(&names[scan.states..]) {
                row.push(name.clone());
            }
        }
        for (name, output) in current.iter().zip(&node.outputs) {
            if let Some(value) = known.get(name).cloned() {
                known.insert(output.clone(), value);
            }
        }
        for (position, output) in node.outputs.iter().skip(scan.states).enumerate() {
            let mut row = std::mem::take(&mut rows[position]);
            if scan.out_turned[position] {
                row.reverse();
            }
            let axis = scan.out_axes[position];
            let axes = format!("{inner}/axes");
            known.insert(axes.clone(), integers(&[axis], true));
            for name in &mut row {
                let wide = format!("{name}/wide");
                let part = scan.node("Unsqueeze", vec![name.clone(), axes.clone()], axis, &wide);
                self.lower(&part, model, known)?;
                *name = wide;
            }
            self.lower(&scan.node("Concat", row, axis, output), model, known)?;
        }
        Ok(())
    }

    /// Returns the length that the scanned axes have in common.
    fn steps(&self, scan: &Scan<'_>, known: &Names) -> Result<usize> {
        let mut length = None;
        let inputs = &scan.attributes.node.inputs[scan.states..];
        for (input, axis) in inputs.iter().zip(&scan.axes) {
            let shape = match known.get(input) {
                Some(Known::Edge(edge)) => self.edges[edge.0].shape.as_slice(),
                Some(Known::Constant(constant)) => constant.shape(),
                None => return Err(scan.attributes.fail(&format!("its input `{input}` is not defined"))),
            };
            let found = axis_of(*axis, shape.len()).map(|axis| shape[axis]);
            if found.is_none() || length.is_some_and(|length| Some(length) != found) {
                return Err(scan.attributes.fail("its scanned inputs have no axis of one length"));
            }
            length = found;
        }
        let length = length.unwrap_or(0);
        if (1..=MOST_STEPS).contains(&length) {
            Ok(length)
        } else {
            Err(scan.attributes.fail(&format!("has {length} steps, expected 1 to {MOST_STEPS}")))
        }
    }

    /// Adds the nodes of a body; returns its outputs. What it calls by a name of its own is known after it too.
    fn inline(&mut self, body: &Subgraph, model: &Model, known: &mut Names) -> Result<Vec<Known>> {
        let constants = body.constants.iter();
        known.extend(constants.map(|(name, value)| (name.clone(), Known::Constant(value.clone()))));
        // The outputs of a body are not the model's, to which a softmax would be the end.
        let inner = Model {
            opset: model.opset,
            nodes: body.nodes.clone(),
            constants: BTreeMap::new(),
            inputs: Vec::new(),
            integers: BTreeSet::new(),
            outputs: Vec::new(),
        };
        for node in sorted(&inner)? {
            self.lower(&inner.nodes[node], &inner, known)?;
        }
        let output = |name: &String| {
            let value = known.get(name).cloned();
            value.ok_or_else(|| Error::model(format!("the output `{name}` of a body is not defined")))
        };
        body.outputs.iter().map(output).collect()
    }
}
