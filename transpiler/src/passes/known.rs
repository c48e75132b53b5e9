//! What exporters write in several nodes, and what is known of it: logistic functions, logarithms of probabilities,
//! denominators that are guarded against zero, squares of distances.

use crate::graph::{EdgeId, Graph, Node};
use crate::ops::{Function, Op, Source};

/// An error far above a table's, and far below one.
const TABLE_ERROR: f64 = 0.05;
/// How far below zero the least distance may be that the parameters of a model say, of its largest term.
const PARAMETER_ERROR: f64 = 1e-4;

pub(super) fn recognise(graph: &mut Graph) {
    logistic(graph);
    log_probabilities(graph);
    guarded(graph);
    distances(graph);
}

fn producer(graph: &Graph, edge: EdgeId) -> Option<&Node> {
    graph.nodes.iter().find(|node| node.output == edge)
}

/// Follows an edge to what it is made of by `factor * x + offset`, whatever its shape is and whichever elements of x stand where:
/// good for what is known of all values, not to say that one value is another.
fn line(graph: &Graph, edge: EdgeId) -> (EdgeId, f64, f64) {
    followed(graph, edge, true)
}

/// Does what [`line`] does, as long as the elements keep their order.
fn line_in_order(graph: &Graph, edge: EdgeId) -> (EdgeId, f64, f64) {
    followed(graph, edge, false)
}

fn followed(graph: &Graph, edge: EdgeId, through_wires: bool) -> (EdgeId, f64, f64) {
    let (mut edge, mut factor, mut offset) = (edge, 1.0, 0.0);
    while let Some(node) = producer(graph, edge) {
        match &node.op {
            Op::Identity | Op::Reshape(_) | Op::AboveZero => {}
            Op::Wire(wire) if through_wires && repeats(&wire.sources) => {}
            Op::Sum { coefficients, constant } if coefficients.len() == 1 => {
                offset += factor * constant;
                factor *= coefficients[0];
            }
            _ => break,
        }
        edge = node.inputs[0];
    }
    (edge, factor, offset)
}

/// Returns whether a wire only has elements of one input, in any order.
fn repeats(sources: &[Source]) -> bool {
    !sources.is_empty() && sources.iter().all(|source| matches!(source, Source::Element(0, _)))
}

/// Adds an operator between a node and its only input.
fn insert_before(graph: &mut Graph, index: usize, op: Op) {
    let node = &graph.nodes[index];
    let (name, from) = (node.name.clone(), node.inputs[0]);
    let shape = graph.edges[from.0].shape.clone();
    let edge = graph.add_edge(&name, shape);
    graph.nodes[index].inputs[0] = edge;
    graph.nodes.insert(index, Node { name, op, inputs: vec![from], output: edge });
}

/// Returns the nodes with an operator, the last one first.
fn all(graph: &Graph, is: impl Fn(&Op) -> bool) -> Vec<usize> {
    (0..graph.nodes.len()).rev().filter(|index| is(&graph.nodes[*index].op)).collect()
}

/// 1 / (1 + e^x) is the logistic function of -x, which no x is too large for.
fn logistic(graph: &mut Graph) {
    for index in all(graph, |op| *op == Op::Reciprocal) {
        let (root, factor, offset) = line_in_order(graph, graph.nodes[index].inputs[0]);
        let exponent = match producer(graph, root) {
            Some(Node { op: Op::Function(Function::Exp), inputs, .. }) => inputs[0],
            _ => continue,
        };
        let same_shape = graph.edges[exponent.0].shape == graph.edges[graph.nodes[index].output.0].shape;
        if factor == 1.0 && offset == 1.0 && same_shape {
            graph.nodes[index].op = Op::Function(Function::Sigmoid);
            graph.nodes[index].inputs[0] = exponent;
            insert_before(graph, index, Op::Sum { coefficients: vec![-1.0], constant: 0.0 });
        }
    }
}

/// x - log(sum(e^x)) is the logarithm of a probability, which is not above zero.
fn log_probabilities(graph: &mut Graph) {
    for index in all(graph, |op| *op == Op::Function(Function::Exp)) {
        if is_log_probability(graph, graph.nodes[index].inputs[0]) == Some(true) {
            insert_before(graph, index, Op::Bounded { low: f64::NEG_INFINITY, high: TABLE_ERROR });
        }
    }
}

fn is_log_probability(graph: &Graph, edge: EdgeId) -> Option<bool> {
    let [value, all] = of_two(producer(graph, edge)?, [1.0, -1.0])?;
    let (all, 1.0, 0.0) = line(graph, all) else { return None };
    let [largest, logarithm] = of_two(producer(graph, all)?, [1.0, 1.0])?;
    let logarithm = &producer(graph, line(graph, logarithm).0)?.op;
    let (largest, 1.0, 0.0) = line(graph, largest) else { return None };
    let largest = producer(graph, largest)?;
    let is_one_value = line(graph, *largest.inputs.first()?) == line(graph, value);
    Some(matches!(largest.op, Op::ReduceMax(_)) && *logarithm == Op::Function(Function::Log) && is_one_value)
}

/// Returns the inputs of a sum of two with these coefficients.
fn of_two(node: &Node, expected: [f64; 2]) -> Option<[EdgeId; 2]> {
    match &node.op {
        Op::Sum { coefficients, constant } if *coefficients == expected && *constant == 0.0 => {
            node.inputs.as_slice().try_into().ok()
        }
        _ => None,
    }
}

/// x and something where x is zero is above zero if x is not below it.
fn guarded(graph: &mut Graph) {
    for index in all(graph, |op| *op == Op::Reciprocal) {
        if is_guarded(graph, graph.nodes[index].inputs[0]) == Some(true) {
            insert_before(graph, index, Op::AboveZero);
        }
    }
}

fn is_guarded(graph: &Graph, edge: EdgeId) -> Option<bool> {
    let (sum, factor, offset) = line(graph, edge);
    let node = producer(graph, sum)?;
    let Op::Sum { coefficients, constant } = &node.op else { return None };
    let (&[one, other], &[left, right]) = (coefficients.as_slice(), node.inputs.as_slice()) else {
        return None;
    };
    if factor <= 0.0 || offset != 0.0 || *constant != 0.0 || one <= 0.0 || other <= 0.0 {
        return None;
    }
    let guards = |guard: EdgeId, value: EdgeId| {
        let (test, factor, offset) = line(graph, guard);
        let test = producer(graph, test)?;
        let (of, _, of_offset) = line(graph, *test.inputs.first()?);
        let (value, scale, value_offset) = line(graph, value);
        let is_test = test.op == Op::IsZero && factor > 0.0 && offset == 0.0;
        Some(is_test && of == value && scale > 0.0 && of_offset == 0.0 && value_offset == 0.0)
    };
    Some(guards(right, left) == Some(true) || guards(left, right) == Some(true))
}

/// c |x|^2 + w x + b is not below zero if b >= |w|^2 / 4c: it is the square of a distance. Where integers say less, by what
/// they round, the distance is zero.
fn distances(graph: &mut Graph) {
    for index in all(graph, |op| *op == Op::Sqrt) {
        let edge = graph.nodes[index].inputs[0];
        let mut distance = Distance {
            offsets: vec![0.0; graph.edges[edge.0].shape.iter().product()],
            ..Distance::default()
        };
        if distance.collect(graph, edge, 1.0) == Some(()) && distance.is_distance() {
            insert_before(graph, index, Op::Relu);
        }
    }
}

#[derive(Default)]
struct Distance {
    /// The square's factor, and what is squared.
    square: Option<(f64, EdgeId)>,
    /// The rows' factor, the rows, and what they are multiplied by.
    rows: Option<(f64, Vec<f64>, EdgeId)>,
    offsets: Vec<f64>,
}

impl Distance {
    /// Adds `factor` times an edge; `None` if it is made of something else.
    fn collect(&mut self, graph: &Graph, edge: EdgeId, factor: f64) -> Option<()> {
        let node = producer(graph, edge)?;
        let input = *node.inputs.first()?;
        match &node.op {
            Op::Identity | Op::Reshape(_) => self.collect(graph, input, factor),
            Op::Wire(wire) if repeats(&wire.sources) => self.collect(graph, input, factor),
            Op::Sum { coefficients, constant } => {
                self.offsets.iter_mut().for_each(|offset| *offset += factor * constant);
                let terms =
                    coefficients.iter().zip(&node.inputs).filter(|(coefficient, _)| **coefficient != 0.0);
                terms
                    .into_iter()
                    .try_for_each(|(coefficient, input)| self.collect(graph, *input, factor * coefficient))
            }
            Op::Affine(affine) if affine.factor.is_none() && affine.inner == 1 => {
                self.add_offsets(factor, affine.offset.as_ref()?)?;
                self.collect(graph, input, factor)
            }
            Op::Gemm(gemm) if self.rows.is_none() => {
                self.add_offsets(factor, &gemm.bias)?;
                self.rows = Some((factor, gemm.weights.clone(), line(graph, input).0));
                Some(())
            }
            Op::ReduceSum(_) if self.square.is_none() => {
                let squares = producer(graph, input)?;
                let (&[left, right], Op::Mul) = (squares.inputs.as_slice(), &squares.op) else { return None };
                self.square = Some((factor, line(graph, left).0));
                (left == right).then_some(())
            }
            _ => None,
        }
    }

    fn add_offsets(&mut self, factor: f64, values: &[f64]) -> Option<()> {
        let count = self.offsets.len();
        if values.len() != count && values.len() != 1 {
            return None;
        }
        self.offsets
            .iter_mut()
            .zip(values.iter().cycle())
            .for_each(|(offset, value)| *offset += factor * value);
        Some(())
    }

    fn is_distance(&self) -> bool {
        let (Some((square, of)), Some((factor, rows, by))) = (&self.square, &self.rows) else { return false };
        let width = rows.len() / self.offsets.len().max(1);
        if *square <= 0.0 || of != by || width == 0 || width * self.offsets.len() != rows.len() {
            return false;
        }
        self.offsets.iter().zip(rows.chunks(width)).all(|(offset, row)| {
            let length: f64 = row.iter().map(|weight| factor * factor * weight * weight).sum();
            let least = offset - length / (4.0 * square);
            least >= -PARAMETER_ERROR * (1.0 + offset.abs())
        })
    }
}
