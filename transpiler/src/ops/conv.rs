//! `Conv` in two dimensions.
//!
//! Source: <https://onnx.ai/onnx/operators/onnx__Conv.html>.

use ndarray::ArrayD;

use super::pool::paddings;
use super::{Argument, Attributes};
use crate::error::Result;
use crate::tensor::flat;

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

pub(crate) fn parse(attributes: &Attributes<'_>, shape: &[usize], arguments: &[Argument]) -> Result<Conv> {
    let &[_, channels, height, width] = shape else {
        return Err(
            attributes.fail(&format!("its input has shape {shape:?}, expected [1, channels, height, width]"))
        );
    };
    let weights = attributes.constant(arguments, 1, "W")?;
    let &[filters, depth, kernel_height, kernel_width] = weights.shape() else {
        let reason =
            format!("`W` has shape {:?}, expected [filters, channels, height, width]", weights.shape());
        return Err(attributes.fail(&reason));
    };
    let groups = attributes.int("group", 1)?;
    let groups = usize::try_from(groups).unwrap_or(0);
    if groups == 0 || depth.checked_mul(groups) != Some(channels) || filters % groups != 0 || filters == 0 {
        let reason =
            format!("{channels} channels, {filters} filters of depth {depth} and {groups} groups do not fit");
        return Err(attributes.fail(&reason));
    }
    let bias = match arguments.get(2) {
        None | Some(Argument::Absent) => vec![0.0; filters],
        Some(_) => flat(&attributes.constant(arguments, 2, "B")?),
    };
    if bias.len() != filters {
        return Err(
            attributes.fail(&format!("`B` has {} values, expected {filters}, one per filter", bias.len()))
        );
    }
    let pair = |values: Vec<usize>| [values[0], values[1]];
    let kernel_shape = attributes.lengths("kernel_shape", 2, 1, 0)?;
    if attributes.ints("kernel_shape")?.is_some() && kernel_shape != [kernel_height, kernel_width] {
        return Err(attributes.unsupported("kernel_shape", format!("{kernel_shape:?}"), "that of `W`"));
    }
    let strides = pair(attributes.lengths("strides", 2, 1, 1)?);
    let dilations = pair(attributes.lengths("dilations", 2, 1, 1)?);
    let reach = [dilations[0] * (kernel_height.max(1) - 1) + 1, dilations[1] * (kernel_width.max(1) - 1) + 1];
    let pads = paddings(attributes, [height, width], reach, strides)?;
    let kernel = [filters, depth, kernel_height, kernel_width];
    Ok(Conv { weights: flat(&weights), kernel, bias, strides, dilations, pads, groups })
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
