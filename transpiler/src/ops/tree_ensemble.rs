//! `TreeEnsemble` of `ai.onnx.ml` 5: trees whose leaves stand in lists of their own, and which may ask for members of sets.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsemble.html>.

use super::tree::{Forest, Kind, Test, TreeNode, features, list, question, sums};
use super::{Lowering, vector};
use crate::error::Result;
use crate::graph::EdgeId;
use crate::onnx::Attribute;
use crate::tensor::flat;

/// The modes in the order of their numbers.
const MODES: [&str; 7] = ["LEQ", "LT", "GTE", "GT", "EQ", "NEQ", "MEMBER"];

fn tensor(node: &Lowering<'_>, name: &str) -> Result<Vec<f64>> {
    match node.attributes.get(name) {
        Some(Attribute::Tensor(constant)) => Ok(flat(&constant.to_float())),
        _ => Err(node.fail(&format!("`{name}` is missing"))),
    }
}

/// Returns the sets that `MEMBER` asks for, in order: each ends with NaN.
fn sets(node: &Lowering<'_>) -> Vec<Vec<f64>> {
    let Some(Attribute::Floats(values)) = node.attributes.get("membership_values") else {
        return Vec::new();
    };
    let mut sets: Vec<Vec<f64>> = values.split(|value| value.is_nan()).map(<[f64]>::to_vec).collect();
    if sets.last().is_some_and(Vec::is_empty) {
        sets.pop();
    }
    for set in &mut sets {
        set.sort_by(f64::total_cmp);
        set.dedup();
    }
    sets
}

fn forest(node: &Lowering<'_>, targets: usize) -> Result<Forest> {
    let features = features(node)?;
    let roots = list(node, "tree_roots")?;
    let (feature_ids, modes, splits) =
        (list(node, "nodes_featureids")?, tensor(node, "nodes_modes")?, tensor(node, "nodes_splits")?);
    let sides = [
        (list(node, "nodes_truenodeids")?, list(node, "nodes_trueleafs")?),
        (list(node, "nodes_falsenodeids")?, list(node, "nodes_falseleafs")?),
    ];
    let (leaf_targets, leaf_weights) = (list(node, "leaf_targetids")?, tensor(node, "leaf_weights")?);
    let count = feature_ids.len();
    let lengths = sides.iter().flat_map(|(ids, leafs)| [ids.len(), leafs.len()]);
    if modes.len() != count || splits.len() != count || lengths.into_iter().any(|length| length != count) {
        return Err(node.fail("its lists of nodes have different lengths"));
    }
    if leaf_targets.len() != leaf_weights.len() {
        return Err(node.fail("its lists of leaves have different lengths"));
    }
    let mut sets = sets(node).into_iter();
    let mut nodes: Vec<TreeNode> = Vec::with_capacity(count);
    let mut reversed = Vec::with_capacity(count);
    for place in 0..count {
        let feature = usize::try_from(feature_ids[place]).ok().filter(|feature| *feature < features);
        let Some(feature) = feature else {
            return Err(node.fail(&format!("a node looks at feature {}, of {features}", feature_ids[place])));
        };
        let mode = MODES.iter().zip(0u8..).find(|(_, number)| f64::from(*number) == modes[place]);
        let (kind, is_reversed) = match mode {
            Some((&"MEMBER", _)) => {
                let set = sets.next().ok_or_else(|| node.fail("`membership_values` has too few sets"))?;
                (Kind::Member(set), false)
            }
            Some((mode, _)) => question(node, mode, splits[place])?,
            None => return Err(node.attributes.unsupported("nodes_modes", modes[place], "0 to 6")),
        };
        nodes.push(TreeNode { test: Some(Test { feature, kind }), children: [0, 0] });
        reversed.push(is_reversed);
    }
    let mut weights = Vec::new();
    let mut is_child = vec![false; count];
    for place in 0..count {
        for (side, (ids, leafs)) in sides.iter().enumerate() {
            let id = usize::try_from(ids[place]).ok();
            let child = if leafs[place] == 0 {
                let child = id.filter(|child| *child < count);
                let child =
                    child.ok_or_else(|| node.fail(&format!("goes to node {}, of {count}", ids[place])))?;
                if std::mem::replace(&mut is_child[child], true) {
                    return Err(node.fail("two branches lead to one node"));
                }
                child
            } else {
                // A leaf that several branches lead to is one for each.
                let target = |leaf: &usize| {
                    usize::try_from(leaf_targets[*leaf]).ok().filter(|target| *target < targets)
                };
                let leaf = id.filter(|leaf| *leaf < leaf_targets.len());
                let Some((leaf, target)) = leaf.and_then(|leaf| Some((leaf, target(&leaf)?))) else {
                    return Err(node.fail(&format!(
                        "goes to leaf {}, of {} for {targets} targets",
                        ids[place],
                        leaf_targets.len()
                    )));
                };
                nodes.push(TreeNode { test: None, children: [0, 0] });
                weights.push((nodes.len() - 1, target, leaf_weights[leaf]));
                nodes.len() - 1
            };
            nodes[place].children[if reversed[place] { 1 - side } else { side }] = child;
        }
    }
    let roots: Option<Vec<usize>> = roots
        .iter()
        .map(|root| usize::try_from(*root).ok().filter(|root| *root < count && !is_child[*root]))
        .collect();
    let distinct =
        |roots: &Vec<usize>| roots.iter().collect::<std::collections::BTreeSet<_>>().len() == roots.len();
    let roots = roots.filter(|roots| !roots.is_empty() && distinct(roots));
    let roots = roots.ok_or_else(|| node.fail("`tree_roots` are not nodes that nothing leads to"))?;
    let others = (0..count).any(|place| !is_child[place] && !roots.contains(&place));
    if others {
        return Err(node.fail("has nodes that are in no tree"));
    }
    Ok(Forest { nodes, roots, weights })
}

/// `TreeEnsemble`.
pub(crate) fn ensemble(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let targets = node.attributes.int("n_targets", 1)?;
    let outputs = usize::try_from(targets).ok().filter(|outputs| (1..=1 << 16).contains(outputs));
    let outputs = outputs.ok_or_else(|| node.attributes.unsupported("n_targets", targets, "1 to 65536"))?;
    let forest = forest(node, outputs)?;
    let mut result = sums(node, &forest, outputs, Vec::new())?;
    #[expect(clippy::cast_precision_loss, reason = "there are fewer than 2^52 trees")]
    let trees = forest.roots.len() as f64;
    match node.attributes.int("aggregate_function", 1)? {
        0 => result = node.sum(&[(1.0 / trees, result)], 0.0)?,
        1 => {}
        other => {
            return Err(node.attributes.unsupported("aggregate_function", other, "0 (average) or 1 (sum)"));
        }
    }
    let transform = match node.attributes.int("post_transform", 0)? {
        0 => "NONE",
        1 => "SOFTMAX",
        2 => "LOGISTIC",
        other => return Err(node.attributes.unsupported("post_transform", other, "0, 1 or 2")),
    };
    Ok(vec![vector::transformed_by(node, result, transform)?])
}
