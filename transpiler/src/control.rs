//! Control flow: `If` by a constant condition, or both of its branches and a choice between them; `Scan` and `Loop` step by step,
//! as often as is known when the graph is built.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__If.html>, <https://onnx.ai/onnx/operators/onnx__Scan.html>,
//! <https://onnx.ai/onnx/operators/onnx__Loop.html>.

use std::collections::{BTreeMap, BTreeSet};

use ndarray::ArrayD;

use crate::error::{Error, Result};
use crate::graph::{Graph, Known, Names, sorted};
use crate::onnx::{Attribute, Model, ModelNode, Subgraph};
use crate::ops::{Attributes, axis_of};
use crate::tensor::Constant;

/// Most steps of a `Scan` or a `Loop`.
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
        beside(self.attributes.node, operator, inputs, axis, output)
    }
}

/// Returns a node of what happens around the bodies of another node.
fn beside(node: &ModelNode, operator: &str, inputs: Vec<String>, axis: i64, output: &str) -> ModelNode {
    ModelNode {
        name: node.name.clone(),
        operator: operator.to_owned(),
        inputs,
        outputs: vec![output.to_owned()],
        attributes: BTreeMap::from([("axis".to_owned(), Attribute::Int(axis))]),
    }
}

/// Returns integers, as a list or as a single one.
fn integers(values: &[i64], is_list: bool) -> Known {
    let list = ArrayD::from_shape_fn(vec![values.len()], |at| values[at[0]]);
    let scalar = || ArrayD::from_elem(vec![], values.first().copied().unwrap_or(0));
    Known::Constant(Constant::Int(if is_list { list } else { scalar() }))
}

impl Graph {
    /// Adds the branch of an `If` that its constant condition chooses, or both and the choice.
    pub(crate) fn branch(&mut self, node: &ModelNode, model: &Model, known: &mut Names) -> Result<()> {
        let fail = |reason: &str| Error::node(&node.name, &node.operator, reason);
        let condition = match node.inputs.first().and_then(|input| known.get(input)) {
            Some(Known::Constant(constant)) => constant.to_float().first().copied(),
            Some(Known::Edge(_)) => return self.both_branches(node, model, known),
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

    /// Adds both branches of an `If`, and of each output the one that the condition chooses.
    fn both_branches(&mut self, node: &ModelNode, model: &Model, known: &mut Names) -> Result<()> {
        let fail = |reason: &str| Error::node(&node.name, &node.operator, reason);
        let mut branches = Vec::new();
        for name in ["then_branch", "else_branch"] {
            let Some(Attribute::Graph(body)) = node.attributes.get(name) else {
                return Err(fail(&format!("`{name}` is missing")));
            };
            let outputs = self.inline(body, model, known)?;
            if outputs.len() != node.outputs.len() {
                let (found, expected) = (outputs.len(), node.outputs.len());
                return Err(fail(&format!("`{name}` has {found} outputs, expected {expected}")));
            }
            branches.push(outputs);
        }
        let inner = format!("{}/if", node.name);
        let condition = format!("{inner}/condition");
        let axes = format!("{inner}/shape");
        known.insert(axes.clone(), integers(&[], true));
        let inputs = vec![node.inputs[0].clone(), axes];
        self.lower(&beside(node, "Reshape", inputs, 0, &condition), model, known)?;
        for (position, output) in node.outputs.iter().enumerate() {
            let mut inputs = vec![condition.clone()];
            let mut shapes = Vec::new();
            for (number, branch) in branches.iter().enumerate() {
                let name = format!("{inner}/{number}/{position}");
                shapes.push(self.shape_of(&branch[position]).to_vec());
                known.insert(name.clone(), branch[position].clone());
                inputs.push(name);
            }
            if shapes[0] != shapes[1] {
                return Err(fail(&format!(
                    "its branches give shapes {:?} and {:?}, expected one: a circuit has both branches",
                    shapes[0], shapes[1]
                )));
            }
            self.lower(&beside(node, "Where", inputs, 0, output), model, known)?;
        }
        Ok(())
    }

    fn shape_of<'k>(&'k self, value: &'k Known) -> &'k [usize] {
        match value {
            Known::Edge(edge) => &self.edges[edge.0].shape,
            Known::Constant(constant) => constant.shape(),
        }
    }

    /// Adds the body of a `Loop` as often as its trips, and its condition, say.
    pub(crate) fn repeat(&mut self, node: &ModelNode, model: &Model, known: &mut Names) -> Result<()> {
        let fail = |reason: &str| Error::node(&node.name, &node.operator, reason);
        let Some(Attribute::Graph(body)) = node.attributes.get("body") else {
            return Err(fail("`body` is missing"));
        };
        let carried = node.inputs.len().saturating_sub(2);
        let fits = body.inputs.len() == carried + 2 && body.outputs.len() > carried;
        let scans = body.outputs.len().saturating_sub(carried + 1);
        if !fits || node.outputs.len() > carried + scans {
            return Err(fail("its inputs and outputs do not fit those of its body"));
        }
        let instead = "a circuit has a number of trips that is known: make it a constant of the model";
        let constant = |known: &Names, name: &str, what: &str| match known.get(name) {
            _ if name.is_empty() => Ok(None),
            Some(Known::Constant(constant)) => Ok(constant.to_float().first().copied()),
            Some(Known::Edge(_)) => Err(fail(&format!(
                "its {what} depends on the model's input, which is not supported: {instead}"
            ))),
            None => Err(fail(&format!("its {what} is not defined"))),
        };
        let input = |position: usize| node.inputs.get(position).map_or("", String::as_str);
        let trips = constant(known, input(0), "number of trips")?;
        let mut goes_on = constant(known, input(1), "condition")?.is_none_or(|condition| condition != 0.0);
        let inner = format!("{}/loop", node.name);
        let mut current: Vec<Known> = Vec::new();
        for name in node.inputs.iter().skip(2) {
            let value = known.get(name).cloned();
            current.push(value.ok_or_else(|| fail(&format!("its input `{name}` is not defined")))?);
        }
        let mut rows: Vec<Vec<String>> = vec![Vec::new(); scans];
        let mut at: usize = 0;
        #[expect(clippy::cast_precision_loss, reason = "few steps")]
        while goes_on && trips.is_none_or(|trips| (at as f64) < trips) {
            if at == MOST_STEPS {
                return Err(fail(&format!("has more than {MOST_STEPS} trips")));
            }
            known.insert(body.inputs[0].clone(), integers(&[i64::try_from(at).unwrap_or(0)], false));
            known.insert(body.inputs[1].clone(), integers(&[1], false));
            known.extend(body.inputs[2..].iter().cloned().zip(current));
            let outputs = self.inline(body, model, known)?;
            goes_on = match outputs.first() {
                Some(Known::Constant(constant)) => {
                    constant.to_float().first().is_some_and(|goes| *goes != 0.0)
                }
                _ => {
                    let reason =
                        "its body decides by the model's input whether to go on, which is not supported";
                    return Err(fail(&format!("{reason}: {instead}")));
                }
            };
            current = outputs[1..=carried].to_vec();
            for (position, (row, value)) in rows.iter_mut().zip(&outputs[carried + 1..]).enumerate() {
                let name = format!("{inner}/{position}/{at}");
                known.insert(name.clone(), value.clone());
                row.push(name);
            }
            at += 1;
        }
        for (output, value) in node.outputs.iter().zip(current) {
            known.insert(output.clone(), value);
        }
        for (output, row) in node.outputs.iter().skip(carried).zip(rows) {
            if output.is_empty() {
                continue;
            }
            if row.is_empty() {
                return Err(fail(&format!("its output `{output}` has no values, as it makes no trip")));
            }
            self.stack(node, row, 0, output, model, known)?;
        }
        Ok(())
    }

    /// Adds values side by side along an axis of their own.
    fn stack(
        &mut self,
        node: &ModelNode,
        mut row: Vec<String>,
        axis: i64,
        output: &str,
        model: &Model,
        known: &mut Names,
    ) -> Result<()> {
        let axes = format!("{}/axes", node.name);
        known.insert(axes.clone(), integers(&[axis], true));
        for name in &mut row {
            let wide = format!("{name}/wide");
            self.lower(
                &beside(node, "Unsqueeze", vec![name.clone(), axes.clone()], axis, &wide),
                model,
                known,
            )?;
            *name = wide;
        }
        self.lower(&beside(node, "Concat", row, axis, output), model, known)
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
            self.stack(node, row, axis, output, model, known)?;
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
