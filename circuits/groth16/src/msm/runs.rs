//! Sums of runs of points, by affine additions that share their inversions.
//!
//! Neighbours in a run are added in pairs, all pairs of a block at once, until one point per run is left. The differences
//! of the pairs' abscissas are multiplied up, the product is inverted once, and each inverse is taken back from it: an
//! addition costs six multiplications and its part of an inversion.

use ark_ec::short_weierstrass::SWCurveConfig;
use ark_ff::{AdditiveGroup as _, Field, Zero as _};

/// Points of a block: what of it is worked on stays in the processor's nearer caches.
const BLOCK: usize = 8192;
/// Chains of products, independent so that the processor multiplies several at a time.
const CHAINS: usize = 4;

/// Points whose key is the same.
#[derive(Clone, Copy, Debug)]
struct Run {
    key: u32,
    length: u32,
}

/// What a pair of points, or the last point of a run of odd length, becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// The only point, or the first of a pair whose second is infinity.
    First,
    /// The second of a pair whose first is infinity.
    Second,
    Add,
    Double,
    /// The points of the pair are opposite.
    Infinity,
}

/// Adds runs of points; keeps its memory from one call to the next.
#[derive(Debug)]
pub(crate) struct RunAdder<P: SWCurveConfig> {
    /// Infinity is (0, 0), which is not on the curve.
    x: Vec<P::BaseField>,
    y: Vec<P::BaseField>,
    runs: Vec<Run>,
    steps: Vec<(Step, bool)>,
    denominators: Vec<P::BaseField>,
    inverses: Vec<P::BaseField>,
}

impl<P: SWCurveConfig> RunAdder<P> {
    pub(crate) fn new() -> Self {
        Self {
            x: Vec::with_capacity(BLOCK),
            y: Vec::with_capacity(BLOCK),
            runs: Vec::with_capacity(BLOCK),
            steps: Vec::with_capacity(BLOCK),
            denominators: Vec::with_capacity(BLOCK / 2),
            inverses: Vec::with_capacity(BLOCK / 2),
        }
    }

    /// Adds up neighbours with the same key; `emit` gets the sums that are not infinity, in their order.
    pub(crate) fn sum(
        &mut self,
        points: impl Iterator<Item = (u32, P::BaseField, P::BaseField)>,
        mut emit: impl FnMut(u32, P::BaseField, P::BaseField),
    ) {
        for (key, x, y) in points {
            if self.x.len() == BLOCK {
                self.reduce();
                self.flush(1, &mut emit);
            }
            self.x.push(x);
            self.y.push(y);
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
        for ((run, x), y) in self.runs.drain(..done).zip(self.x.drain(..done)).zip(self.y.drain(..done)) {
            if !(x.is_zero() && y.is_zero()) {
                emit(run.key, x, y);
            }
        }
    }

    /// Adds until each run has one point.
    fn reduce(&mut self) {
        while self.runs.iter().any(|run| run.length > 1) {
            self.choose();
            self.invert();
            self.apply();
        }
    }

    /// Pairs the points of each run, and lists the denominators of the slopes.
    fn choose(&mut self) {
        self.steps.clear();
        self.denominators.clear();
        let mut at = 0;
        for run in &mut self.runs {
            for _ in 0..run.length / 2 {
                let [x1, x2] = [self.x[at], self.x[at + 1]];
                let difference = x2 - x1;
                let step = if difference.is_zero() || x1.is_zero() || x2.is_zero() {
                    let [y1, y2] = [self.y[at], self.y[at + 1]];
                    match () {
                        () if x2.is_zero() && y2.is_zero() => Step::First,
                        () if x1.is_zero() && y1.is_zero() => Step::Second,
                        () if !difference.is_zero() => Step::Add,
                        () if y1 == y2 && !y1.is_zero() => Step::Double,
                        () => Step::Infinity,
                    }
                } else {
                    Step::Add
                };
                match step {
                    Step::Add => self.denominators.push(difference),
                    Step::Double => self.denominators.push(self.y[at].double()),
                    _ => {}
                }
                self.steps.push((step, true));
                at += 2;
            }
            if run.length % 2 == 1 {
                self.steps.push((Step::First, false));
                at += 1;
            }
            run.length = run.length.div_ceil(2);
        }
    }

    /// Inverts all denominators, none of which is zero.
    fn invert(&mut self) {
        let one = P::BaseField::ONE;
        let mut products = [one; CHAINS];
        self.inverses.clear();
        for chunk in self.denominators.chunks(CHAINS) {
            for (product, denominator) in products.iter_mut().zip(chunk) {
                self.inverses.push(*product);
                *product *= denominator;
            }
        }
        // One inversion for all chains.
        let mut before = [one; CHAINS];
        let mut all = one;
        for (before, product) in before.iter_mut().zip(&products) {
            *before = all;
            all *= product;
        }
        let mut inverse = all.inverse().unwrap_or_default();
        for (before, product) in before.into_iter().zip(&mut products).rev() {
            let own = inverse * before;
            inverse *= *product;
            *product = own;
        }
        let mut inverses = self.inverses.chunks_mut(CHAINS);
        let mut denominators = self.denominators.chunks(CHAINS);
        while let (Some(inverses), Some(denominators)) = (inverses.next_back(), denominators.next_back()) {
            for ((product, inverse), denominator) in products.iter_mut().zip(inverses).zip(denominators) {
                *inverse *= *product;
                *product *= denominator;
            }
        }
    }

    /// Replaces each pair by its sum.
    fn apply(&mut self) {
        let (mut from, mut inverses) = (0, self.inverses.iter());
        for (to, &(step, is_pair)) in self.steps.iter().enumerate() {
            let [x1, y1] = [self.x[from], self.y[from]];
            let second = if is_pair { from + 1 } else { from };
            let [x2, y2] = [self.x[second], self.y[second]];
            (self.x[to], self.y[to]) = match (step, step == Step::Add || step == Step::Double) {
                (step, true) => {
                    let rise = if step == Step::Add { y2 - y1 } else { slope_of_double::<P>(x1) };
                    let slope = rise * inverses.next().unwrap_or(&P::BaseField::ZERO);
                    let x = slope.square() - x1 - x2;
                    (x, slope * (x1 - x) - y1)
                }
                (Step::First, _) => (x1, y1),
                (Step::Second, _) => (x2, y2),
                _ => (P::BaseField::ZERO, P::BaseField::ZERO),
            };
            from = second + 1;
        }
        self.x.truncate(self.steps.len());
        self.y.truncate(self.steps.len());
    }
}

/// Returns the numerator of a tangent's slope, `3 x^2 + a`.
fn slope_of_double<P: SWCurveConfig>(x: P::BaseField) -> P::BaseField {
    let square = x.square();
    square.double() + square + P::COEFF_A
}
