//! `ConvTranspose` in three dimensions: a convolution, by the turned kernel, of the input with zeros between its values.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__ConvTranspose.html>.

use ndarray::{ArrayD, IxDyn};

use super::conv::bias;
use super::conv3d::{Layer, by_planes};
use super::wiring::{Source, Wire};
use super::{Lowering, Op};
use crate::error::Result;
use crate::graph::EdgeId;
use crate::tensor::elements;

pub(crate) fn lower(node: &mut Lowering<'_>, edge: EdgeId) -> Result<EdgeId> {
    let shape = node.shape(edge).to_vec();
    let weights = node.constant(1, "W")?;
    let attributes = node.attributes;
    let (&[_, channels, ..], &[inputs, deep, ..]) = (&shape[..], weights.shape()) else {
        return Err(node.fail(&format!("its input has shape {shape:?}, expected three dimensions")));
    };
    let groups = usize::try_from(attributes.int("group", 1)?).unwrap_or(0);
    if weights.ndim() != 5 || groups == 0 || inputs != channels || channels % groups != 0 {
        let reason = format!(
            "{channels} channels, weights of shape {:?} and {groups} groups do not fit",
            weights.shape()
        );
        return Err(node.fail(&reason));
    }
    let kernel = [2, 3, 4].map(|axis| weights.shape()[axis]);
    let size = [shape[2], shape[3], shape[4]];
    let filters = deep * groups;
    let bias = bias(node, filters)?;
    let of = |name: &str, least: usize, default: usize| -> Result<[usize; 3]> {
        let list = attributes.lengths(name, 3, least, default)?;
        Ok([list[0], list[1], list[2]])
    };
    let (strides, dilations) = (of("strides", 1, 1)?, of("dilations", 1, 1)?);
    let mut extra = of("output_padding", 0, 0)?;
    let reach = [0, 1, 2].map(|axis| dilations[axis] * (kernel[axis] - 1) + 1);
    let auto = attributes.text("auto_pad")?.unwrap_or("NOTSET");
    let wanted = match attributes.ints("output_shape")? {
        Some(_) => Some(of("output_shape", 1, 1)?),
        None if matches!(auto, "SAME_UPPER" | "SAME_LOWER") => {
            Some([0, 1, 2].map(|axis| size[axis] * strides[axis]))
        }
        None => None,
    };
    let full = |axis: usize, extra: &[usize; 3]| (size[axis] - 1) * strides[axis] + extra[axis] + reach[axis];
    let mut pads = [(0, 0); 3];
    if let Some(wanted) = wanted {
        for axis in 0..3 {
            extra[axis] += wanted[axis].saturating_sub(full(axis, &extra));
            let total = full(axis, &extra) - wanted[axis];
            let (less, more) = (total / 2, total.div_ceil(2));
            pads[axis] = if auto == "SAME_UPPER" { (less, more) } else { (more, less) };
        }
    } else if matches!(auto, "NOTSET" | "") {
        let list = attributes.lengths("pads", 6, 0, 0)?;
        pads = [0, 1, 2].map(|axis| (list[axis], list[axis + 3]));
    }
    if (0..3).any(|axis| full(axis, &extra) <= pads[axis].0 + pads[axis].1) {
        return Err(node.fail(&format!("pads {pads:?} leave nothing of its output")));
    }
    // The input with zeros between and around its values, cut so that a plain convolution gives the output.
    let spread = [0, 1, 2].map(|axis| full(axis, &extra) - pads[axis].0 - pads[axis].1 + reach[axis] - 1);
    let target = [1, channels, spread[0], spread[1], spread[2]];
    let Some(count) = elements(&target) else {
        return Err(node.fail(&format!("its output is made of {target:?}, which is too large")));
    };
    let mut sources = vec![Source::Constant(0.0); count];
    let all = super::wiring::positions(&shape);
    for (at, position) in all.indexed_iter() {
        let mut place = at[1];
        let mut is_inside = true;
        for axis in 0..3 {
            let moved = (at[axis + 2] * strides[axis] + reach[axis] - 1).checked_sub(pads[axis].0);
            match moved.filter(|moved| *moved < spread[axis]) {
                Some(moved) => place = place * spread[axis] + moved,
                None => is_inside = false,
            }
        }
        if is_inside {
            sources[place] = Source::Element(0, *position);
        }
    }
    let spread = node.add(Op::Wire(Wire { shape: target.to_vec(), sources }), &[edge])?;
    let depth = channels / groups;
    let turned: ArrayD<f64> =
        ArrayD::from_shape_fn(IxDyn(&[filters, depth, kernel[0], kernel[1], kernel[2]]), |at| {
            let input = at[0] / deep * depth + at[1];
            let back = |axis: usize| kernel[axis] - 1 - at[axis + 2];
            weights[IxDyn(&[input, at[0] % deep, back(0), back(1), back(2)])]
        });
    let layer = Layer { bias, strides: [1; 3], dilations, pads: [(0, 0); 3], groups };
    by_planes(node, spread, &turned, layer)
}
