//! The model under construction: nodes, constants, and values whose layout in memory is known.
//!
//! Keras' layers see channels last, ONNX' operators channels first. A [`Value`] remembers how its axes are stored, so that
//! a `Transpose` is written only where a layer needs another layout than the one before it made.

use std::collections::{BTreeMap, BTreeSet};

use ndarray::{ArrayD, IxDyn};

use crate::axes::{Lengths, behind_batch};
use crate::error::{Error, Result};
use crate::onnx::{Attribute, Model, ModelNode};
use crate::tensor::{Constant, MOST_ELEMENTS, elements};

/// A value that depends on the input.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Value {
    name: String,
    /// The lengths of its axes as they are stored; the batch is 1.
    stored: Vec<usize>,
    /// `axes[i]` is the stored axis that is axis `i` for Keras.
    axes: Vec<usize>,
}

impl Value {
    /// Returns a value that is stored as Keras sees it.
    pub(super) fn new(name: String, shape: Vec<usize>) -> Self {
        Self { name, axes: (0..shape.len()).collect(), stored: shape }
    }

    /// Returns a value whose stored axis `i` is Keras' axis `order[i]`.
    pub(super) fn stored_in(name: String, stored: Vec<usize>, order: &[usize]) -> Self {
        Self { name, axes: inverse(order), stored }
    }

    /// Returns the lengths of the axes as Keras sees them.
    pub(super) fn shape(&self) -> Vec<usize> {
        self.axes.iter().map(|axis| self.stored[*axis]).collect()
    }

    pub(super) fn rank(&self) -> usize {
        self.axes.len()
    }

    /// Returns the value with its axes in another order for Keras; nothing moves in memory.
    pub(super) fn permuted(&self, order: &[usize]) -> Self {
        let axes = order.iter().map(|axis| self.axes[*axis]).collect();
        Self { axes, ..self.clone() }
    }

    /// Returns Keras' axes in the order in which they are stored.
    pub(super) fn order(&self) -> Vec<usize> {
        inverse(&self.axes)
    }
}

fn inverse(order: &[usize]) -> Vec<usize> {
    let mut inverse = vec![0; order.len()];
    for (position, axis) in order.iter().enumerate() {
        inverse[*axis] = position;
    }
    inverse
}

/// An operator with its attributes, before it is a node.
#[derive(Clone)]
pub(super) struct Operator {
    name: &'static str,
    attributes: BTreeMap<String, Attribute>,
}

/// Returns an operator without attributes.
pub(super) fn op(name: &'static str) -> Operator {
    Operator { name, attributes: BTreeMap::new() }
}

impl Operator {
    pub(super) fn float(self, name: &str, value: f64) -> Self {
        self.with(name, Attribute::Float(value))
    }

    pub(super) fn int(self, name: &str, value: i64) -> Self {
        self.with(name, Attribute::Int(value))
    }

    pub(super) fn size(self, name: &str, value: usize) -> Self {
        self.with(name, Attribute::Int(int(value)))
    }

    pub(super) fn sizes(self, name: &str, values: &[usize]) -> Self {
        self.with(name, Attribute::Ints(ints(values)))
    }

    pub(super) fn text(self, name: &str, value: &str) -> Self {
        self.with(name, Attribute::Text(value.to_owned()))
    }

    pub(super) fn with(mut self, name: &str, value: Attribute) -> Self {
        self.attributes.insert(name.to_owned(), value);
        self
    }
}

/// Returns a length as ONNX writes it.
pub(super) fn int(value: usize) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// Returns lengths as ONNX writes them.
pub(super) fn ints(values: &[usize]) -> Vec<i64> {
    values.iter().map(|value| int(*value)).collect()
}

/// The model under construction.
pub(super) struct Builder {
    model: Model,
    /// The layer that is being translated.
    layer: String,
    /// How many nodes there were before it.
    entered: usize,
    taken: BTreeSet<String>,
    /// The names of constants by layer and role, so that a layer that is used twice has its weights once.
    shared: BTreeMap<(String, String), String>,
}

impl Builder {
    pub(super) fn new() -> Self {
        let model = Model {
            opset: 21,
            nodes: Vec::new(),
            constants: BTreeMap::new(),
            inputs: Vec::new(),
            integers: BTreeSet::new(),
            outputs: Vec::new(),
        };
        Self { model, layer: String::new(), entered: 0, taken: BTreeSet::new(), shared: BTreeMap::new() }
    }

    /// Names the layer that the next nodes belong to.
    pub(super) fn enter(&mut self, layer: &str) {
        layer.clone_into(&mut self.layer);
        self.entered = self.model.nodes.len();
    }

    /// Gives the layer's name to what it computes, if it added a node for that.
    pub(super) fn leave(&mut self, value: Value) -> Value {
        let nodes = self.model.nodes.get(self.entered..).unwrap_or_default();
        if !nodes.iter().any(|node| node.outputs.contains(&value.name)) {
            return value;
        }
        let name = self.unique(&self.layer.clone());
        for node in &mut self.model.nodes[self.entered..] {
            if node.outputs.contains(&value.name) {
                node.name.clone_from(&name);
            }
            for other in node.inputs.iter_mut().chain(&mut node.outputs) {
                if *other == value.name {
                    other.clone_from(&name);
                }
            }
        }
        Value { name, ..value }
    }

    /// Adds an input of the model, one of a number of inputs.
    pub(super) fn input(
        &mut self,
        name: &str,
        shape: &[Option<usize>],
        is_integer: bool,
        (count, lengths): (usize, &Lengths<'_>),
    ) -> Result<Value> {
        let fail = |reason: String| Error::Input { input: name.to_owned(), reason };
        let name = self.unique(name);
        let place = (self.model.inputs.len(), count);
        let lengths = behind_batch(&name, place, shape, lengths, is_integer)?;
        match shape.first() {
            Some(None | Some(1)) if elements(&lengths).is_some_and(|count| count > 0) => {}
            _ => {
                return Err(fail(format!(
                    "shape {shape:?} is not supported, expected a batch of 1 or of any"
                )));
            }
        }
        self.model.inputs.push((name.clone(), lengths.iter().copied().map(Into::into).collect()));
        if is_integer {
            self.model.integers.insert(name.clone());
        }
        Ok(Value::new(name, lengths))
    }

    /// Says that a value holds integers, if it is an input.
    pub(super) fn hold_integers(&mut self, value: &Value) {
        if self.model.inputs.iter().any(|(input, _)| *input == value.name) {
            self.model.integers.insert(value.name.clone());
        }
    }

    /// Adds an output of the model.
    pub(super) fn output(&mut self, value: &Value) {
        let mut name = self.arrange(value, &(0..value.rank()).collect::<Vec<_>>());
        let is_input = self.model.inputs.iter().any(|(input, _)| *input == name);
        if is_input || self.model.outputs.contains(&name) {
            name = self.node(op("Identity"), &[&name]);
        }
        self.model.outputs.push(name);
    }

    pub(super) fn finish(self) -> Model {
        self.model
    }

    /// Adds a node and returns the name of its output.
    pub(super) fn node(&mut self, operator: Operator, inputs: &[&str]) -> String {
        self.node_with_outputs(operator, inputs, 1).swap_remove(0)
    }

    /// Adds a node with several outputs of which the last is used; returns all names.
    pub(super) fn node_with_outputs(
        &mut self,
        operator: Operator,
        inputs: &[&str],
        outputs: usize,
    ) -> Vec<String> {
        let wish = format!("{}/{}", self.layer, operator.name);
        let names: Vec<String> = (0..outputs).map(|_| self.unique(&wish)).collect();
        self.model.nodes.push(ModelNode {
            name: names[0].clone(),
            operator: operator.name.to_owned(),
            inputs: inputs.iter().map(|input| (*input).to_owned()).collect(),
            outputs: names.clone(),
            attributes: operator.attributes,
        });
        names
    }

    /// Adds a node that changes elements one by one.
    pub(super) fn elementwise(&mut self, operator: Operator, value: &Value, constants: &[&str]) -> Value {
        let mut inputs = vec![value.name.as_str()];
        inputs.extend(constants);
        Value { name: self.node(operator, &inputs), ..value.clone() }
    }

    /// Adds a node of elementwise `operator` on two values of one shape, or shapes that broadcast.
    pub(super) fn binary(&mut self, operator: Operator, left: &Value, right: &Value) -> Result<Value> {
        self.variadic(operator, &[left.clone(), right.clone()])
    }

    /// Adds a node of elementwise `operator` on values of one rank whose shapes broadcast.
    pub(super) fn variadic(&mut self, operator: Operator, values: &[Value]) -> Result<Value> {
        let (names, order) = self.aligned(values)?;
        let mut stored = vec![1; order.len()];
        for value in values {
            let shape = value.shape();
            if shape.len() != order.len() {
                let reason = format!("inputs of {} and {} axes cannot be combined", order.len(), shape.len());
                return Err(Error::node(&self.layer, operator.name, reason));
            }
            for (length, axis) in stored.iter_mut().zip(&order) {
                match (*length, shape[*axis]) {
                    (1, other) => *length = other,
                    (known, other) if known == other || other == 1 => {}
                    (known, other) => {
                        let reason = format!("inputs of lengths {known} and {other} cannot be combined");
                        return Err(Error::node(&self.layer, operator.name, reason));
                    }
                }
            }
        }
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let name = self.node(operator, &names);
        self.value(name, stored, &order)
    }

    /// Stores values alike; returns their names and the order of Keras' axes.
    pub(super) fn aligned(&mut self, values: &[Value]) -> Result<(Vec<String>, Vec<usize>)> {
        let Some(first) = values.first() else {
            return Err(Error::node(&self.layer, "layer", "has no input"));
        };
        if values.iter().all(|value| value.axes == first.axes) {
            return Ok((values.iter().map(|value| value.name.clone()).collect(), first.order()));
        }
        let names = values.iter().map(|value| self.plain(value)).collect();
        Ok((names, (0..first.rank()).collect()))
    }

    /// Stores a value so that its axes stand in `order`; returns the name.
    pub(super) fn arrange(&mut self, value: &Value, order: &[usize]) -> String {
        let permutation: Vec<usize> = order.iter().map(|axis| value.axes[*axis]).collect();
        if permutation.iter().copied().eq(0..permutation.len()) {
            return value.name.clone();
        }
        self.node(op("Transpose").sizes("perm", &permutation), &[&value.name])
    }

    /// Stores a value as Keras sees it; returns the name.
    pub(super) fn plain(&mut self, value: &Value) -> String {
        self.arrange(value, &(0..value.rank()).collect::<Vec<_>>())
    }

    /// Returns a value whose stored axis `i` is Keras' axis `order[i]`.
    ///
    /// # Errors
    /// When it is too large.
    pub(super) fn value(&self, name: String, stored: Vec<usize>, order: &[usize]) -> Result<Value> {
        if elements(&stored).is_none() {
            let reason = format!("its output of shape {stored:?} has more than {MOST_ELEMENTS} values");
            return Err(Error::node(&self.layer, "layer", reason));
        }
        Ok(Value::stored_in(name, stored, order))
    }

    /// Returns `value` with other lengths, in the same order of elements for Keras.
    pub(super) fn reshape(&mut self, value: &Value, shape: &[usize]) -> Result<Value> {
        let name = self.plain(value);
        let lengths = self.ints("shape", ints(shape));
        let name = self.node(op("Reshape"), &[&name, &lengths]);
        self.value(name, shape.to_vec(), &(0..shape.len()).collect::<Vec<_>>())
    }

    /// Adds a constant of the layer, or returns the one it already has in this role.
    pub(super) fn constant(&mut self, role: &str, value: Constant) -> String {
        let layer = self.layer.clone();
        self.constant_of(&layer, role, value)
    }

    /// Adds a constant of a part of the layer.
    pub(super) fn constant_of(&mut self, owner: &str, role: &str, value: Constant) -> String {
        let key = (owner.to_owned(), role.to_owned());
        if let Some(name) = self.shared.get(&key)
            && self.model.constants.get(name) == Some(&value)
        {
            return name.clone();
        }
        let name = self.unique(&format!("{owner}/{role}"));
        self.model.constants.insert(name.clone(), value);
        self.shared.insert(key, name.clone());
        name
    }

    pub(super) fn floats(&mut self, role: &str, values: ArrayD<f64>) -> String {
        let is_standard = values.is_standard_layout();
        let values = if is_standard { values } else { values.as_standard_layout().into_owned() };
        self.constant(role, Constant::Float(values))
    }

    pub(super) fn scalar(&mut self, role: &str, value: f64) -> String {
        self.floats(role, ArrayD::from_elem(IxDyn(&[]), value))
    }

    pub(super) fn ints(&mut self, role: &str, values: Vec<i64>) -> String {
        self.constant(role, Constant::Int(ndarray::Array1::from(values).into_dyn()))
    }

    /// Adds a constant that broadcasts to `value`, its axes given in Keras' order.
    pub(super) fn floats_like(&mut self, role: &str, values: ArrayD<f64>, value: &Value) -> String {
        self.floats(role, values.permuted_axes(value.order()))
    }

    fn unique(&mut self, name: &str) -> String {
        let mut unique = name.to_owned();
        let mut count = 1u64;
        while !self.taken.insert(unique.clone()) {
            count += 1;
            unique = format!("{name}:{count}");
        }
        unique
    }
}

impl Value {
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn stored(&self) -> &[usize] {
        &self.stored
    }

    /// Returns the stored axis that is axis `axis` for Keras.
    pub(super) fn stored_axis(&self, axis: usize) -> usize {
        self.axes[axis]
    }
}
