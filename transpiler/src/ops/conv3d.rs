//! `Conv` in three dimensions: one in two dimensions for each plane of the output, whose channels are the input's planes that
//! the kernel reaches. All have the same parameters.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__Conv.html>.

use ndarray::ArrayD;

use super::conv::{bias, joined_planes};
use super::wiring::{Source, Wire};
use super::{Conv, Lowering, Op};
use crate::error::Result;
use crate::graph::EdgeId;
use crate::tensor::flat;

/// Returns zeros before and behind each axis.
fn paddings(
    node: &Lowering<'_>,
    size: [usize; 3],
    reach: [usize; 3],
    strides: &[usize],
) -> Result<[(usize, usize); 3]> {
    match node.attributes.text("auto_pad")?.unwrap_or("NOTSET") {
        "NOTSET" | "" => {
            let pads = node.attributes.lengths("pads", 6, 0, 0)?;
            Ok([0, 1, 2].map(|axis| (pads[axis], pads[axis + 3])))
        }
        "VALID" => Ok([(0, 0); 3]),
        kind @ ("SAME_UPPER" | "SAME_LOWER") => Ok([0, 1, 2].map(|axis| {
            let outputs = size[axis].div_ceil(strides[axis]);
            let needed = (outputs.max(1) - 1) * strides[axis] + reach[axis];
            let total = needed.saturating_sub(size[axis]);
            let (less, more) = (total / 2, total.div_ceil(2));
            if kind == "SAME_UPPER" { (less, more) } else { (more, less) }
        })),
        other => {
            Err(node.attributes.unsupported("auto_pad", other, "NOTSET, VALID, SAME_UPPER or SAME_LOWER"))
        }
    }
}

pub(crate) fn lower(node: &mut Lowering<'_>, edge: EdgeId) -> Result<EdgeId> {
    let shape = node.shape(edge).to_vec();
    let weights = node.constant(1, "W")?;
    let (&[_, channels, length, height, width], &[filters, depth, planes, kernel_height, kernel_width]) =
        (&shape[..], weights.shape())
    else {
        let reason = format!(
            "its input has shape {shape:?} and its weights {:?}, expected three dimensions behind batch and channels",
            weights.shape()
        );
        return Err(node.fail(&reason));
    };
    let groups = usize::try_from(node.attributes.int("group", 1)?).unwrap_or(0);
    let fits = groups > 0 && depth.checked_mul(groups) == Some(channels) && filters % groups == 0;
    if !fits || weights.is_empty() {
        let reason =
            format!("{channels} channels, {filters} filters of depth {depth} and {groups} groups do not fit");
        return Err(node.fail(&reason));
    }
    let kernel = [planes, kernel_height, kernel_width];
    let listed = node.attributes.lengths("kernel_shape", 3, 1, 1)?;
    if node.attributes.ints("kernel_shape")?.is_some() && listed != kernel {
        return Err(node.attributes.unsupported("kernel_shape", format!("{listed:?}"), "that of `W`"));
    }
    let bias = bias(node, filters)?;
    let strides = node.attributes.lengths("strides", 3, 1, 1)?;
    let dilations = node.attributes.lengths("dilations", 3, 1, 1)?;
    let reach = [0, 1, 2].map(|axis| dilations[axis] * (kernel[axis] - 1) + 1);
    let pads = paddings(node, [length, height, width], reach, &strides)?;
    let layer = Layer {
        bias,
        strides: [strides[0], strides[1], strides[2]],
        dilations: [dilations[0], dilations[1], dilations[2]],
        pads,
        groups,
    };
    by_planes(node, edge, &weights, layer)
}

/// A convolution in three dimensions, without its weights.
pub(crate) struct Layer {
    pub(crate) bias: Vec<f64>,
    pub(crate) strides: [usize; 3],
    pub(crate) dilations: [usize; 3],
    /// Zeros before and behind each axis.
    pub(crate) pads: [(usize, usize); 3],
    pub(crate) groups: usize,
}

/// Adds a convolution by weights `[filters, channels / groups, depth, height, width]`.
pub(crate) fn by_planes(
    node: &mut Lowering<'_>,
    edge: EdgeId,
    weights: &ArrayD<f64>,
    layer: Layer,
) -> Result<EdgeId> {
    let shape = node.shape(edge).to_vec();
    let (&[_, channels, length, height, width], &[filters, depth, planes, kernel_height, kernel_width]) =
        (&shape[..], weights.shape())
    else {
        return Err(node.fail(&format!("its input has shape {shape:?}, expected three dimensions")));
    };
    let Layer { bias, strides, dilations, pads, groups } = layer;
    let reach = [planes, kernel_height, kernel_width];
    let reach = [0, 1, 2].map(|axis| dilations[axis] * (reach[axis] - 1) + 1);
    let Some(room) = (length + pads[0].0 + pads[0].1).checked_sub(reach[0]) else {
        return Err(
            node.fail(&format!("a kernel that reaches over {reach:?} does not fit an input of {shape:?}"))
        );
    };
    let conv = Conv {
        weights: flat(weights),
        kernel: [filters, depth * planes, kernel_height, kernel_width],
        bias,
        strides: [strides[1], strides[2]],
        dilations: [dilations[1], dilations[2]],
        pads: [pads[1].0, pads[2].0, pads[1].1, pads[2].1],
        groups,
    };
    let area = height * width;
    let mut results = Vec::new();
    for out in 0..=room / strides[0] {
        let mut sources = Vec::with_capacity(channels * planes * area);
        for channel in 0..channels {
            for plane in 0..planes {
                let at = (out * strides[0] + plane * dilations[0]).checked_sub(pads[0].0);
                let at = at.filter(|at| *at < length);
                sources.extend((0..area).map(|position| match at {
                    Some(at) => Source::Element(0, (channel * length + at) * area + position),
                    None => Source::Constant(0.0),
                }));
            }
        }
        let wire = Wire { shape: vec![1, channels * planes, height, width], sources };
        let reached = node.add(Op::Wire(wire), &[edge])?;
        results.push(node.add(Op::Conv(conv.clone()), &[reached])?);
    }
    joined_planes(node, &results)
}
