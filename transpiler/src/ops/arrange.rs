//! Values moved and added up by rules that are known: `Col2Im`, `CenterCropPad`, `ReverseSequence`, `MaxUnpool`, `Shrink`.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__Col2Im.html> and its neighbours.

use ndarray::{ArrayD, Axis, Dimension as _, IxDyn};

use super::reduce::sum_over;
use super::wiring::{Source, Wire, positions};
use super::{Argument, Lowering, Op};
use crate::error::Result;
use crate::graph::EdgeId;
use crate::tensor::{Constant, elements};

fn lengths(node: &Lowering<'_>, position: usize, name: &str) -> Result<Vec<usize>> {
    let listed = node.ints(position, name)?.unwrap_or_default();
    let lengths: Option<Vec<usize>> = listed.iter().map(|length| usize::try_from(*length).ok()).collect();
    let lengths = lengths.filter(|lengths| elements(lengths).is_some_and(|count| count > 0));
    lengths.ok_or_else(|| node.fail(&format!("`{name}` {listed:?} is not that of a tensor")))
}

/// `Col2Im`: blocks put side by side, added where they lie over each other.
pub(crate) fn col2im(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let shape = node.shape(edge).to_vec();
    let (image, block) = (lengths(node, 1, "image_shape")?, lengths(node, 2, "block_shape")?);
    let rank = image.len();
    let strides = node.attributes.lengths("strides", rank, 1, 1)?;
    let dilations = node.attributes.lengths("dilations", rank, 1, 1)?;
    let pads = node.attributes.lengths("pads", 2 * rank, 0, 0)?;
    let area: usize = block.iter().product();
    let fail = |node: &Lowering<'_>| {
        node.fail(&format!("an input of shape {shape:?} does not fit blocks {block:?} of an image {image:?}"))
    };
    let mut counts = Vec::new();
    for axis in 0..rank {
        let reach = block.get(axis).map_or(0, |length| dilations[axis] * (length - 1) + 1);
        let room = (image[axis] + pads[axis] + pads[axis + rank]).checked_sub(reach);
        counts.push(room.map_or(0, |room| room / strides[axis] + 1));
    }
    let blocks: usize = counts.iter().product();
    let &[batch, deep, columns] = &shape[..] else {
        return Err(fail(node));
    };
    if block.len() != rank || deep % area != 0 || columns != blocks {
        return Err(fail(node));
    }
    let (channels, pixels) = (deep / area, image.iter().product::<usize>());
    let mut found: Vec<Vec<Source>> = vec![Vec::new(); batch * channels * pixels];
    for (position, _) in found.clone().iter().enumerate().take(batch * channels) {
        for inside in 0..area {
            for at in 0..blocks {
                let (mut rest_in, mut rest_at, mut size, mut place) = (inside, at, 1, Some(0));
                for axis in (0..rank).rev() {
                    let offset =
                        rest_at % counts[axis] * strides[axis] + rest_in % block[axis] * dilations[axis];
                    let offset = offset.checked_sub(pads[axis]).filter(|offset| *offset < image[axis]);
                    place = place.zip(offset).map(|(place, offset)| place + offset * size);
                    size *= image[axis];
                    rest_at /= counts[axis];
                    rest_in /= block[axis];
                }
                if let Some(place) = place {
                    let from = (position * area + inside) * columns + at;
                    found[position * pixels + place].push(Source::Element(0, from));
                }
            }
        }
    }
    let most = found.iter().map(Vec::len).max().unwrap_or(0).max(1);
    let mut wide = [&[batch, channels], &image[..]].concat();
    wide.push(most);
    if elements(&wide).is_none() {
        return Err(node.fail("its blocks have too many values"));
    }
    let zero = std::iter::repeat(Source::Constant(0.0));
    let sources = found.into_iter().flat_map(|row| row.into_iter().chain(zero.clone()).take(most)).collect();
    let last = wide.len() - 1;
    let rows = node.add(Op::Wire(Wire { shape: wide, sources }), &[edge])?;
    Ok(vec![sum_over(node, rows, &[last], false)?])
}

/// `CenterCropPad`: the middle of what is too long, zeros around what is too short.
pub(crate) fn center_crop_pad(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let shape = node.shape(edge).to_vec();
    let wanted = lengths(node, 1, "shape")?;
    let axes = match node.attributes.ints("axes")? {
        Some(axes) => axes.iter().map(|axis| node.axis(*axis, shape.len())).collect::<Result<Vec<_>>>()?,
        None => (0..shape.len()).collect(),
    };
    if axes.len() != wanted.len() {
        return Err(node.fail(&format!("`shape` {wanted:?} does not fit an input of shape {shape:?}")));
    }
    let mut target = shape.clone();
    for (axis, length) in axes.iter().zip(&wanted) {
        target[*axis] = *length;
    }
    if elements(&target).is_none() {
        return Err(node.fail(&format!("its output of shape {target:?} is too large")));
    }
    let all = positions(&shape);
    let sources: ArrayD<Source> = ArrayD::from_shape_fn(IxDyn(&target), |at| {
        let mut place = at.slice().to_vec();
        for axis in 0..shape.len() {
            let inside = if target[axis] <= shape[axis] {
                Some(place[axis] + (shape[axis] - target[axis]) / 2)
            } else {
                place[axis].checked_sub((target[axis] - shape[axis]) / 2)
            };
            match inside.filter(|inside| *inside < shape[axis]) {
                Some(inside) => place[axis] = inside,
                None => return Source::Constant(0.0),
            }
        }
        Source::Element(0, all[IxDyn(&place)])
    });
    let wire = Wire { shape: target, sources: sources.iter().copied().collect() };
    Ok(vec![node.add(Op::Wire(wire), &[edge])?])
}

/// `ReverseSequence` of constant lengths.
pub(crate) fn reverse_sequence(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let shape = node.shape(edge).to_vec();
    let batch = node.axis(node.attributes.int("batch_axis", 1)?, shape.len())?;
    let time = node.axis(node.attributes.int("time_axis", 0)?, shape.len())?;
    let lengths = node.ints(1, "sequence_lens")?.unwrap_or_default();
    let known: Option<Vec<usize>> = lengths.iter().map(|length| usize::try_from(*length).ok()).collect();
    let fits = |known: &Vec<usize>| {
        batch != time && known.len() == shape[batch] && known.iter().all(|length| *length <= shape[time])
    };
    let Some(known) = known.filter(fits) else {
        return Err(node.fail(&format!("`sequence_lens` {lengths:?} does not fit shape {shape:?}")));
    };
    let all = positions(&shape);
    let turned = ArrayD::from_shape_fn(IxDyn(&shape), |at| {
        let mut place = at.slice().to_vec();
        let length = known[place[batch]];
        if place[time] < length {
            place[time] = length - 1 - place[time];
        }
        all[IxDyn(&place)]
    });
    Ok(vec![node.add(Op::Wire(Wire::of(&turned)), &[edge])?])
}

/// `MaxUnpool` at constant places.
pub(crate) fn max_unpool(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let edge = node.edge(0)?;
    let shape = node.shape(edge).to_vec();
    let Some(Argument::Constant(Constant::Int(indices))) = node.arguments.get(1).cloned() else {
        return Err(node.fail("its indices depend on the model's input, which is not supported: `Resize` makes larger pictures too"));
    };
    let dimensions = shape.len().saturating_sub(2);
    let kernel = node.attributes.lengths("kernel_shape", dimensions, 1, 1)?;
    let strides = node.attributes.lengths("strides", dimensions, 1, 1)?;
    let pads = node.attributes.lengths("pads", 2 * dimensions, 0, 0)?;
    let natural: Option<Vec<usize>> = (0..dimensions)
        .map(|axis| {
            let whole = shape[axis + 2].checked_sub(1)? * strides[axis] + kernel[axis];
            whole.checked_sub(pads[axis] + pads[axis + dimensions])
        })
        .collect();
    let natural = natural.ok_or_else(|| node.fail("its pads leave nothing of its output"))?;
    let natural = [&shape[..2.min(shape.len())], &natural].concat();
    let target = if node.has(2) { lengths(node, 2, "output_shape")? } else { natural.clone() };
    let fits = target.len() == natural.len() && target.iter().zip(&natural).all(|(to, from)| to >= from);
    let count = elements(&target).filter(|_| fits && indices.shape() == shape && dimensions > 0);
    let Some(count) = count else {
        return Err(node.fail(&format!("`output_shape` {target:?} does not fit an input of shape {shape:?}")));
    };
    let mut sources = vec![Source::Constant(0.0); count];
    // Indices are those of the natural output.
    let inside = positions(&target);
    let inside = (0..target.len())
        .fold(inside, |inside, axis| inside.select(Axis(axis), &(0..natural[axis]).collect::<Vec<_>>()));
    let places: Vec<usize> = inside.iter().copied().collect();
    for (at, index) in indices.iter().enumerate() {
        let place = usize::try_from(*index).ok().and_then(|index| places.get(index));
        let Some(place) = place else {
            return Err(node.fail(&format!("index {index} is out of bounds")));
        };
        sources[*place] = Source::Element(0, at);
    }
    Ok(vec![node.add(Op::Wire(Wire { shape: target, sources }), &[edge])?])
}

/// `Shrink`: x + bias below -lambd, x - bias above lambd, else zero.
pub(crate) fn shrink(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let (bias, limit) = (node.attributes.float("bias", 0.0)?, node.attributes.float("lambd", 0.5)?);
    let edge = node.edge(0)?;
    let mut parts = Vec::new();
    for sign in [1.0, -1.0] {
        // Not above the limit, on this side.
        let room = node.sum(&[(-sign, edge)], limit)?;
        let within = node.add(Op::IsNonNegative, &[room])?;
        let beyond = node.sum(&[(-1.0, within)], 1.0)?;
        let moved = node.sum(&[(1.0, edge)], -sign * bias)?;
        parts.push((1.0, node.mul(beyond, moved)?));
    }
    Ok(vec![node.sum(&parts, 0.0)?])
}
