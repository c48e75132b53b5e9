//! A node of a model on its way into the graph: its arguments, its attributes, and errors that name it.

use std::fmt::Display;

use ndarray::ArrayD;

use super::Op;
use super::elementwise::broadcast_wire;
use crate::error::{Error, Result};
use crate::fold::broadcast;
use crate::graph::{EdgeId, Graph};
use crate::onnx::{Attribute, ModelNode};
use crate::tensor::Constant;

/// An input of a node.
#[derive(Clone, Debug)]
pub enum Argument {
    /// It depends on the model's input.
    Edge(EdgeId),
    /// It is known.
    Constant(Constant),
    /// It is optional and left out.
    Absent,
}

/// A node and the graph that it goes into.
pub(crate) struct Lowering<'g> {
    pub(crate) graph: &'g mut Graph,
    pub(crate) attributes: Attributes<'g>,
    pub(crate) arguments: Vec<Argument>,
    pub(crate) opset: i64,
    /// Whether the node's output is the model's only one.
    pub(crate) is_last: bool,
}

impl Lowering<'_> {
    pub(crate) fn operator(&self) -> &str {
        self.attributes.operator()
    }

    pub(crate) fn fail(&self, reason: &str) -> Error {
        self.attributes.fail(reason)
    }

    pub(crate) fn shape(&self, edge: EdgeId) -> &[usize] {
        &self.graph.edges[edge.0].shape
    }

    /// Returns an input that is there, whether it depends on the model's input or not.
    pub(crate) fn edge(&mut self, position: usize) -> Result<EdgeId> {
        match self.arguments.get(position).cloned() {
            Some(Argument::Edge(edge)) => Ok(edge),
            Some(Argument::Constant(constant)) => self.parameter(constant.to_float()),
            _ => Err(self.fail(&format!("its input {position} is missing"))),
        }
    }

    /// Returns whether an optional input is there.
    pub(crate) fn has(&self, position: usize) -> bool {
        !matches!(self.arguments.get(position), None | Some(Argument::Absent))
    }

    /// Returns the shape of an input.
    pub(crate) fn shape_at(&self, position: usize) -> Result<Vec<usize>> {
        match self.arguments.get(position) {
            Some(Argument::Edge(edge)) => Ok(self.shape(*edge).to_vec()),
            Some(Argument::Constant(constant)) => Ok(constant.shape().to_vec()),
            _ => Err(self.fail(&format!("its input {position} is missing"))),
        }
    }

    /// Returns a constant input as real numbers, one at least.
    pub(crate) fn constant(&self, position: usize, name: &str) -> Result<ArrayD<f64>> {
        let values = self.known(position, name)?;
        if values.is_empty() {
            return Err(self.fail(&format!("its input `{name}` of shape {:?} has no values", values.shape())));
        }
        Ok(values)
    }

    fn known(&self, position: usize, name: &str) -> Result<ArrayD<f64>> {
        match self.arguments.get(position) {
            Some(Argument::Constant(constant)) => Ok(constant.to_float()),
            Some(Argument::Edge(_)) => {
                Err(self.fail(&format!("its input `{name}` is not a constant, which is not supported")))
            }
            _ => Err(self.fail(&format!("its input `{name}` is missing"))),
        }
    }

    /// Returns an optional constant input as real numbers, of which there may be none.
    pub(crate) fn optional(&self, position: usize, name: &str) -> Result<Option<ArrayD<f64>>> {
        if self.has(position) { self.known(position, name).map(Some) } else { Ok(None) }
    }

    /// Returns an optional constant input of one real number.
    pub(crate) fn scalar(&self, position: usize, name: &str) -> Result<Option<f64>> {
        let Some(values) = self.optional(position, name)? else {
            return Ok(None);
        };
        match values.len() {
            1 => Ok(values.first().copied()),
            count => Err(self.fail(&format!("its input `{name}` has {count} values, expected one"))),
        }
    }

    /// Returns an optional constant input as integers.
    pub(crate) fn ints(&self, position: usize, name: &str) -> Result<Option<Vec<i64>>> {
        match self.arguments.get(position) {
            None | Some(Argument::Absent) => Ok(None),
            Some(Argument::Constant(constant)) => constant
                .as_ints()
                .map(Some)
                .ok_or_else(|| self.fail(&format!("its input `{name}` is not a list of integers"))),
            Some(Argument::Edge(_)) => {
                Err(self.fail(&format!("its input `{name}` depends on the model's input")))
            }
        }
    }

    /// Returns a list that is an attribute in older operator sets and an input in newer ones.
    pub(crate) fn ints_or_attribute(&self, position: usize, name: &str) -> Result<Option<Vec<i64>>> {
        match self.ints(position, name)? {
            Some(list) => Ok(Some(list)),
            None => self.attributes.ints(name),
        }
    }

    /// Returns an axis counted from the front.
    pub(crate) fn axis(&self, axis: i64, rank: usize) -> Result<usize> {
        axis_of(axis, rank)
            .ok_or_else(|| self.fail(&format!("`axis` {axis} is out of bounds for {rank} axes")))
    }

    /// Adds an operator.
    pub(crate) fn add(&mut self, op: Op, inputs: &[EdgeId]) -> Result<EdgeId> {
        let (name, operator) = (self.attributes.node.name.clone(), self.attributes.node.operator.clone());
        // What stands beside the node's own operator is called after it, and is in the same layer.
        let layer = name.rsplit_once('/').map_or(name.as_str(), |(layer, _)| layer);
        let name = if op.name() == operator { name } else { format!("{layer}/{}", op.name()) };
        self.graph.add_node(&name, &operator, op, inputs)
    }

    /// Adds a tensor of parameters.
    pub(crate) fn parameter(&mut self, values: ArrayD<f64>) -> Result<EdgeId> {
        self.add(Op::Parameter(values), &[])
    }

    /// Adds `constant + sum of coefficient * edge`, of edges that are broadcast to one shape.
    pub(crate) fn sum(&mut self, terms: &[(f64, EdgeId)], constant: f64) -> Result<EdgeId> {
        let edges: Vec<EdgeId> = terms.iter().map(|(_, edge)| *edge).collect();
        let edges = self.broadcast(&edges)?;
        let coefficients = terms.iter().map(|(coefficient, _)| *coefficient).collect();
        self.add(Op::Sum { coefficients, constant }, &edges)
    }

    /// Adds the product of two edges that are broadcast to one shape.
    pub(crate) fn mul(&mut self, left: EdgeId, right: EdgeId) -> Result<EdgeId> {
        let edges = self.broadcast(&[left, right])?;
        self.add(Op::Mul, &edges)
    }

    pub(crate) fn relu(&mut self, edge: EdgeId) -> Result<EdgeId> {
        self.add(Op::Relu, &[edge])
    }

    /// Adds an edge in another shape.
    pub(crate) fn reshape(&mut self, edge: EdgeId, shape: &[usize]) -> Result<EdgeId> {
        if self.shape(edge) == shape {
            return Ok(edge);
        }
        self.add(Op::Reshape(shape.to_vec()), &[edge])
    }

    /// Adds an edge with its axes in another order.
    pub(crate) fn transpose(&mut self, edge: EdgeId, axes: &[usize]) -> Result<EdgeId> {
        if axes.iter().enumerate().all(|(position, axis)| position == *axis) {
            return Ok(edge);
        }
        self.add(Op::Transpose(axes.to_vec()), &[edge])
    }

    /// Brings edges to their common shape by NumPy's rules.
    pub(crate) fn broadcast(&mut self, edges: &[EdgeId]) -> Result<Vec<EdgeId>> {
        let mut shape: Vec<usize> = Vec::new();
        for edge in edges {
            shape = broadcast(&shape, self.shape(*edge)).ok_or_else(|| {
                let shapes: Vec<&[usize]> = edges.iter().map(|edge| self.shape(*edge)).collect();
                self.fail(&format!("shapes {shapes:?} do not fit together"))
            })?;
        }
        edges.iter().map(|edge| self.expand(*edge, &shape)).collect()
    }

    /// Adds an edge repeated along axes of length one.
    pub(crate) fn expand(&mut self, edge: EdgeId, shape: &[usize]) -> Result<EdgeId> {
        let from = self.shape(edge).to_vec();
        if from == shape {
            return Ok(edge);
        }
        if from.iter().product::<usize>() == shape.iter().product::<usize>() {
            return self.reshape(edge, shape);
        }
        let wire = broadcast_wire(&from, shape)
            .ok_or_else(|| self.fail(&format!("shape {from:?} does not expand to {shape:?}")))?;
        self.add(Op::Wire(wire), &[edge])
    }
}

/// Returns an axis counted from the front; a negative one counts from the back.
pub(crate) fn axis_of(axis: i64, rank: usize) -> Option<usize> {
    let signed = i64::try_from(rank).ok()?;
    let axis = if axis < 0 { axis.checked_add(signed)? } else { axis };
    usize::try_from(axis).ok().filter(|axis| *axis < rank)
}

/// The attributes of a node, with errors that name it.
#[derive(Clone, Copy)]
pub(crate) struct Attributes<'n> {
    pub(crate) node: &'n ModelNode,
}

impl<'n> Attributes<'n> {
    pub(crate) fn new(node: &'n ModelNode) -> Self {
        Self { node }
    }

    pub(crate) fn operator(self) -> &'n str {
        &self.node.operator
    }

    pub(crate) fn get(self, name: &str) -> Option<&'n Attribute> {
        self.node.attributes.get(name)
    }

    pub(crate) fn int(self, name: &str, default: i64) -> Result<i64> {
        match self.get(name) {
            None => Ok(default),
            Some(Attribute::Int(value)) => Ok(*value),
            Some(other) => Err(self.unsupported(name, format!("{other:?}"), "an integer")),
        }
    }

    pub(crate) fn float(self, name: &str, default: f64) -> Result<f64> {
        match self.get(name) {
            None => Ok(default),
            Some(Attribute::Float(value)) if value.is_finite() => Ok(*value),
            Some(other) => Err(self.unsupported(name, format!("{other:?}"), "a finite number")),
        }
    }

    pub(crate) fn ints(self, name: &str) -> Result<Option<Vec<i64>>> {
        match self.get(name) {
            None => Ok(None),
            Some(Attribute::Ints(values)) => Ok(Some(values.clone())),
            Some(other) => Err(self.unsupported(name, format!("{other:?}"), "a list of integers")),
        }
    }

    pub(crate) fn floats(self, name: &str) -> Result<Option<Vec<f64>>> {
        match self.get(name) {
            None => Ok(None),
            Some(Attribute::Floats(values)) if values.iter().all(|value| value.is_finite()) => {
                Ok(Some(values.clone()))
            }
            Some(other) => Err(self.unsupported(name, format!("{other:?}"), "a list of finite numbers")),
        }
    }

    pub(crate) fn text(self, name: &str) -> Result<Option<&'n str>> {
        match self.get(name) {
            None => Ok(None),
            Some(Attribute::Text(text)) => Ok(Some(text)),
            Some(other) => Err(self.unsupported(name, format!("{other:?}"), "a string")),
        }
    }

    /// Returns a list of `count` lengths, or `default` when it is left out.
    pub(crate) fn lengths(
        self,
        name: &str,
        count: usize,
        least: usize,
        default: usize,
    ) -> Result<Vec<usize>> {
        let Some(values) = self.ints(name)? else {
            return Ok(vec![default; count]);
        };
        let lengths: Option<Vec<usize>> = values.iter().map(|value| usize::try_from(*value).ok()).collect();
        // Larger ones than any tensor are mistakes, and would overflow later.
        let fits = |length: &usize| (least..=1 << 20).contains(length);
        match lengths.filter(|lengths| lengths.len() == count && lengths.iter().all(fits)) {
            Some(lengths) => Ok(lengths),
            None => Err(self.unsupported(
                name,
                format!("{values:?}"),
                &format!("{count} integers of at least {least}"),
            )),
        }
    }

    pub(crate) fn fail(self, reason: &str) -> Error {
        Error::node(&self.node.name, &self.node.operator, reason)
    }

    pub(crate) fn unsupported(self, name: &str, found: impl Display, expected: &str) -> Error {
        self.fail(&format!("`{name}` {found} is not supported, expected {expected}"))
    }
}
