//! Rewrites of a graph that keep what it computes and make it cheaper to prove.

mod known;

use crate::graph::{EdgeId, Graph};
use crate::ops::{Affine, Op};

/// Applies every rewrite, in order.
pub fn simplify(graph: &mut Graph) {
    drop_unread(graph);
    drop_identities(graph);
    known::recognise(graph);
    drop_unread(graph);
    fold_affine(graph);
    take_softmax_off(graph);
    pool_before_relu(graph);
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

/// Takes over factors and offsets into the linear layer before them, and factors into the one behind.
fn fold_affine(graph: &mut Graph) {
    let mut index = 0;
    while index < graph.nodes.len() {
        if !fold_into_layer_before(graph, index) && !fold_into_layer_behind(graph, index) {
            index += 1;
        }
    }
}

/// Returns the operation as factors and offsets, also that of a sum of one value.
fn as_affine(op: &Op) -> Option<Affine> {
    match op {
        Op::Affine(affine) => Some(affine.clone()),
        Op::Sum { coefficients, constant } => match coefficients[..] {
            [factor] => {
                Some(Affine { inner: 1, count: 1, factor: Some(vec![factor]), offset: Some(vec![*constant]) })
            }
            _ => None,
        },
        _ => None,
    }
}

fn fold_into_layer_before(graph: &mut Graph, index: usize) -> bool {
    let Some(affine) = as_affine(&graph.nodes[index].op) else {
        return false;
    };
    let mut input = graph.nodes[index].inputs[0];
    let before = loop {
        let Some(before) = graph.nodes.iter().position(|node| node.output == input) else {
            return false;
        };
        if graph.outputs.contains(&input) || graph.readers(input).len() != 1 {
            return false;
        }
        match graph.nodes[before].op {
            // The elements keep their order.
            Op::Reshape(_) => input = graph.nodes[before].inputs[0],
            _ => break before,
        }
    };
    let shape = graph.edges[input.0].shape.clone();
    let (channels, inner, weights, bias) = match &mut graph.nodes[before].op {
        Op::Conv(conv) => (shape[1], shape[2] * shape[3], &mut conv.weights, &mut conv.bias),
        Op::Gemm(gemm) => (gemm.bias.len(), 1, &mut gemm.weights, &mut gemm.bias),
        _ => return false,
    };
    if affine.count != 1 && (affine.count != channels || affine.inner != inner) {
        return false;
    }
    let row = weights.len() / bias.len();
    for channel in 0..bias.len() {
        let at = channel % affine.count;
        let factor = affine.factor.as_ref().map_or(1.0, |factor| factor[at]);
        let offset = affine.offset.as_ref().map_or(0.0, |offset| offset[at]);
        for weight in &mut weights[channel * row..(channel + 1) * row] {
            *weight *= factor;
        }
        bias[channel] = bias[channel] * factor + offset;
    }
    remove(graph, index);
    true
}

/// A factor of all values goes into the weights behind it; padding stays zero.
fn fold_into_layer_behind(graph: &mut Graph, index: usize) -> bool {
    let factor = match &graph.nodes[index].op {
        Op::Sum { coefficients, constant } if *constant == 0.0 => match coefficients[..] {
            [factor] => factor,
            _ => return false,
        },
        _ => return false,
    };
    let mut output = graph.nodes[index].output;
    let behind = loop {
        let [behind] = graph.readers(output)[..] else {
            return false;
        };
        if graph.outputs.contains(&output) {
            return false;
        }
        match graph.nodes[behind].op {
            Op::Reshape(_) | Op::Transpose(_) => output = graph.nodes[behind].output,
            _ => break behind,
        }
    };
    match &mut graph.nodes[behind].op {
        Op::Conv(conv) => conv.weights.iter_mut().for_each(|weight| *weight *= factor),
        Op::Gemm(gemm) => gemm.weights.iter_mut().for_each(|weight| *weight *= factor),
        _ => return false,
    }
    remove(graph, index);
    true
}

/// Drops nodes whose output is their input.
fn drop_identities(graph: &mut Graph) {
    let mut index = 0;
    while index < graph.nodes.len() {
        let node = &graph.nodes[index];
        let Some(shape) = node.inputs.first().map(|input| &graph.edges[input.0].shape) else {
            index += 1;
            continue;
        };
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
fn take_softmax_off(graph: &mut Graph) {
    while let Some(index) = graph.nodes.iter().position(|node| matches!(node.op, Op::Softmax { .. })) {
        remove(graph, index);
        graph.is_classifier = true;
    }
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

/// Removes a node with one input; who read its output now reads its input. An output keeps its name, and its labels if it holds strings.
fn remove(graph: &mut Graph, index: usize) {
    let node = graph.nodes.remove(index);
    if graph.outputs.contains(&node.output) && !graph.inputs.contains(&node.inputs[0]) {
        let (name, labels) =
            (graph.edges[node.output.0].name.clone(), graph.edges[node.output.0].labels.clone());
        graph.edges[node.inputs[0].0].name = name;
        graph.edges[node.inputs[0].0].labels = labels;
    }
    let replace = |edge: &mut EdgeId| {
        if *edge == node.output {
            *edge = node.inputs[0];
        }
    };
    graph.nodes.iter_mut().flat_map(|node| &mut node.inputs).for_each(replace);
    graph.outputs.iter_mut().for_each(replace);
}
