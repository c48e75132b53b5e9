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

/// Returns a shape without some axes, or with length one there if `keeps`.
pub(super) fn reduced(shape: &[usize], axes: &[usize], keeps: bool) -> Vec<usize> {
    let lengths = shape.iter().enumerate().filter(|(axis, _)| keeps || !axes.contains(axis));
    lengths.map(|(axis, length)| if axes.contains(&axis) { 1 } else { *length }).collect()
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

    /// Returns the model, without what nothing reads, such as masks that no layer asks for.
    pub(super) fn finish(mut self) -> Model {
        let mut read: BTreeSet<String> = self.model.outputs.iter().cloned().collect();
        let mut kept = Vec::new();
        // Each node stands after those it reads from.
        for node in self.model.nodes.into_iter().rev() {
            if node.outputs.iter().any(|output| read.contains(output)) {
                read.extend(node.inputs.iter().cloned());
                kept.push(node);
            }
        }
        kept.reverse();
        self.model.nodes = kept;
        self.model.constants.retain(|name, _| read.contains(name));
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

    /// Returns whether a value is known to be ones and zeros.
    pub(super) fn is_bits(&self, value: &Value) -> bool {
        let mut name = value.name.as_str();
        for node in self.model.nodes.iter().rev() {
            if !node.outputs.iter().any(|output| output == name) {
                continue;
            }
            match (node.operator.as_str(), node.inputs.first()) {
                (
                    "Equal" | "Greater" | "GreaterOrEqual" | "Less" | "LessOrEqual" | "Not" | "And" | "Or"
                    | "Xor",
                    _,
                ) => {
                    return true;
                }
                ("Cast", _) if node.attributes.get("to") == Some(&Attribute::Int(9)) => return true,
                ("Reshape" | "Transpose" | "Slice" | "Identity", Some(input)) => name = input,
                _ => return false,
            }
        }
        false
    }

    /// Returns a constant as a value.
    pub(super) fn constant_value(&mut self, role: &str, values: ArrayD<f64>) -> Value {
        let shape = values.shape().to_vec();
        Value::new(self.floats(role, values), shape)
    }

    /// Adds the places from `start` to `end` of one of Keras' axes.
    pub(super) fn part(&mut self, value: &Value, axis: usize, start: usize, end: usize) -> Result<Value> {
        let at = value.stored_axis(axis);
        if (start, end) == (0, value.stored[at]) {
            return Ok(value.clone());
        }
        let names = [
            self.ints("starts", vec![int(start)]),
            self.ints("ends", vec![int(end)]),
            self.ints("axes", vec![int(at)]),
        ];
        let [starts, ends, axes] = names.each_ref().map(String::as_str);
        let name = self.node(op("Slice"), &[&value.name, starts, ends, axes]);
        let mut stored = value.stored.clone();
        stored[at] = end.saturating_sub(start);
        self.value(name, stored, &value.order())
    }

    /// Adds one place of one of Keras' axes, without that axis.
    pub(super) fn place(&mut self, value: &Value, axis: usize, at: usize) -> Result<Value> {
        let part = self.part(value, axis, at, at.saturating_add(1))?;
        let mut shape = part.shape();
        shape.remove(axis);
        self.reshape(&part, &shape)
    }

    /// Adds values joined along one of Keras' axes.
    pub(super) fn joined(&mut self, values: &[Value], axis: usize) -> Result<Value> {
        let (names, order) = self.aligned(values)?;
        let fail = |builder: &Self, reason: String| Error::node(&builder.layer, "Concat", reason);
        let Some((first, rest)) = values.split_first().filter(|(first, _)| axis < first.rank()) else {
            return Err(fail(self, format!("axis {axis} is not one of its inputs")));
        };
        let mut shape = first.shape();
        for other in rest {
            let other = other.shape();
            let fits = other.len() == shape.len()
                && other
                    .iter()
                    .zip(&shape)
                    .enumerate()
                    .all(|(at, (left, right))| at == axis || left == right);
            if !fits {
                return Err(fail(self, format!("inputs of shapes {shape:?} and {other:?} cannot be joined")));
            }
            shape[axis] = shape[axis].saturating_add(other[axis]);
        }
        if rest.is_empty() {
            return Ok(first.clone());
        }
        let stored_axis = order.iter().position(|at| *at == axis).unwrap_or(axis);
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let name = self.node(op("Concat").size("axis", stored_axis), &names);
        self.value(name, order.iter().map(|axis| shape[*axis]).collect(), &order)
    }

    /// Adds values of one shape side by side along a new axis.
    pub(super) fn stacked(&mut self, values: &[Value], axis: usize) -> Result<Value> {
        let mut parts = Vec::new();
        for value in values {
            let mut shape = value.shape();
            shape.insert(axis.min(shape.len()), 1);
            parts.push(self.reshape(value, &shape)?);
        }
        self.joined(&parts, axis)
    }

    /// Returns a value with `count` axes, those that it lacks before its own.
    pub(super) fn with_rank(&mut self, value: &Value, count: usize) -> Result<Value> {
        let mut shape = vec![1; count.saturating_sub(value.rank())];
        shape.extend(value.shape());
        if shape.len() == value.rank() { Ok(value.clone()) } else { self.reshape(value, &shape) }
    }

    /// Adds a node of elementwise `operator` on values whose shapes broadcast as NumPy's do.
    pub(super) fn broadcast(&mut self, operator: Operator, values: &[Value]) -> Result<Value> {
        let rank = values.iter().map(Value::rank).max().unwrap_or(0);
        let values = values.iter().map(|value| self.with_rank(value, rank)).collect::<Result<Vec<_>>>()?;
        self.variadic(operator, &values)
    }

    /// Adds a node that reduces some of Keras' axes, which are kept with length one if `keeps`.
    pub(super) fn reduce(
        &mut self,
        operator: &'static str,
        value: &Value,
        axes: &[usize],
        keeps: bool,
    ) -> Result<Value> {
        if axes.is_empty() {
            return Ok(value.clone());
        }
        let plain = self.plain(value);
        let names = self.ints("reduced", ints(axes));
        let node = op(operator).int("keepdims", i64::from(keeps));
        let name = self.node(node, &[&plain, &names]);
        let shape = reduced(&value.shape(), axes, keeps);
        let order: Vec<usize> = (0..shape.len()).collect();
        self.value(name, shape, &order)
    }

    /// Adds the product of the last two axes of two values, whose other axes broadcast.
    pub(super) fn mat_mul(&mut self, left: &Value, right: &Value) -> Result<Value> {
        let (left_shape, right_shape) = (left.shape(), right.shape());
        let misfit = || {
            let reason = format!("shapes {left_shape:?} and {right_shape:?} cannot be multiplied");
            Error::node(&self.layer, "MatMul", reason)
        };
        let ([left_outer @ .., rows, inner], [right_outer @ .., other, columns]) =
            (left_shape.as_slice(), right_shape.as_slice())
        else {
            return Err(misfit());
        };
        if inner != other {
            return Err(misfit());
        }
        let mut shape = crate::fold::broadcast(left_outer, right_outer).ok_or_else(misfit)?;
        shape.extend([*rows, *columns]);
        let names = [self.plain(left), self.plain(right)];
        let name = self.node(op("MatMul"), &[&names[0], &names[1]]);
        let order: Vec<usize> = (0..shape.len()).collect();
        self.value(name, shape, &order)
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

    /// Returns the value under another name, if it has a given one.
    pub(super) fn renamed(&self, before: &str, after: &str) -> Self {
        if self.name == before { Self { name: after.to_owned(), ..self.clone() } } else { self.clone() }
    }

    pub(super) fn stored(&self) -> &[usize] {
        &self.stored
    }

    /// Returns the stored axis that is axis `axis` for Keras.
    pub(super) fn stored_axis(&self, axis: usize) -> usize {
        self.axes[axis]
    }
}
