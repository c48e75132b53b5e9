//! `TreeEnsembleClassifier` and `TreeEnsembleRegressor` of `ai.onnx.ml`.
//!
//! All comparisons are made, then all trees go down a level at a time: a node is reached if its parent is, and the
//! comparison says so. What is reached at the leaves selects the weights. Which feature a node looks at, and the form of
//! the trees, are part of the circuit; thresholds and weights are parameters.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsembleClassifier.html>.

use std::collections::{BTreeMap, BTreeSet};

use super::wiring::{Source, Wire, joined};
use super::{Affine, Function, Gemm, Lowering, Op};
use crate::error::Result;
use crate::graph::EdgeId;
use crate::onnx::Attribute;

/// A node of a tree.
pub(super) struct TreeNode {
    /// What it compares; `None` for a leaf.
    pub(super) test: Option<Test>,
    /// Where it goes when the test holds, and when not.
    pub(super) children: [usize; 2],
}

/// A question to a feature.
pub(super) struct Test {
    pub(super) feature: usize,
    pub(super) kind: Kind,
}

pub(super) enum Kind {
    /// Whether `sign * (threshold - feature) >= 0`.
    Side { threshold: f64, sign: f64 },
    /// Whether it is one of these values.
    Member(Vec<f64>),
}

pub(super) struct Forest {
    pub(super) nodes: Vec<TreeNode>,
    pub(super) roots: Vec<usize>,
    /// Leaf, output, weight.
    pub(super) weights: Vec<(usize, usize, f64)>,
}

pub(super) fn list<'n>(node: &Lowering<'n>, name: &str) -> Result<&'n [i64]> {
    match node.attributes.get(name) {
        Some(Attribute::Ints(values)) => Ok(values),
        _ => Err(node.fail(&format!("`{name}` is missing"))),
    }
}

/// Returns what a mode asks, and whether the answer is the other way round.
pub(super) fn question(node: &Lowering<'_>, mode: &str, value: f64) -> Result<(Kind, bool)> {
    let side = |sign: f64| Kind::Side { threshold: value, sign };
    Ok(match mode {
        "LEQ" => (side(1.0), false),
        "GTE" => (side(-1.0), false),
        "LT" => (side(-1.0), true),
        "GT" => (side(1.0), true),
        "EQ" => (Kind::Member(vec![value]), false),
        "NEQ" => (Kind::Member(vec![value]), true),
        other => {
            let expected = "BRANCH_LEQ, _LT, _GTE, _GT, _EQ or _NEQ";
            return Err(node.attributes.unsupported("nodes_modes", format!("BRANCH_{other}"), expected));
        }
    })
}

/// Adds the answers to the tests, one for each.
fn answers(node: &mut Lowering<'_>, edge: EdgeId, tests: &[&Test]) -> Result<EdgeId> {
    let mut sides = Vec::new();
    let mut sources = Vec::new();
    let mut inputs = Vec::new();
    for test in tests {
        match &test.kind {
            Kind::Side { threshold, sign } => {
                sources.push(Source::Element(0, sides.len()));
                sides.push((test.feature, *threshold, *sign));
            }
            Kind::Member(_) => sources.push(Source::Constant(0.0)),
        }
    }
    if !sides.is_empty() {
        inputs.push(compared(node, edge, &sides)?);
    }
    for (test, source) in tests.iter().zip(&mut sources) {
        let Kind::Member(values) = &test.kind else { continue };
        let picked = Wire { shape: vec![1, 1], sources: vec![Source::Element(0, test.feature)] };
        let feature = node.add(Op::Wire(picked), &[edge])?;
        let mut terms = Vec::new();
        for value in values {
            let difference = node.sum(&[(1.0, feature)], -value)?;
            terms.push((1.0, node.add(Op::IsZero, &[difference])?));
        }
        // At most one of them is, since they differ.
        *source = Source::Element(inputs.len(), 0);
        inputs.push(node.sum(&terms, 0.0)?);
    }
    node.add(Op::Wire(Wire { shape: vec![1, tests.len()], sources }), &inputs)
}

/// Adds whether `sign * (threshold - feature) >= 0`, for each.
fn compared(node: &mut Lowering<'_>, edge: EdgeId, sides: &[(usize, f64, f64)]) -> Result<EdgeId> {
    let picked = sides.iter().map(|(feature, ..)| Source::Element(0, *feature)).collect();
    let values = node.add(Op::Wire(Wire { shape: vec![1, sides.len()], sources: picked }), &[edge])?;
    let signs: Vec<f64> = sides.iter().map(|(_, _, sign)| -sign).collect();
    let thresholds = sides.iter().map(|(_, threshold, sign)| sign * threshold).collect();
    // Comparisons of one direction need no product with their sign.
    let values = if signs.iter().all(|sign| *sign == -1.0) {
        node.sum(&[(-1.0, values)], 0.0)?
    } else {
        let factor = Affine { inner: 1, count: sides.len(), factor: Some(signs), offset: None };
        node.add(Op::Affine(factor), &[values])?
    };
    let moved = Affine { inner: 1, count: sides.len(), factor: None, offset: Some(thresholds) };
    let moved = node.add(Op::Affine(moved), &[values])?;
    node.add(Op::IsNonNegative, &[moved])
}

/// Reads the trees; `kind` is what the weights' attributes begin with.
fn forest(node: &Lowering<'_>, kind: &str, features: usize) -> Result<Forest> {
    let trees = list(node, "nodes_treeids")?;
    let ids = list(node, "nodes_nodeids")?;
    let feature_ids = list(node, "nodes_featureids")?;
    let (yes, no) = (list(node, "nodes_truenodeids")?, list(node, "nodes_falsenodeids")?);
    let thresholds = node.attributes.floats("nodes_values")?.unwrap_or_default();
    let Some(Attribute::Texts(modes)) = node.attributes.get("nodes_modes") else {
        return Err(node.fail("`nodes_modes` is missing"));
    };
    let count = ids.len();
    if [trees.len(), feature_ids.len(), yes.len(), no.len(), thresholds.len(), modes.len()] != [count; 6] {
        return Err(node.fail("its lists of nodes have different lengths"));
    }
    let places: BTreeMap<(i64, i64), usize> =
        trees.iter().zip(ids).enumerate().map(|(place, (tree, id))| ((*tree, *id), place)).collect();
    if places.len() != count {
        return Err(node.fail("two of its nodes have one number in one tree"));
    }
    let child = |place: usize, id: i64| {
        places.get(&(trees[place], id)).copied().ok_or_else(|| {
            node.fail(&format!(
                "node {} of tree {} goes to node {id}, which is not there",
                ids[place], trees[place]
            ))
        })
    };
    let mut nodes = Vec::with_capacity(count);
    let mut is_child = vec![false; count];
    for place in 0..count {
        let Some(mode) = modes[place].strip_prefix("BRANCH_") else {
            if modes[place] == "LEAF" {
                nodes.push(TreeNode { test: None, children: [0, 0] });
                continue;
            }
            return Err(node.attributes.unsupported("nodes_modes", &modes[place], "LEAF or a BRANCH"));
        };
        let (kind, swapped) = question(node, mode, thresholds[place])?;
        let feature = usize::try_from(feature_ids[place]).ok().filter(|feature| *feature < features);
        let Some(feature) = feature else {
            return Err(node.fail(&format!("a node looks at feature {}, of {features}", feature_ids[place])));
        };
        let mut children = [child(place, yes[place])?, child(place, no[place])?];
        if swapped {
            children.reverse();
        }
        for child in children {
            if std::mem::replace(&mut is_child[child], true) {
                return Err(node.fail("two branches lead to one node"));
            }
        }
        let test = Some(Test { feature, kind });
        nodes.push(TreeNode { test, children });
    }
    let roots = (0..count).filter(|place| !is_child[*place]).collect();
    let (weight_trees, weight_nodes) =
        (list(node, &format!("{kind}_treeids"))?, list(node, &format!("{kind}_nodeids"))?);
    let outputs = list(node, &format!("{kind}_ids"))?;
    let values = node.attributes.floats(&format!("{kind}_weights"))?.unwrap_or_default();
    if [weight_trees.len(), weight_nodes.len(), outputs.len()] != [values.len(); 3] {
        return Err(node.fail("its lists of weights have different lengths"));
    }
    let mut weights = Vec::new();
    for (at, value) in values.iter().enumerate() {
        let place = places.get(&(weight_trees[at], weight_nodes[at])).copied();
        let leaf = place.filter(|place| nodes[*place].test.is_none());
        let output = usize::try_from(outputs[at]).ok().filter(|output| *output < 1 << 16);
        let (Some(leaf), Some(output)) = (leaf, output) else {
            return Err(node.fail(&format!(
                "a weight is at node {} of tree {}, which is no leaf",
                weight_nodes[at], weight_trees[at]
            )));
        };
        weights.push((leaf, output, *value));
    }
    Ok(Forest { nodes, roots, weights })
}

/// Adds the sums of the weights at the leaves that the input reaches.
pub(super) fn sums(
    node: &mut Lowering<'_>,
    forest: &Forest,
    outputs: usize,
    base: Vec<f64>,
) -> Result<EdgeId> {
    let edge = node.edge(0)?;
    let tests: Vec<(usize, &Test)> = forest
        .nodes
        .iter()
        .enumerate()
        .filter_map(|(place, node)| Some((place, node.test.as_ref()?)))
        .collect();
    let leaves: Vec<usize> =
        (0..forest.nodes.len()).filter(|place| forest.nodes[*place].test.is_none()).collect();
    // Which position of its vector each reached node and each comparison has.
    let mut reached: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    let mut vectors: Vec<EdgeId> = Vec::new();
    if !tests.is_empty() {
        let asked: Vec<&Test> = tests.iter().map(|(_, test)| *test).collect();
        let bits = answers(node, edge, &asked)?;
        let bit_of: BTreeMap<usize, usize> =
            tests.iter().enumerate().map(|(at, (place, _))| (*place, at)).collect();
        // The roots are always reached.
        let mut level: Vec<usize> =
            forest.roots.iter().copied().filter(|place| forest.nodes[*place].test.is_some()).collect();
        let mut is_top = true;
        while !level.is_empty() {
            let count = level.len();
            let taken = level.iter().map(|place| Source::Element(0, bit_of[place])).collect();
            let taken = node.add(Op::Wire(Wire { shape: vec![1, count], sources: taken }), &[bits])?;
            let (yes, no) = if is_top {
                (taken, node.sum(&[(-1.0, taken)], 1.0)?)
            } else {
                let inputs: Vec<EdgeId> = vectors.clone();
                let sources =
                    level.iter().map(|place| Source::Element(reached[place].0, reached[place].1)).collect();
                let before = node.add(Op::Wire(Wire { shape: vec![1, count], sources }), &inputs)?;
                let yes = node.add(Op::Mul, &[before, taken])?;
                (yes, node.sum(&[(1.0, before), (-1.0, yes)], 0.0)?)
            };
            is_top = false;
            let first = vectors.len();
            vectors.extend([yes, no]);
            let mut next = Vec::new();
            for (at, place) in level.iter().enumerate() {
                for (side, child) in forest.nodes[*place].children.into_iter().enumerate() {
                    reached.insert(child, (first + side, at));
                    if forest.nodes[child].test.is_some() {
                        next.push(child);
                    }
                }
            }
            level = next;
        }
    }
    let mut sources = Vec::with_capacity(leaves.len());
    for leaf in &leaves {
        sources.push(match reached.get(leaf) {
            Some((vector, at)) => Source::Element(*vector, *at),
            // A tree of one leaf.
            None if forest.roots.contains(leaf) => Source::Constant(1.0),
            None => return Err(node.fail("some of its nodes lead to each other in a circle")),
        });
    }
    let ends = node.add(Op::Wire(Wire { shape: vec![1, leaves.len()], sources }), &vectors)?;
    let mut weights = vec![0.0; outputs * leaves.len()];
    let at: BTreeMap<usize, usize> = leaves.iter().enumerate().map(|(at, leaf)| (*leaf, at)).collect();
    for (leaf, output, weight) in &forest.weights {
        if *output >= outputs {
            return Err(node.fail(&format!("a weight is for output {output}, of {outputs}")));
        }
        weights[output * leaves.len() + at[leaf]] += weight;
    }
    let bias = match base.len() {
        0 => vec![0.0; outputs],
        count if count == outputs => base,
        count => return Err(node.fail(&format!("`base_values` has {count} values, expected {outputs}"))),
    };
    node.add(Op::Gemm(Gemm { weights, bias, inputs: leaves.len() }), &[ends])
}

pub(super) fn features(node: &Lowering<'_>) -> Result<usize> {
    match node.shape_at(0)?[..] {
        [1, features] => Ok(features),
        ref shape => Err(node.fail(&format!("its input has shape {shape:?}, expected [1, features]"))),
    }
}

pub(crate) fn regressor(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let forest = forest(node, "target", features(node)?)?;
    let targets = node.attributes.int("n_targets", 1)?;
    let outputs = usize::try_from(targets).ok().filter(|outputs| (1..=1 << 16).contains(outputs));
    let outputs = outputs.ok_or_else(|| node.attributes.unsupported("n_targets", targets, "1 to 65536"))?;
    let base = node.attributes.floats("base_values")?.unwrap_or_default();
    let sums = sums(node, &forest, outputs, base)?;
    #[expect(clippy::cast_precision_loss, reason = "there are fewer than 2^52 trees")]
    let trees = forest.roots.len().max(1) as f64;
    Ok(vec![match node.attributes.text("aggregate_function")?.unwrap_or("SUM") {
        "SUM" => sums,
        "AVERAGE" => node.sum(&[(1.0 / trees, sums)], 0.0)?,
        other => return Err(node.attributes.unsupported("aggregate_function", other, "SUM or AVERAGE")),
    }])
}

/// `TreeEnsembleClassifier`, with labels and scores as onnxruntime gives them: two classes are told apart by one score, more by
/// the largest one.
pub(crate) fn classifier(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let forest = forest(node, "class", features(node)?)?;
    let (count, are_positions) =
        match (node.attributes.get("classlabels_int64s"), node.attributes.get("classlabels_strings")) {
            (_, Some(Attribute::Texts(labels))) if !labels.is_empty() => (labels.len(), true),
            (Some(Attribute::Ints(labels)), _) => (labels.len(), *labels == [0, 1]),
            _ => (0, false),
        };
    if count < 2 {
        return Err(node.fail(&format!("has {count} class labels, expected two at least")));
    }
    let base = node.attributes.floats("base_values")?.unwrap_or_default();
    let ids: BTreeSet<usize> = forest.weights.iter().map(|(_, output, _)| *output).collect();
    let has_negative = forest.weights.iter().any(|(_, _, weight)| *weight < 0.0);
    let always = always_scored(&forest);
    if count > 2 {
        let is_partial = base.is_empty() && (0..count).any(|class| !always.contains(&class));
        if is_partial && has_negative {
            return Err(node.fail("a class may be without a score, where others may be below zero"));
        }
        let scores = sums(node, &forest, count, base)?;
        return super::vector::classes(node, scores);
    }
    let ids: Vec<usize> = ids.into_iter().collect();
    let transform = node.attributes.text("post_transform")?.unwrap_or("NONE").to_owned();
    match (ids.as_slice(), base.len()) {
        // One score, of class 1 although the weights are those of the first.
        ([0], 0 | 1) => {
            let score = sums(node, &forest, 1, base)?;
            let threshold = if has_negative { 0.0 } else { 0.5 };
            let label = above(node, score, threshold)?;
            let negated = node.sum(&[(-1.0, score)], 0.0)?;
            let (other, one) = match transform.as_str() {
                "LOGISTIC" => {
                    let positive = node.add(Op::Function(Function::Sigmoid), &[score])?;
                    (node.sum(&[(-1.0, positive)], 1.0)?, positive)
                }
                "NONE" | "SOFTMAX" if has_negative => (negated, score),
                "NONE" | "SOFTMAX" => (node.sum(&[(-1.0, score)], 1.0)?, score),
                other => return Err(node.attributes.unsupported("post_transform", other, POST_TRANSFORMS)),
            };
            let scores = joined(node, &[other, one], 1)?;
            Ok(vec![super::vector::labelled(node, label, 2)?, scores])
        }
        ([1], 0) if always.contains(&1) => {
            let scores = sums(node, &forest, 2, base)?;
            let positive = element(node, scores, 1)?;
            let label = above(node, positive, if has_negative { 0.0 } else { 0.5 })?;
            let scores = super::vector::transformed(node, scores)?;
            Ok(vec![super::vector::labelled(node, label, 2)?, scores])
        }
        ([0, 1], 0 | 2)
            if are_positions && always.contains(&1) && (base.is_empty() || always.contains(&0)) =>
        {
            let mut scores = sums(node, &forest, 2, Vec::new())?;
            if let [_, offset] = base[..] {
                let first = element(node, scores, 0)?;
                let positive = node.sum(&[(1.0, first)], offset)?;
                let negative = node.sum(&[(-1.0, positive)], 0.0)?;
                scores = joined(node, &[negative, positive], 1)?;
            }
            let positive = element(node, scores, 1)?;
            let label = above(node, positive, 0.0)?;
            let scores = super::vector::transformed(node, scores)?;
            Ok(vec![super::vector::labelled(node, label, 2)?, scores])
        }
        (ids, count) => {
            let reason = format!(
                "weights of classes {ids:?} of two with {count} base values are supported only of class 0, or of both where class 1 always has a score and the labels are 0 and 1, or strings"
            );
            Err(node.fail(&reason))
        }
    }
}

const POST_TRANSFORMS: &str = "NONE, LOGISTIC or SOFTMAX";

/// Adds an element of a row.
fn element(node: &mut Lowering<'_>, row: EdgeId, at: usize) -> Result<EdgeId> {
    node.add(Op::Wire(Wire { shape: vec![1, 1], sources: vec![Source::Element(0, at)] }), &[row])
}

/// Adds whether a score, which is alone in its row, is above a threshold; the last axis goes.
pub(super) fn above(node: &mut Lowering<'_>, score: EdgeId, threshold: f64) -> Result<EdgeId> {
    let below = node.sum(&[(-1.0, score)], threshold)?;
    let below = node.add(Op::IsNonNegative, &[below])?;
    let above = node.sum(&[(-1.0, below)], 1.0)?;
    let shape = node.shape(above).to_vec();
    node.reshape(above, &shape[..shape.len() - 1])
}

/// Returns the classes that have a score whatever the input is: at each leaf of a tree.
fn always_scored(forest: &Forest) -> BTreeSet<usize> {
    let mut classes = BTreeSet::new();
    for root in &forest.roots {
        let mut leaves = Vec::new();
        let mut open = vec![*root];
        while let Some(place) = open.pop() {
            match forest.nodes[place].test {
                Some(_) => open.extend(forest.nodes[place].children),
                None => leaves.push(place),
            }
        }
        let of = |leaf: &usize| -> BTreeSet<usize> {
            forest.weights.iter().filter(|(place, ..)| place == leaf).map(|(_, class, _)| *class).collect()
        };
        let common = leaves.iter().map(of).reduce(|left, right| &left & &right);
        classes.extend(common.into_iter().flatten());
    }
    classes
}
