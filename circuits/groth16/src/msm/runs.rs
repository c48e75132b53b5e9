//! Sums of runs of points, by affine additions that share their inversions.
//!
//! Neighbours in a run are added in pairs, all pairs of a block at once, until one point per run is left.

use ark_ec::short_weierstrass::SWCurveConfig;
use ark_ff::{AdditiveGroup as _, Zero as _};

use super::pairs::{AddPairs, Pairs};
use crate::ifma::Ifma;

/// Points of a block: what of it is worked on stays in the processor's nearer caches.
const BLOCK: usize = 4096;
/// Points whose key is the same.
#[derive(Clone, Copy, Debug)]
struct Run {
    key: u32,
    length: u32,
}

/// Adds runs of points; keeps its memory from one call to the next.
#[derive(Debug)]
pub(crate) struct RunAdder<P: SWCurveConfig> {
    /// Infinity is (0, 0), which is not on the curve.
    points: Vec<(P::BaseField, P::BaseField)>,
    runs: Vec<Run>,
    pairs: Pairs<P::BaseField>,
    /// The points after a round; where `pairs` go among them.
    next: Vec<(P::BaseField, P::BaseField)>,
    places: Vec<u32>,
    ifma: Option<Ifma>,
}

impl<P: AddPairs> RunAdder<P> {
    pub(crate) fn new(ifma: Option<Ifma>) -> Self {
        Self {
            points: Vec::with_capacity(BLOCK),
            runs: Vec::with_capacity(BLOCK),
            pairs: Pairs::with_capacity(BLOCK / 2),
            next: Vec::with_capacity(BLOCK),
            places: Vec::with_capacity(BLOCK / 2),
            ifma,
        }
    }

    /// Adds up neighbours with the same key; `emit` gets the sums that are not infinity, in their order.
    pub(crate) fn sum(
        &mut self,
        points: impl Iterator<Item = (u32, P::BaseField, P::BaseField)>,
        mut emit: impl FnMut(u32, P::BaseField, P::BaseField),
    ) {
        for (key, x, y) in points {
            if self.points.len() == BLOCK {
                self.reduce();
                self.flush(1, &mut emit);
            }
            self.points.push((x, y));
            match self.runs.last_mut() {
                Some(run) if run.key == key => run.length += 1,
                _ => self.runs.push(Run { key, length: 1 }),
            }
        }
        self.reduce();
        self.flush(0, &mut emit);
    }

    /// Emits the sums of all runs but the last ones, which stay.
    fn flush(&mut self, stay: usize, emit: &mut impl FnMut(u32, P::BaseField, P::BaseField)) {
        let done = self.runs.len().saturating_sub(stay);
        for (run, (x, y)) in self.runs.drain(..done).zip(self.points.drain(..done)) {
            if !(x.is_zero() && y.is_zero()) {
                emit(run.key, x, y);
            }
        }
    }

    /// Adds until each run has one point.
    fn reduce(&mut self) {
        while self.runs.iter().any(|run| run.length > 1) {
            self.choose();
            P::add(&mut self.pairs, self.ifma);
            for ((place, x), y) in self.places.iter().zip(&self.pairs.x).zip(&self.pairs.y) {
                self.next[*place as usize] = (*x, *y);
            }
            std::mem::swap(&mut self.points, &mut self.next);
        }
    }

    /// Pairs the points of each run; what needs no addition is done.
    fn choose(&mut self) {
        self.pairs.clear();
        self.places.clear();
        self.next.clear();
        let zero = P::BaseField::ZERO;
        let mut points = self.points.as_slice();
        for run in &mut self.runs {
            let (own, others) = points.split_at(run.length as usize);
            points = others;
            let (two, one) = own.as_chunks::<2>();
            for &[first, second] in two {
                let place = u32::try_from(self.next.len()).unwrap_or(u32::MAX);
                let unequal = first.0 != second.0;
                let sum = if first == (zero, zero) {
                    second
                } else if second == (zero, zero) {
                    first
                } else if unequal {
                    self.pairs.push(first, second);
                    self.places.push(place);
                    first
                } else if first.1 == second.1 && !first.1.is_zero() {
                    self.pairs.push_double(first, P::COEFF_A);
                    self.places.push(place);
                    first
                } else {
                    (zero, zero)
                };
                self.next.push(sum);
            }
            self.next.extend_from_slice(one);
            run.length = run.length.div_ceil(2);
        }
    }
}
