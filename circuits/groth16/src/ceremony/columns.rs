//! Sums of points over the columns of sparse matrices: what a key holds of each wire.

use ark_bn254::Fr;
use ark_ec::{CurveGroup as _, VariableBaseMSM as _};
use ark_ff::{BigInteger as _, One as _, PrimeField as _, Zero as _};
use rayon::prelude::*;
use tensorproof_r1cs::{Matrix, Wire};

use super::file::Point;

/// Columns with more terms than this are summed by a multi-scalar multiplication.
const LONG: usize = 256;

/// The terms of a matrix, column after column.
pub(crate) struct Columns {
    ends: Vec<usize>,
    /// Row, and position of the coefficient; `ONE` for the rows of the public signals.
    terms: Vec<(u32, u32)>,
}

const ONE: u32 = u32::MAX;

impl Columns {
    /// Returns the columns of a matrix, below which there is one row with a one for each of the first `bound` wires.
    pub(crate) fn of(matrix: &Matrix, wires: u32, bound: u32) -> Self {
        let rows = u32::try_from(matrix.len()).unwrap_or(u32::MAX);
        let entries = || {
            let terms = (0..rows).zip(matrix.rows());
            let terms = terms
                .flat_map(|(row, terms)| terms.iter().map(move |term| (term.wire, row, term.coefficient)));
            terms.chain((0..bound).map(|wire| (Wire(wire), rows + wire, ONE)))
        };
        let mut places = vec![0; wires as usize + 1];
        for (wire, _, _) in entries() {
            places[wire.index() + 1] += 1;
        }
        for wire in 0..wires as usize {
            places[wire + 1] += places[wire];
        }
        let mut terms = vec![(0, 0); places[wires as usize]];
        for (wire, row, coefficient) in entries() {
            terms[places[wire.index()]] = (row, coefficient);
            places[wire.index()] += 1;
        }
        // Each start has moved to its column's end.
        places.truncate(wires as usize);
        Self { ends: places, terms }
    }

    fn column(&self, wire: usize) -> &[(u32, u32)] {
        let start = if wire == 0 { 0 } else { self.ends[wire - 1] };
        &self.terms[start..self.ends[wire]]
    }
}

/// Returns for each wire the sum of `coefficient * point[row]` over its columns, each with points of its own.
pub(crate) fn sums<P: Point>(
    parts: &[(&Columns, &[P])],
    coefficients: &[Fr],
    wires: std::ops::Range<usize>,
) -> Vec<P> {
    let value = |coefficient: u32| coefficients.get(coefficient as usize).copied().unwrap_or_else(Fr::one);
    let sum = |wire: usize| {
        let length: usize = parts.iter().map(|(columns, _)| columns.column(wire).len()).sum();
        let terms = parts.iter().flat_map(|(columns, points)| {
            columns.column(wire).iter().map(|(row, coefficient)| (points[*row as usize], value(*coefficient)))
        });
        if length > LONG {
            let (points, values): (Vec<P>, Vec<Fr>) = terms.unzip();
            return P::Group::msm_unchecked(&points, &values);
        }
        terms.fold(P::Group::zero(), |sum, (point, value)| sum + product(point, value))
    };
    let sums: Vec<P::Group> = wires.into_par_iter().map(sum).collect();
    sums.par_chunks(1024).flat_map_iter(P::Group::normalize_batch).collect()
}

/// Returns the product with a value that is mostly small, or the opposite of a small one.
fn product<P: Point>(point: P, value: Fr) -> P::Group {
    let (integer, opposite) = (value.into_bigint(), (-value).into_bigint());
    let (point, integer) =
        if opposite < integer { (-point.into_group(), opposite) } else { (point.into(), integer) };
    if integer.num_bits() > 64 {
        return point * Fr::from_bigint(integer).unwrap_or_default();
    }
    let mut product = P::Group::zero();
    for bit in (0..integer.num_bits()).rev() {
        product += product;
        if integer.0[0] >> bit & 1 == 1 {
            product += point;
        }
    }
    product
}
