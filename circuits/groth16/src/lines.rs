//! The lines of a Miller loop, which tell on the way whether their point is in the subgroup of G2.
//!
//! The loop of the optimal ate pairing ends with the line through `T = [6x + 2] Q + psi(Q)` and `-psi^2(Q)`, where `psi` is the
//! Frobenius map of the twist. For a point of the subgroup it meets the curve in `psi^3(Q)`, as the three sum to zero (Vercauteren:
//! Optimal pairings, 2008/096, section IV). A test computes that no other points satisfy this.

use ark_bn254::{Config, Fq2, G2Affine};
use ark_ec::AffineRepr as _;
use ark_ec::bn::G2Prepared;
use ark_ff::Zero as _;

use crate::subgroup::psi;

/// The lines of a point of the subgroup.
#[derive(Clone, Debug)]
pub(crate) struct Lines(G2Prepared<Config>);

impl Lines {
    /// Returns the lines of a point, which is on the curve; `None` when it is not in the subgroup.
    pub(crate) fn of(point: &G2Affine) -> Option<Self> {
        let lines = G2Prepared::from(point);
        // The line of a sum is `by_y * y + by_x * x + constant`. Where a formula does not hold, as the two points of a sum have one
        // x, or the one that is doubled has order two, it gives zero for x and z, and so do all that follow: `by_y` is zero then.
        let meets = |(by_y, by_x, constant): &(Fq2, Fq2, Fq2)| {
            let image = psi(psi(psi(point.into_group())));
            !by_y.is_zero() && (*by_y * image.y + *by_x * image.x + constant).is_zero()
        };
        let is_inside = point.is_zero() || lines.ell_coeffs.last().is_some_and(meets);
        is_inside.then_some(Self(lines))
    }
}

impl From<Lines> for G2Prepared<Config> {
    fn from(lines: Lines) -> Self {
        lines.0
    }
}

#[cfg(test)]
mod tests {
    use ark_ec::bn::BnConfig;
    use num_bigint::BigInt;

    use super::*;
    use crate::subgroup::tests::{in_kernel, natural, on_curve, subgroup_order};

    /// The last line meets the curve in `T`, in `-psi^2(Q)` and in the opposite of their sum.
    #[test]
    fn only_points_of_the_subgroup_have_a_last_line_that_meets_their_image() {
        let steps = natural(<Config as BnConfig>::X) * 6u32 + 2u32;
        let polynomial = |low: &[i32]| low.iter().map(|value| BigInt::from(*value)).collect::<Vec<_>>();
        let is_the_third = [&[steps.clone()][..], &polynomial(&[1, -1, 1])].concat();
        assert_eq!(in_kernel(&is_the_third), subgroup_order());
        let is_the_first = [&[steps][..], &polynomial(&[1, 0, -1])].concat();
        assert_eq!(in_kernel(&is_the_first), BigInt::from(1));
        let is_the_second = polynomial(&[0, 0, 1, 1]);
        assert_eq!(in_kernel(&is_the_second), BigInt::from(1));
    }

    #[test]
    fn points_are_those_of_arkworks() {
        on_curve(|point| {
            assert_eq!(Lines::of(&point).is_some(), point.is_in_correct_subgroup_assuming_on_curve());
        });
    }
}
