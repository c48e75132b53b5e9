//! Convolutions by tiles of the output (Toom-Cook): which tile is cheapest, and what it costs.

use num_rational::Ratio;

use super::Cost;
use crate::ops::Conv;

/// Largest tile.
const LARGEST: usize = 6;
/// Most points along an axis: beyond, the constants and the sums with them grow faster than products fall away.
const MOST_POINTS: usize = 8;

/// Returns the tile with which a convolution of private weights takes the fewest constraints, and these; `None` when no
/// tile takes fewer than `plain`.
pub(crate) fn cheapest(
    conv: &Conv,
    input: [usize; 3],
    output: [usize; 3],
    plain: Cost,
) -> Option<[usize; 2]> {
    let [_, _, kernel_height, kernel_width] = conv.kernel;
    if conv.strides != [1, 1] || conv.dilations != [1, 1] {
        return None;
    }
    let total = |cost: Cost| cost.quadratic + cost.linear;
    let lengths = |kernel: usize, output: usize| {
        let most =
            if kernel == 1 { 1 } else { LARGEST.min((MOST_POINTS + 1).saturating_sub(kernel)).min(output) };
        1..=most
    };
    let mut best = (total(plain), None);
    for height in lengths(kernel_height, output[1]) {
        for width in lengths(kernel_width, output[2]) {
            let cost = total(cost(conv, input, output, [height, width]));
            if cost < best.0 {
                best = (cost, Some([height, width]));
            }
        }
    }
    best.1
}

/// Returns the constraints of a convolution by tiles, as the template makes them.
pub(crate) fn cost(conv: &Conv, input: [usize; 3], output: [usize; 3], tile: [usize; 2]) -> Cost {
    let [filters, depth, kernel_height, kernel_width] = conv.kernel;
    let down = Axis::new(input[1], output[1], kernel_height, tile[0], conv.pads[0]);
    let across = Axis::new(input[2], output[2], kernel_width, tile[1], conv.pads[1]);
    // A sum of one value is no constraint.
    let kernels = down.points() * across.points() - down.single_of_kernel() * across.single_of_kernel();
    let (mut places, mut plain) = (0, 0);
    for row in &down.terms {
        for column in &across.terms {
            for a in row {
                for b in column {
                    match (a, b) {
                        (Terms::None, _) | (_, Terms::None) => {}
                        (Terms::One, Terms::One) => plain += 1,
                        _ => places += 1,
                    }
                }
            }
        }
    }
    let tiles = down.terms.len() * across.terms.len();
    let share = filters / conv.groups;
    let pairs = if tiles * share > tiles + share { depth / 2 } else { 0 };
    let of_pairs = filters * down.points() * across.points() + conv.groups * (places + plain);
    Cost {
        quadratic: filters * (depth - pairs) * (places + plain) + pairs * of_pairs,
        linear: filters * depth * kernels + input[0] * places + output.iter().product::<usize>(),
    }
}

/// How many values of the input a place of a tile is summed from.
#[derive(Clone, Copy)]
enum Terms {
    /// None: it lies outside of the input.
    None,
    /// One, with the factor one.
    One,
    /// More.
    Many,
}

/// One axis of a tiled convolution.
struct Axis {
    kernel: usize,
    points: usize,
    /// For each tile and point.
    terms: Vec<Vec<Terms>>,
}

impl Axis {
    fn new(input: usize, output: usize, kernel: usize, tile: usize, pad: usize) -> Self {
        let points = tile + kernel - 1;
        let matrix = interpolation(points);
        let terms = (0..output.div_ceil(tile))
            .map(|at| {
                let is_inside = |i: &usize| (at * tile + i).checked_sub(pad).is_some_and(|row| row < input);
                let inside: Vec<usize> = (0..points).filter(is_inside).collect();
                let of_point = |row: &Vec<Ratio<i64>>| {
                    let mut factors =
                        inside.iter().map(|i| row[*i]).filter(|factor| *factor != Ratio::from(0));
                    match (factors.next(), factors.next()) {
                        (None, _) => Terms::None,
                        (Some(factor), None) if factor == Ratio::from(1) => Terms::One,
                        _ => Terms::Many,
                    }
                };
                matrix.iter().map(of_point).collect()
            })
            .collect();
        Self { kernel, points, terms }
    }

    fn points(&self) -> usize {
        self.points
    }

    /// Returns at how many points the kernel is one of its values: at zero and at infinity, or everywhere.
    fn single_of_kernel(&self) -> usize {
        if self.kernel == 1 { self.points } else { 2.min(self.points) }
    }
}

/// Returns the i-th point: 0, 1, -1, 2, -2, ...
fn point(i: usize) -> Ratio<i64> {
    let half = i64::try_from(i.div_ceil(2)).unwrap_or(0);
    Ratio::from(if i % 2 == 1 { half } else { -half })
}

/// Returns the coefficients of the polynomials that are one at one point and zero at the others, as the template does.
fn interpolation(points: usize) -> Vec<Vec<Ratio<i64>>> {
    let row = |i: usize| {
        let mut row = vec![Ratio::from(0); points];
        row[0] = Ratio::from(1);
        for j in (0..points - 1).filter(|j| *j != i) {
            let b = point(j);
            let scale = if i < points - 1 { (point(i) - b).recip() } else { Ratio::from(1) };
            for k in (0..points).rev() {
                let below = if k > 0 { row[k - 1] } else { Ratio::from(0) };
                row[k] = (below - b * row[k]) * scale;
            }
        }
        row
    };
    (0..points).map(row).collect()
}
