//! The lines of a Miller loop, which tell on the way whether their point is in the subgroup of G2.
//!
//! The loop of the optimal ate pairing ends in `[6x + 2] Q + psi(Q) - psi^2(Q)`, with `psi` the Frobenius map of the twist, which for a
//! point of the subgroup is `-psi^3(Q)` (Vercauteren: Optimal pairings, 2008/096, section IV). A test computes that it is for no
//! other point.

use ark_bn254::{Config, Fq, Fq2, G1Affine, G2Affine, g2};
use ark_ec::AffineRepr as _;
use ark_ec::bn::BnConfig;
use ark_ec::short_weierstrass::SWCurveConfig as _;
use ark_ff::{AdditiveGroup as _, Field as _, Zero as _};

use crate::subgroup::psi;
use crate::tower::product;

/// The lines of a point of the subgroup, in the order in which the loop meets them; none for infinity.
#[derive(Clone, Debug)]
pub(crate) struct Lines(Vec<Line>);

impl Lines {
    /// Returns the lines of a point, which is on the curve; `None` when it is not in the subgroup.
    pub(crate) fn of(point: &G2Affine) -> Option<Self> {
        if point.is_zero() {
            return Some(Self(Vec::new()));
        }
        let mut lines = Vec::with_capacity(2 * <Config as BnConfig>::ATE_LOOP_COUNT.len());
        let mut walk = Walk { x: point.x, y: point.y, z: Fq2::ONE };
        for digit in digits() {
            lines.push(walk.double());
            match digit {
                1 => lines.push(walk.add(point)),
                -1 => lines.push(walk.add(&-*point)),
                _ => {}
            }
        }
        let [once, twice, thrice] = images(point);
        lines.push(walk.add(&once));
        lines.push(walk.add(&-twice));
        walk.is(&-thrice).then_some(Self(lines))
    }

    /// Returns the lines, double by double: those of the double and of the addition behind it, and in the end of the last two.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Line> {
        self.0.iter()
    }
}

/// Returns the digits of `6x + 2` behind the first, -1 to 1, the most significant first.
pub(crate) fn digits() -> impl Iterator<Item = i8> {
    <Config as BnConfig>::ATE_LOOP_COUNT.iter().rev().skip(1).copied()
}

/// Returns a point's images under psi, applied once, twice and three times.
fn images(point: &G2Affine) -> [G2Affine; 3] {
    let image = |point: &G2Affine| {
        let image = psi(point.into_group());
        G2Affine::new_unchecked(image.x, image.y)
    };
    let once = image(point);
    let twice = image(&once);
    [once, twice, image(&twice)]
}

/// A line `by_y * y + by_x * x + constant` on the twist, up to a factor.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    by_y: Fq2,
    by_x: Fq2,
    constant: Fq2,
}

impl Line {
    /// Returns the line at a point of G1: the factors of 1, w and v w in the field of the pairing.
    pub(crate) fn at(&self, point: &G1Affine) -> [Fq2; 3] {
        let [mut one, mut w] = [self.by_y, self.by_x];
        one.mul_assign_by_fp(&point.y);
        w.mul_assign_by_fp(&point.x);
        [one, w, self.constant]
    }
}

/// A multiple of the point, `(x / z, y / z)`, with the formulas of "The Realm of the Pairings" (Aranha, Barreto, Longa, Ricardini,
/// 2013/722, section 4).
///
/// They do not hold where a point of order two is doubled, or the points of a sum have one x: x and z are zero then, and remain so.
struct Walk {
    x: Fq2,
    y: Fq2,
    z: Fq2,
}

impl Walk {
    /// Doubles the point, and returns the tangent.
    fn double(&mut self) -> Line {
        let half = |mut value: Fq2| {
            value.mul_assign_by_fp(&HALF);
            value
        };
        let a = half(product(&self.x, &self.y));
        let b = self.y.square();
        let c = self.z.square();
        let e = product(&g2::Config::COEFF_B, &(c.double() + c));
        let f = e.double() + e;
        let g = half(b + f);
        let h = (self.y + self.z).square() - (b + c);
        let square = self.x.square();
        let line = Line { by_y: -h, by_x: square.double() + square, constant: e - b };
        let e = e.square();
        self.x = product(&a, &(b - f));
        self.y = g.square() - (e.double() + e);
        self.z = product(&b, &h);
        line
    }

    /// Adds a point, and returns the line through both.
    fn add(&mut self, point: &G2Affine) -> Line {
        let theta = self.y - product(&point.y, &self.z);
        let lambda = self.x - product(&point.x, &self.z);
        let d = lambda.square();
        let e = product(&lambda, &d);
        let f = product(&self.z, &theta.square());
        let g = product(&self.x, &d);
        let h = e + f - g.double();
        self.x = product(&lambda, &h);
        self.y = product(&theta, &(g - h)) - product(&e, &self.y);
        self.z = product(&self.z, &e);
        let constant = product(&theta, &point.x) - product(&lambda, &point.y);
        Line { by_y: lambda, by_x: -theta, constant }
    }

    /// Returns whether it has arrived at a point other than infinity.
    fn is(&self, point: &G2Affine) -> bool {
        !self.z.is_zero() && self.x == point.x * self.z && self.y == point.y * self.z
    }
}

/// 1/2.
const HALF: Fq =
    ark_ff::MontFp!("10944121435919637611123202872628637544348155578648911831344518947322613104292");

#[cfg(test)]
mod tests {
    use num_bigint::BigInt;

    use super::*;
    use crate::subgroup::tests::{in_kernel, natural, on_curve, subgroup_order};

    #[test]
    fn only_points_of_the_subgroup_arrive_at_their_image() {
        let steps = natural(<Config as BnConfig>::X) * 6u32 + 2u32;
        let polynomial = [steps, BigInt::from(1), BigInt::from(-1), BigInt::from(1)];
        assert_eq!(in_kernel(&polynomial), subgroup_order());
    }

    #[test]
    fn points_are_those_of_arkworks() {
        on_curve(|point| {
            assert_eq!(Lines::of(&point).is_some(), point.is_in_correct_subgroup_assuming_on_curve());
        });
    }

    /// What the formulas give where they do not hold never arrives anywhere.
    #[test]
    fn a_walk_that_met_its_point_has_lost_its_way() {
        on_curve(|point| {
            let walk = || Walk { x: point.x, y: point.y, z: Fq2::ONE };
            for other in [point, -point] {
                let mut walk = walk();
                walk.add(&other);
                for _ in 0..3 {
                    assert!(walk.x.is_zero() && walk.z.is_zero());
                    walk.double();
                    assert!(walk.x.is_zero() && walk.z.is_zero());
                    walk.add(&point);
                }
            }
            let mut of_order_two = Walk { y: Fq2::ZERO, ..walk() };
            of_order_two.double();
            assert!(of_order_two.x.is_zero() && of_order_two.z.is_zero());
        });
    }
}
