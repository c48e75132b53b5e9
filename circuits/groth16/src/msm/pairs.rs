//! Additions of pairs of points, all at once.
//!
//! The denominators of the slopes are multiplied up, the product is inverted once, and each inverse is taken back from it:
//! an addition costs six multiplications and its part of an inversion.

use ark_bn254::{g1, g2};
use ark_ec::short_weierstrass::SWCurveConfig;
use ark_ff::Field;

use crate::ifma::Ifma;

/// Chains of products, independent so that the processor multiplies several at a time.
const CHAINS: usize = 4;

/// Pairs of points `(x1, y1)` and `(x2, y2)` whose sums are wanted, as what the formulas take.
#[derive(Clone, Debug)]
pub(crate) struct Pairs<F> {
    /// `x2 - x1`, or `2 y1` for a doubling; never zero.
    pub(crate) run: Vec<F>,
    /// `y2 - y1`, or `3 x1^2 + a`.
    pub(crate) rise: Vec<F>,
    /// `x1 + x2`.
    pub(crate) sum: Vec<F>,
    /// `x1`; afterwards that of the sum.
    pub(crate) x: Vec<F>,
    /// `y1`; afterwards that of the sum.
    pub(crate) y: Vec<F>,
}

impl<F: Field> Pairs<F> {
    pub(crate) fn with_capacity(count: usize) -> Self {
        let [run, rise, sum, x, y] = [(); 5].map(|()| Vec::with_capacity(count));
        Self { run, rise, sum, x, y }
    }

    pub(crate) fn clear(&mut self) {
        for list in [&mut self.run, &mut self.rise, &mut self.sum, &mut self.x, &mut self.y] {
            list.clear();
        }
    }

    pub(crate) fn push(&mut self, first: (F, F), second: (F, F)) {
        self.run.push(second.0 - first.0);
        self.rise.push(second.1 - first.1);
        self.sum.push(first.0 + second.0);
        self.x.push(first.0);
        self.y.push(first.1);
    }

    pub(crate) fn push_double(&mut self, (x, y): (F, F), a: F) {
        let square = x.square();
        self.run.push(y.double());
        self.rise.push(square.double() + square + a);
        self.sum.push(x.double());
        self.x.push(x);
        self.y.push(y);
    }

    /// Replaces `x` and `y` by those of the sums.
    fn add(&mut self) {
        let inverses = inverses(&self.run);
        let points = self.x.iter_mut().zip(&mut self.y);
        for (((x, y), (rise, sum)), inverse) in points.zip(self.rise.iter().zip(&self.sum)).zip(&inverses) {
            let slope = *rise * inverse;
            let new = slope.square() - sum;
            *y = slope * (*x - new) - *y;
            *x = new;
        }
    }
}

/// Curves whose points are added in pairs.
pub(crate) trait AddPairs: SWCurveConfig {
    /// Replaces `x` and `y` by those of the sums; eight at a time, if the processor can.
    fn add(pairs: &mut Pairs<Self::BaseField>, ifma: Option<Ifma>);
}

impl AddPairs for g1::Config {
    fn add(pairs: &mut Pairs<Self::BaseField>, ifma: Option<Ifma>) {
        match ifma {
            #[cfg(target_arch = "x86_64")]
            Some(ifma) => super::vector::add(pairs, ifma),
            _ => pairs.add(),
        }
    }
}

impl AddPairs for g2::Config {
    fn add(pairs: &mut Pairs<Self::BaseField>, ifma: Option<Ifma>) {
        match ifma {
            #[cfg(target_arch = "x86_64")]
            Some(ifma) => super::vector::add(pairs, ifma),
            _ => pairs.add(),
        }
    }
}

/// Inverts values, none of which is zero.
fn inverses<F: Field>(values: &[F]) -> Vec<F> {
    let mut products = [F::ONE; CHAINS];
    let mut inverses = Vec::with_capacity(values.len());
    for chunk in values.chunks(CHAINS) {
        for (product, value) in products.iter_mut().zip(chunk) {
            inverses.push(*product);
            *product *= value;
        }
    }
    invert_few(&mut products);
    let mut chunks = inverses.chunks_mut(CHAINS);
    let mut values = values.chunks(CHAINS);
    while let (Some(inverses), Some(values)) = (chunks.next_back(), values.next_back()) {
        for ((product, inverse), value) in products.iter_mut().zip(inverses).zip(values) {
            *inverse *= *product;
            *product *= value;
        }
    }
    inverses
}

/// Inverts some values, none of which is zero, with one inversion.
pub(super) fn invert_few<F: Field, const N: usize>(values: &mut [F; N]) {
    let mut before = [F::ONE; N];
    let mut all = F::ONE;
    for (before, value) in before.iter_mut().zip(values.iter()) {
        *before = all;
        all *= value;
    }
    let mut inverse = all.inverse().unwrap_or_default();
    for (before, value) in before.into_iter().zip(values).rev() {
        let own = inverse * before;
        inverse *= *value;
        *value = own;
    }
}

#[cfg(test)]
mod tests {
    use ark_bn254::{Fq, Fq2, G1Affine, G2Affine};
    use ark_ec::AffineRepr;
    use ark_ec::CurveGroup as _;
    use ark_ec::short_weierstrass::Affine;
    use ark_ff::{AdditiveGroup as _, UniformRand as _, Zero as _};
    use ark_std::rand::rngs::StdRng;
    use ark_std::rand::{Rng as _, SeedableRng as _};

    use super::*;

    fn check<P: AddPairs>(add: impl Fn(&mut Pairs<P::BaseField>)) {
        let rng = &mut StdRng::seed_from_u64(1);
        for count in [1usize, 2, 7, 8, 9, 64, 101] {
            let mut pairs = Pairs::with_capacity(count);
            let mut expected = Vec::new();
            for index in 0..count {
                let (p, q) = (Affine::<P>::rand(rng), Affine::<P>::rand(rng));
                if index % 5 == 1 {
                    pairs.push_double((p.x, p.y), P::COEFF_A);
                    expected.push((p + p).into_affine());
                } else {
                    pairs.push((p.x, p.y), (q.x, q.y));
                    expected.push((p + q).into_affine());
                }
            }
            add(&mut pairs);
            let sums = pairs.x.iter().zip(&pairs.y).map(|(x, y)| Affine::<P>::new_unchecked(*x, *y));
            assert!(sums.eq(expected), "{count} pairs");
        }
    }

    #[test]
    fn pairs_are_added() {
        for ifma in [None, Ifma::detect()] {
            check::<<G1Affine as AffineRepr>::Config>(|pairs| <g1::Config as AddPairs>::add(pairs, ifma));
            check::<<G2Affine as AffineRepr>::Config>(|pairs| <g2::Config as AddPairs>::add(pairs, ifma));
        }
    }

    /// Numbers at the ends of their range, which are no points, go through the same steps.
    fn check_edges<P: AddPairs>(number: impl Fn([Fq; 2]) -> P::BaseField) {
        let rng = &mut StdRng::seed_from_u64(2);
        let edges = [Fq::ZERO, Fq::ONE, -Fq::ONE, Fq::from(16u64), -Fq::from(16u64)];
        let mut any = |last: usize| {
            number(
                [(); 2].map(|()| edges.get(rng.gen_range(0..last)).copied().unwrap_or_else(|| Fq::rand(rng))),
            )
        };
        let mut pairs = Pairs::<P::BaseField>::with_capacity(4096);
        for index in 0..4096 {
            let last = if index % 3 == 0 { 8 } else { edges.len() };
            let run = any(last);
            pairs.run.push(if run.is_zero() { P::BaseField::ONE } else { run });
            for list in [&mut pairs.rise, &mut pairs.sum, &mut pairs.x, &mut pairs.y] {
                list.push(any(last));
            }
        }
        let mut expected = pairs.clone();
        expected.add();
        P::add(&mut pairs, Ifma::detect());
        assert!(pairs.x == expected.x && pairs.y == expected.y);
    }

    #[test]
    fn numbers_at_the_ends_of_their_range_are_added() {
        check_edges::<g1::Config>(|[a, _]| a);
        check_edges::<g2::Config>(|[a, b]| Fq2::new(a, b));
    }
}
