//! Points that are all doubled, or added to, at once.

use ark_ec::AffineRepr as _;
use ark_ec::short_weierstrass::Affine;
use ark_ff::{AdditiveGroup as _, Zero as _};

use crate::ifma::Ifma;
use crate::msm::{AddPairs, Pairs};

/// Points, each of which is changed by the same step.
#[derive(Debug)]
pub(super) struct Batch<P: AddPairs> {
    points: Vec<Affine<P>>,
    pairs: Pairs<P::BaseField>,
    /// Where `pairs` go.
    places: Vec<usize>,
    ifma: Option<Ifma>,
}

impl<P: AddPairs> Batch<P> {
    pub(super) fn new(points: &[Affine<P>], ifma: Option<Ifma>) -> Self {
        let pairs = Pairs::with_capacity(points.len());
        Self { points: points.to_vec(), pairs, places: Vec::with_capacity(points.len()), ifma }
    }

    pub(super) fn points(&self) -> &[Affine<P>] {
        &self.points
    }

    /// Doubles each point.
    pub(super) fn double(&mut self) {
        for (place, point) in self.points.iter_mut().enumerate() {
            if point.is_zero() {
                continue;
            }
            if point.y.is_zero() {
                *point = Affine::identity();
                continue;
            }
            self.pairs.push_double((point.x, point.y), P::COEFF_A);
            self.places.push(place);
        }
        self.finish();
    }

    /// Adds to each point what there is for it.
    pub(super) fn add(&mut self, other: impl Fn(usize) -> Option<Affine<P>>) {
        for (place, point) in self.points.iter_mut().enumerate() {
            let Some(other) = other(place).filter(|other| !other.is_zero()) else {
                continue;
            };
            if point.is_zero() {
                *point = other;
            } else if point.x != other.x {
                self.pairs.push((point.x, point.y), (other.x, other.y));
                self.places.push(place);
            } else if point.y == other.y && point.y != P::BaseField::ZERO {
                self.pairs.push_double((point.x, point.y), P::COEFF_A);
                self.places.push(place);
            } else {
                *point = Affine::identity();
            }
        }
        self.finish();
    }

    fn finish(&mut self) {
        P::add(&mut self.pairs, self.ifma);
        for ((place, x), y) in self.places.drain(..).zip(&self.pairs.x).zip(&self.pairs.y) {
            self.points[place] = Affine::new_unchecked(*x, *y);
        }
        self.pairs.clear();
    }
}
