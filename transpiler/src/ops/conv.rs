//! `Conv` and `ConvTranspose` in one and two dimensions; what `Conv` in three is made of.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__Conv.html>, <https://onnx.ai/onnx/operators/onnx__ConvTranspose.html>.

use ndarray::{ArrayD, IxDyn};

use super::pool::paddings;
use super::wiring::{Source, Wire, joined, part};
use super::{Lowering, Op};
use crate::error::Result;
use crate::graph::EdgeId;
use crate::tensor::{array, flat};

/// A convolution with constant parameters.
#[derive(Clone, Debug, PartialEq)]
pub struct Conv {
    /// `[filters, channels / groups, height, width]`, row-major.
    pub weights: Vec<f64>,
    /// The lengths of the axes of the weights.
    pub kernel: [usize; 4],
    /// One per filter.
    pub bias: Vec<f64>,
    /// Down and across.
    pub strides: [usize; 2],
    /// Down and across.
    pub dilations: [usize; 2],
    /// Top, left, bottom, right.
    pub pads: [usize; 4],
    /// Number of groups.
    pub groups: usize,
}

/// Returns a list of one value per dimension with a leading one for the height that one dimension lacks.
fn planar(mut list: Vec<usize>, neutral: usize) -> [usize; 2] {
    if list.len() == 1 {
        list.insert(0, neutral);
    }
    [list[0], list[1]]
}

/// The input of a convolution as planes, its weights, and how many dimensions there were.
struct Planes {
    edge: EdgeId,
    weights: ArrayD<f64>,
    dimensions: usize,
}

fn planes(node: &mut Lowering<'_>, edge: EdgeId) -> Result<Planes> {
    let shape = node.shape(edge).to_vec();
    let weights = node.constant(1, "W")?;
    let dimensions = shape.len().saturating_sub(2);
    if !(1..=2).contains(&dimensions) || weights.ndim() != shape.len() {
        let reason = format!(
            "its input has shape {shape:?} and its weights {:?}, expected one or two dimensions behind batch and channels",
            weights.shape()
        );
        return Err(node.fail(&reason));
    }
    if weights.is_empty() {
        return Err(node.fail(&format!("its weights have shape {:?}", weights.shape())));
    }
    if dimensions == 2 {
        return Ok(Planes { edge, weights, dimensions });
    }
    let edge = node.reshape(edge, &[1, shape[1], 1, shape[2]])?;
    let deep = [weights.shape()[0], weights.shape()[1], 1, weights.shape()[2]];
    let weights = array(&deep, flat(&weights)).expect("the same number of weights");
    Ok(Planes { edge, weights, dimensions })
}

/// Adds a result of planes in as many dimensions as the input had.
fn unplaned(node: &mut Lowering<'_>, edge: EdgeId, dimensions: usize) -> Result<EdgeId> {
    if dimensions == 2 {
        return Ok(edge);
    }
    let shape = node.shape(edge).to_vec();
    node.reshape(edge, &[shape[0], shape[1], shape[3]])
}

pub(crate) fn bias(node: &Lowering<'_>, filters: usize) -> Result<Vec<f64>> {
    let bias = node.optional(2, "B")?.map_or_else(|| vec![0.0; filters], |bias| flat(&bias));
    if bias.len() == filters {
        Ok(bias)
    } else {
        Err(node.fail(&format!("`B` has {} values, expected {filters}, one per filter", bias.len())))
    }
}

/// Adds results of planes along an axis of their own.
pub(crate) fn joined_planes(node: &mut Lowering<'_>, edges: &[EdgeId]) -> Result<EdgeId> {
    let mut deep = Vec::new();
    for edge in edges {
        let &[batch, filters, height, width] = node.shape(*edge) else {
            return Err(node.fail("has a result that does not have planes"));
        };
        deep.push(node.reshape(*edge, &[batch, filters, 1, height, width])?);
    }
    joined(node, &deep, 2)
}

/// `Conv` and `ConvTranspose`, sample by sample.
pub(crate) fn conv(node: &mut Lowering<'_>) -> Result<Vec<EdgeId>> {
    let lower = if node.operator() == "ConvTranspose" { conv_transpose_of } else { conv_of };
    let edge = node.edge(0)?;
    let count = node.shape(edge).first().copied().unwrap_or(1);
    let mut samples = Vec::new();
    for at in 0..count {
        let sample = if count == 1 { edge } else { part(node, edge, 0, at, at + 1)? };
        samples.push(lower(node, sample)?);
    }
    Ok(vec![joined(node, &samples, 0)?])
}

fn conv_of(node: &mut Lowering<'_>, edge: EdgeId) -> Result<EdgeId> {
    if node.shape(edge).len() == 5 {
        return super::conv3d::lower(node, edge);
    }
    let Planes { edge, weights, dimensions } = planes(node, edge)?;
    let attributes = node.attributes;
    let &[_, channels, height, width] = node.shape(edge) else {
        return Err(node.fail("its input does not have planes"));
    };
    let kernel = [weights.shape()[0], weights.shape()[1], weights.shape()[2], weights.shape()[3]];
    let [filters, depth, kernel_height, kernel_width] = kernel;
    let groups = usize::try_from(attributes.int("group", 1)?).unwrap_or(0);
    if groups == 0 || depth.checked_mul(groups) != Some(channels) || filters % groups != 0 || filters == 0 {
        let reason =
            format!("{channels} channels, {filters} filters of depth {depth} and {groups} groups do not fit");
        return Err(node.fail(&reason));
    }
    let bias = bias(node, filters)?;
    let listed = attributes.lengths("kernel_shape", dimensions, 1, 1)?;
    if attributes.ints("kernel_shape")?.is_some()
        && planar(listed.clone(), 1) != [kernel_height, kernel_width]
    {
        return Err(attributes.unsupported("kernel_shape", format!("{listed:?}"), "that of `W`"));
    }
    let strides = planar(attributes.lengths("strides", dimensions, 1, 1)?, 1);
    let dilations = planar(attributes.lengths("dilations", dimensions, 1, 1)?, 1);
    let reach = [dilations[0] * (kernel_height - 1) + 1, dilations[1] * (kernel_width - 1) + 1];
    let pads = paddings(attributes, [height, width], reach, strides, dimensions)?;
    let conv = Conv { weights: flat(&weights), kernel, bias, strides, dilations, pads, groups };
    let result = node.add(Op::Conv(conv), &[edge])?;
    unplaned(node, result, dimensions)
}

/// `ConvTranspose`: a convolution, by the turned kernel, of the input with zeros between its values.
fn conv_transpose_of(node: &mut Lowering<'_>, edge: EdgeId) -> Result<EdgeId> {
    if node.shape(edge).len() == 5 {
        return super::conv_transpose3d::lower(node, edge);
    }
    let Planes { edge, weights, dimensions } = planes(node, edge)?;
    let attributes = node.attributes;
    let &[_, channels, height, width] = node.shape(edge) else {
        return Err(node.fail("its input does not have planes"));
    };
    let &[inputs, deep, kernel_height, kernel_width] = weights.shape() else {
        return Err(node.fail("its weights do not have planes"));
    };
    let groups = usize::try_from(attributes.int("group", 1)?).unwrap_or(0);
    if groups == 0 || inputs != channels || channels % groups != 0 {
        let reason = format!("{channels} channels, weights for {inputs} and {groups} groups do not fit");
        return Err(node.fail(&reason));
    }
    let filters = deep * groups;
    let bias = bias(node, filters)?;
    let strides = planar(attributes.lengths("strides", dimensions, 1, 1)?, 1);
    let dilations = planar(attributes.lengths("dilations", dimensions, 1, 1)?, 1);
    let mut extra = planar(attributes.lengths("output_padding", dimensions, 0, 0)?, 0);
    let reach = [dilations[0] * (kernel_height - 1) + 1, dilations[1] * (kernel_width - 1) + 1];
    let size = [height, width];
    let mut full = [0, 1].map(|axis| (size[axis] - 1) * strides[axis] + extra[axis] + reach[axis]);
    let wanted = match attributes.ints("output_shape")? {
        Some(_) => Some(planar(attributes.lengths("output_shape", dimensions, 1, 1)?, 1)),
        None if matches!(attributes.text("auto_pad")?, Some("SAME_UPPER" | "SAME_LOWER")) => {
            Some([0, 1].map(|axis| size[axis] * strides[axis]))
        }
        None => None,
    };
    let pads = match wanted {
        Some(wanted) => {
            let upper = attributes.text("auto_pad")? == Some("SAME_UPPER");
            let mut pads = [0; 4];
            for axis in 0..2 {
                // What is wanted besides stands behind, as with `output_padding`.
                let more = wanted[axis].saturating_sub(full[axis]);
                extra[axis] += more;
                full[axis] += more;
                let total = full[axis] - wanted[axis];
                let (less, more) = (total / 2, total.div_ceil(2));
                (pads[axis], pads[axis + 2]) = if upper { (less, more) } else { (more, less) };
            }
            pads
        }
        None => paddings(attributes, size, reach, strides, dimensions)?,
    };
    if (0..2).any(|axis| full[axis] <= pads[axis] + pads[axis + 2]) {
        return Err(node.fail(&format!("pads {pads:?} leave nothing of an output of {full:?}")));
    }
    // The input with zeros between and around its values, cut so that a plain convolution gives the output.
    let spread = [0, 1].map(|axis| full[axis] - pads[axis] - pads[axis + 2] + reach[axis] - 1);
    let mut sources = vec![Source::Constant(0.0); channels * spread[0] * spread[1]];
    for channel in 0..channels {
        for y in 0..height {
            for x in 0..width {
                let row = (y * strides[0] + reach[0] - 1).checked_sub(pads[0]).filter(|row| *row < spread[0]);
                let column =
                    (x * strides[1] + reach[1] - 1).checked_sub(pads[1]).filter(|column| *column < spread[1]);
                if let (Some(row), Some(column)) = (row, column) {
                    sources[(channel * spread[0] + row) * spread[1] + column] =
                        Source::Element(0, (channel * height + y) * width + x);
                }
            }
        }
    }
    let wire = Wire { shape: vec![1, channels, spread[0], spread[1]], sources };
    let spread = node.add(Op::Wire(wire), &[edge])?;
    let depth = channels / groups;
    let turned = ArrayD::from_shape_fn(IxDyn(&[filters, depth, kernel_height, kernel_width]), |at| {
        let input = at[0] / deep * depth + at[1];
        weights[IxDyn(&[input, at[0] % deep, kernel_height - 1 - at[2], kernel_width - 1 - at[3]])]
    });
    let conv = Conv {
        weights: flat(&turned),
        kernel: [filters, depth, kernel_height, kernel_width],
        bias,
        strides: [1, 1],
        dilations,
        pads: [0; 4],
        groups,
    };
    let result = node.add(Op::Conv(conv), &[spread])?;
    unplaned(node, result, dimensions)
}

impl Conv {
    pub(crate) fn output_shape(&self, input: &[usize]) -> std::result::Result<Vec<usize>, String> {
        let &[batch, _, height, width] = input else {
            return Err(format!("input shape {input:?} does not have four axes"));
        };
        let [_, _, kernel_height, kernel_width] = self.kernel;
        let [top, left, bottom, right] = self.pads;
        let length = |length: usize, pads: usize, kernel: usize, dilation: usize, stride: usize| {
            let reach = dilation * kernel.checked_sub(1)? + 1;
            Some((length + pads).checked_sub(reach)? / stride + 1)
        };
        let height = length(height, top + bottom, kernel_height, self.dilations[0], self.strides[0]);
        let width = length(width, left + right, kernel_width, self.dilations[1], self.strides[1]);
        match (height, width) {
            (Some(height), Some(width)) => Ok(vec![batch, self.kernel[0], height, width]),
            _ => Err(format!("the kernel is larger than the input of shape {input:?} with its padding")),
        }
    }

    /// Calls `visit` with output, weight and input position of every product.
    pub(crate) fn for_each_product(
        &self,
        input: [usize; 3],
        output: [usize; 3],
        mut visit: impl FnMut(usize, usize, usize),
    ) {
        let [_, height, width] = input;
        let [filters, out_height, out_width] = output;
        let [_, depth, kernel_height, kernel_width] = self.kernel;
        for f in 0..filters {
            let first = f / (filters / self.groups) * depth;
            for y in 0..out_height {
                for x in 0..out_width {
                    for c in 0..depth {
                        for i in 0..kernel_height {
                            let Some(row) =
                                (y * self.strides[0] + i * self.dilations[0]).checked_sub(self.pads[0])
                            else {
                                continue;
                            };
                            for j in 0..kernel_width {
                                let column =
                                    (x * self.strides[1] + j * self.dilations[1]).checked_sub(self.pads[1]);
                                let Some(column) = column.filter(|column| *column < width && row < height)
                                else {
                                    continue;
                                };
                                visit(
                                    (f * out_height + y) * out_width + x,
                                    ((f * depth + c) * kernel_height + i) * kernel_width + j,
                                    ((first + c) * height + row) * width + column,
                                );
                            }
                        }
                    }
                }
            }
        }
    }

    pub(crate) fn eval(&self, input: &ArrayD<f64>) -> Vec<f64> {
        let shape = [input.shape()[1], input.shape()[2], input.shape()[3]];
        let output = self.output_shape(input.shape()).expect("the graph was built with this shape");
        let output = [output[1], output[2], output[3]];
        let values = flat(input);
        let area = output[1] * output[2];
        let mut sums: Vec<f64> = self.bias.iter().flat_map(|bias| std::iter::repeat_n(*bias, area)).collect();
        self.for_each_product(shape, output, |out, weight, input| {
            sums[out] += self.weights[weight] * values[input];
        });
        sums
    }
}
