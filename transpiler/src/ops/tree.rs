//! `TreeEnsembleClassifier` and `TreeEnsembleRegressor` of `ai.onnx.ml`.
//!
//! All comparisons are made, then all trees go down a level at a time: a node is reached if its parent is, and the
//! comparison says so. What is reached at the leaves selects the weights. Which feature a node looks at, and the form of
//! the trees, are part of the circuit; thresholds and weights are parameters.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsembleClassifier.html>.

use std::collections::BTreeMap;

use super::wiring::{Source, Wire};
use super::{Affine, Gemm, Lowering, Op};
use crate::error::Result;
use crate::graph::EdgeId;
use crate::onnx::Attribute;

/// A node of a tree.
struct TreeNode {
    /// What it compares; `None` for a leaf.
    test: Option<Test>,
    /// Where it goes when the test holds, and when not.
    children: [usize; 2],
}

/// A comparison `sign * (threshold - feature) >= 0`.
struct Test {
    feature: usize,
    threshold: f64,
    sign: f64,
}

struct Forest {
    nodes: Vec<TreeNode>,
    roots: Vec<usize>,
    /// Leaf, output, weight.
    weights: Vec<(usize, usize, f64)>,
}

fn list<'n>(node: &Lowering<'n>, name: &str) -> Result<&'n [i64]> {
    match node.attributes.get(name) {
        Some(Attribute::Ints(values)) => Ok(values),
        _ => Err(node.fail(&format!("`{name}` is missing"))),
    }
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
        let (sign, swapped) = match modes[place].as_str() {
            "LEAF" => {
                nodes.push(TreeNode { test: None, children: [0, 0] });
                continue;
            }
            "BRANCH_LEQ" => (1.0, false),
            "BRANCH_GTE" => (-1.0, false),
            "BRANCH_LT" => (-1.0, true),
            "BRANCH_GT" => (1.0, true),
            other => {
                return Err(node.attributes.unsupported(
                    "nodes_modes",
                    other,
                    "LEAF, BRANCH_LEQ, _LT, _GTE or _GT",
                ));
            }
        };
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
        let test = Some(Test { feature, threshold: thresholds[place], sign });
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
fn sums(node: &mut Lowering<'_>, forest: &Forest, outputs: usize, base: Vec<f64>) -> Result<EdgeId> {
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
        let picked = tests.iter().map(|(_, test)| Source::Element(0, test.feature)).collect();
        let values = node.add(Op::Wire(Wire { shape: vec![1, tests.len()], sources: picked }), &[edge])?;
        let signs: Vec<f64> = tests.iter().map(|(_, test)| -test.sign).collect();
        let thresholds = tests.iter().map(|(_, test)| test.sign * test.threshold).collect();
        // Comparisons of one direction need no product with their sign.
        let values = if signs.iter().all(|sign| *sign == -1.0) {
            node.sum(&[(-1.0, values)], 0.0)?
        } else {
            let factor = Affine { inner: 1, count: tests.len(), factor: Some(signs), offset: None };
            node.add(Op::Affine(factor), &[values])?
        };
        let moved = Affine { inner: 1, count: tests.len(), factor: None, offset: Some(thresholds) };
        let moved = node.add(Op::Affine(moved), &[values])?;
        let bits = node.add(Op::IsNonNegative, &[moved])?;
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
    let sources = leaves
        .iter()
        .map(|leaf| {
            reached.get(leaf).map_or(Source::Constant(1.0), |(vector, at)| Source::Element(*vector, *at))
        })
        .collect();
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

fn features(node: &Lowering<'_>) -> Result<usize> {
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

pub(crate) fn classifier(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let forest = forest(node, "class", features(node)?)?;
    let labels = ["classlabels_int64s", "classlabels_strings"].iter().find_map(|name| {
        match node.attributes.get(name) {
            Some(Attribute::Ints(labels)) => Some(labels.len()),
            Some(Attribute::Texts(labels)) => Some(labels.len()),
            _ => None,
        }
    });
    let Some(count) = labels.filter(|count| *count > 0) else {
        return Err(node.fail("has no class labels"));
    };
    let base = node.attributes.floats("base_values")?.unwrap_or_default();
    let mut ids: Vec<usize> = forest.weights.iter().map(|(_, output, _)| *output).collect();
    ids.sort_unstable();
    ids.dedup();
    // Two classes and weights for one of them: its score alone.
    let scores = if count == 2 && ids.len() == 1 {
        let one = Forest {
            weights: forest.weights.iter().map(|(leaf, _, weight)| (*leaf, 0, *weight)).collect(),
            ..forest
        };
        let is_logistic = node.attributes.text("post_transform")? == Some("LOGISTIC");
        if !is_logistic && one.weights.iter().any(|(_, _, weight)| *weight < 0.0) {
            return Err(node.fail("negative weights for one of two classes are supported only with LOGISTIC"));
        }
        sums(node, &one, 1, base)?
    } else {
        sums(node, &forest, count, base)?
    };
    super::vector::classes(node, scores)
}
