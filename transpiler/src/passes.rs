//! Rewrites of a graph that keep what it computes and make it cheaper to prove.

use crate::error::Result;
use crate::graph::{EdgeId, Graph};
use crate::ops::Op;

/// Applies every rewrite, in order.
///
/// # Errors
/// When `Softmax` stands where it cannot be left out.
pub fn simplify(graph: &mut Graph) -> Result<()> {
    drop_unread(graph);
    drop_identities(graph);
    fold_affine(graph);
    take_softmax_off(graph)?;
    pool_before_relu(graph);
    Ok(())
}

/// Drops nodes that no output depends on, as those of which only the shape was read.
fn drop_unread(graph: &mut Graph) {
    let mut read = vec![false; graph.edges.len()];
    for edge in &graph.outputs {
        read[edge.0] = true;
    }
    for node in graph.nodes.iter().rev() {
        if read[node.output.0] {
            for edge in &node.inputs {
                read[edge.0] = true;
            }
        }
    }
    graph.nodes.retain(|node| read[node.output.0]);
}

/// Takes over factors and offsets per channel into the linear layer before them.
fn fold_affine(graph: &mut Graph) {
    let mut index = 0;
    while index < graph.nodes.len() {
        if !fold_affine_at(graph, index) {
            index += 1;
        }
    }
}

fn fold_affine_at(graph: &mut Graph, index: usize) -> bool {
    let Op::Affine(affine) = graph.nodes[index].op.clone() else {
        return false;
    };
    let input = graph.nodes[index].inputs[0];
    let Some(before) = graph.nodes.iter().position(|node| node.output == input) else {
        return false;
    };
    if graph.outputs.contains(&input) || graph.readers(input).len() != 1 {
        return false;
    }
    let (weights, bias) = match &mut graph.nodes[before].op {
        Op::Conv(conv) => (&mut conv.weights, &mut conv.bias),
        Op::Gemm(gemm) => (&mut gemm.weights, &mut gemm.bias),
        _ => return false,
    };
    let row = weights.len() / bias.len();
    for (channel, (factor, offset)) in affine.factor.iter().zip(&affine.offset).enumerate() {
        for weight in &mut weights[channel * row..(channel + 1) * row] {
            *weight *= factor;
        }
        bias[channel] = bias[channel] * factor + offset;
    }
    remove(graph, index);
    true
}

/// Drops nodes whose output is their input.
fn drop_identities(graph: &mut Graph) {
    let mut index = 0;
    while index < graph.nodes.len() {
        let node = &graph.nodes[index];
        let shape = &graph.edges[node.inputs[0].0].shape;
        let does_nothing = match &node.op {
            Op::Identity => true,
            Op::Reshape(target) => target == shape,
            Op::Transpose(axes) => axes.iter().enumerate().all(|(position, axis)| position == *axis),
            _ => false,
        };
        // Every output keeps an edge of its own, that is not an input's.
        let is_known = graph.inputs.contains(&node.inputs[0]) || graph.outputs.contains(&node.inputs[0]);
        if does_nothing && !(is_known && graph.outputs.contains(&node.output)) {
            remove(graph, index);
        } else {
            index += 1;
        }
    }
}

/// Leaves `Softmax` out at the end: it keeps the order of the logits, and so the class.
fn take_softmax_off(graph: &mut Graph) -> Result<()> {
    while let Some(index) = graph.nodes.iter().position(|node| node.op == Op::Softmax) {
        let node = &graph.nodes[index];
        if graph.outputs != [node.output] {
            let reason = "is supported only as the last operator of a model with one output";
            return Err(crate::Error::node(&node.name, "Softmax", reason));
        }
        let shape = &graph.edges[node.output.0].shape;
        if !matches!(shape[..], [1, classes] if classes > 1) {
            let reason = format!("its output has shape {shape:?}, expected [1, classes]");
            return Err(crate::Error::node(&node.name, "Softmax", reason));
        }
        remove(graph, index);
        graph.is_classifier = true;
    }
    Ok(())
}

/// Exchanges `Relu` and the `MaxPool` behind it: the result is the same, and fewer values are rectified.
fn pool_before_relu(graph: &mut Graph) {
    for relu in 0..graph.nodes.len() {
        let middle = graph.nodes[relu].output;
        if graph.nodes[relu].op != Op::Relu || graph.outputs.contains(&middle) {
            continue;
        }
        let [pool] = graph.readers(middle)[..] else {
            continue;
        };
        if !matches!(graph.nodes[pool].op, Op::MaxPool(_)) {
            continue;
        }
        // The pool now stands first; the edge between them takes its shape.
        let op = std::mem::replace(&mut graph.nodes[pool].op, Op::Relu);
        graph.nodes[relu].op = op;
        let (first, second) = (graph.nodes[relu].name.clone(), graph.nodes[pool].name.clone());
        graph.nodes[relu].name = second;
        graph.nodes[pool].name = first;
        let shape = graph.edges[graph.nodes[pool].output.0].shape.clone();
        graph.edges[middle.0].shape = shape;
    }
}

/// Removes a node with one input; who read its output now reads its input. An output keeps its name.
fn remove(graph: &mut Graph, index: usize) {
    let node = graph.nodes.remove(index);
    if graph.outputs.contains(&node.output) && !graph.inputs.contains(&node.inputs[0]) {
        let name = graph.edges[node.output.0].name.clone();
        graph.edges[node.inputs[0].0].name = name;
    }
    let replace = |edge: &mut EdgeId| {
        if *edge == node.output {
            *edge = node.inputs[0];
        }
    };
    graph.nodes.iter_mut().flat_map(|node| &mut node.inputs).for_each(replace);
    graph.outputs.iter_mut().for_each(replace);
}
