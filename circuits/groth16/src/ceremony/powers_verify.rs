//! Verification of powers of tau.
//!
//! The chain of contributions is followed by pairings. That the points are powers is checked with random linear
//! combinations: with random `r_i`, the ratio of `sum r_i P_(i+1)` to `sum r_i P_i` must be tau, which fails with
//! probability 2^-254 unless it is for all. The Lagrange polynomials are the inverse Fourier transform of the powers: for
//! random `c`, the sum of the powers with `c` must be that of the polynomials with the transform of `c`.

use std::io::{Read, Seek};

use ark_bn254::{Bn254, Fr, G1Affine, G2Affine};
use ark_ec::pairing::Pairing as _;
use ark_ec::{AffineRepr as _, CurveGroup as _, VariableBaseMSM as _};
use ark_ff::{UniformRand as _, Zero as _};
use ark_poly::{EvaluationDomain as _, Radix2EvaluationDomain};
use ark_std::rand::SeedableRng as _;
use ark_std::rand::rngs::StdRng;

use super::blake2b::Blake2b;
use super::entropy::contribution_stream;
use super::error::{CeremonyError, Result, argument, section};
use super::file::Point;
use super::first_challenge::first_challenge;
use super::knowledge::{Knowledge, powers_point, same_ratio};
use super::label::{Label, beacon_hashes};
use super::ptau::{
    ALPHA, BETA, BETA_G2, First, LAGRANGE_ALPHA, LAGRANGE_BETA, LAGRANGE_TAU_G1, LAGRANGE_TAU_G2,
    PowersContribution, Ptau, TAU_G1, TAU_G2, name,
};
use super::wire::Hashed as _;
use crate::domain;

/// A contribution that was verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contribution {
    /// What it says of itself.
    pub label: Label,
    /// The hash by which its maker knows it.
    pub hash: [u8; 64],
}

/// Verifies powers of tau: the whole chain of contributions, that every point is the power that it should be, and the
/// sections of phase 2 if they are there. Returns the contributions.
///
/// # Errors
/// What does not hold first, by its section.
pub fn verify_powers<R: Read + Seek>(ptau: &mut Ptau<R>) -> Result<Vec<Contribution>> {
    beacon_hashes(ptau.labels())?;
    if ptau.power > domain::LARGEST && ptau.file.has(LAGRANGE_TAU_G1) {
        return Err(argument("the power of what is prepared for phase 2", ptau.power, "at most 27"));
    }
    let verified = verify_chain(ptau)?;
    let Some(last) = ptau.contributions.last().cloned() else {
        return Err(CeremonyError::NoContribution);
    };
    if ptau.first()? != last.first {
        return Err(section("contributions", "the last one leads to other powers than those of the file"));
    }
    let hash = verify_points(ptau, &last)?;
    if ptau.power == ptau.ceremony_power && hash != last.next_challenge {
        return Err(section("contributions", "the last challenge is not the hash of the powers"));
    }
    for (powers, lagrange) in [(ALPHA, LAGRANGE_ALPHA), (BETA, LAGRANGE_BETA), (TAU_G1, LAGRANGE_TAU_G1)] {
        if ptau.file.has(lagrange) {
            let most = ptau.power + u32::from(powers == TAU_G1);
            (0..=most).try_for_each(|level| verify_lagrange(ptau, powers, lagrange, level, is_top_power))?;
        }
    }
    if ptau.file.has(LAGRANGE_TAU_G2) {
        let mut levels = 0..=ptau.power;
        levels.try_for_each(|level| {
            verify_lagrange::<G2Affine, R>(ptau, TAU_G2, LAGRANGE_TAU_G2, level, |_, _| Ok(false))
        })?;
    }
    Ok(verified)
}

fn verify_chain<R>(ptau: &Ptau<R>) -> Result<Vec<Contribution>> {
    let (mut first, mut challenge) = (First::one(), first_challenge(ptau.ceremony_power));
    let mut verified = Vec::new();
    for (index, contribution) in ptau.contributions.iter().enumerate() {
        let refused = |reason| CeremonyError::Contribution {
            number: index + 1,
            name: contribution.label.name.clone(),
            reason,
        };
        verify_step(&first, &challenge, contribution).map_err(refused)?;
        (first, challenge) = (contribution.first, contribution.next_challenge);
        let hash = contribution.response_hash();
        verified.push(Contribution { label: contribution.label.clone(), hash });
    }
    Ok(verified)
}

fn verify_step(
    before: &First,
    challenge: &[u8; 64],
    contribution: &PowersContribution,
) -> std::result::Result<(), &'static str> {
    let after = &contribution.first;
    let [tau, alpha, beta] = &contribution.knowledge;
    let points: [G2Affine; 3] = std::array::from_fn(|index| {
        let proof = &contribution.knowledge[index];
        powers_point(u8::try_from(index).unwrap_or(u8::MAX), challenge, &proof.s, &proof.sx)
    });
    let [tau_p, alpha_p, beta_p] = points;
    if !tau.holds(tau_p) || !alpha.holds(alpha_p) || !beta.holds(beta_p) {
        return Err("its maker did not prove to know the factors");
    }
    let follows = same_ratio([before.tau_g1, after.tau_g1], [tau_p, tau.px])
        && same_ratio([before.alpha_g1, after.alpha_g1], [alpha_p, alpha.px])
        && same_ratio([before.beta_g1, after.beta_g1], [beta_p, beta.px])
        && same_ratio([tau.s, tau.sx], [before.tau_g2, after.tau_g2])
        && same_ratio([beta.s, beta.sx], [before.beta_g2, after.beta_g2]);
    if !follows {
        return Err("its powers are not those before it, times its factors");
    }
    if contribution.label.beacon.is_some() {
        let mut stream = contribution_stream(&contribution.label, "");
        let factors = [stream.scalar(), stream.scalar(), stream.scalar()];
        for (index, factor) in factors.iter().enumerate() {
            let expected = Knowledge::prove(factor, &mut stream, |_, _| points[index]);
            if expected != contribution.knowledge[index] {
                return Err("it does not come from its beacon");
            }
        }
    }
    Ok(())
}

/// Checks that all points are powers, and returns the hash of them after that of the last response.
fn verify_points<R: Read + Seek>(ptau: &mut Ptau<R>, last: &PowersContribution) -> Result<[u8; 64]> {
    let mut hasher = Blake2b::new();
    hasher.update(&last.response_hash());
    let (g1, g2) = (G1Affine::generator(), G2Affine::generator());
    let (tau_g1, tau_g2) = (last.first.tau_g1, last.first.tau_g2);
    let reason = "the points are not successive powers of tau";

    let (start, sums) = sums::<G1Affine, R>(ptau, TAU_G1, &mut hasher)?;
    if start != g1 || !same_ratio(sums, [g2, tau_g2]) {
        return Err(section("tauG1", reason));
    }
    let (start, [low, high]) = self::sums::<G2Affine, R>(ptau, TAU_G2, &mut hasher)?;
    if start != g2 || !same_ratio([g1, tau_g1], [low, high]) {
        return Err(section("tauG2", reason));
    }
    for (kind, name) in [(ALPHA, "alphaTauG1"), (BETA, "betaTauG1")] {
        let (_, sums) = self::sums::<G1Affine, R>(ptau, kind, &mut hasher)?;
        if !same_ratio(sums, [g2, tau_g2]) {
            return Err(section(name, reason));
        }
    }
    if !same_ratio([g1, last.first.beta_g1], [g2, last.first.beta_g2]) {
        return Err(section("betaG2", "beta is another than in G1"));
    }
    let place = ptau.file.place(BETA_G2, "betaG2")?;
    ptau.file.points::<G2Affine>(place, 0, 1)?.iter().for_each(|point| point.hash_into(&mut hasher));
    Ok(hasher.finish())
}

/// Returns the first point of a section, and the sums of all points but the last and of all but the first with the same
/// random factors.
fn sums<P: Point, R: Read + Seek>(
    ptau: &mut Ptau<R>,
    kind: u32,
    hasher: &mut Blake2b,
) -> Result<(P, [P; 2])> {
    let count = ptau.count(kind);
    let place = ptau.file.place(kind, name(kind).unwrap_or_default())?;
    let mut rng = StdRng::from_entropy();
    let (mut low, mut high) = (P::Group::zero(), P::Group::zero());
    let mut start = P::zero();
    // The factor of the pair that the last point of the chunk before begins.
    let mut carried = Fr::zero();
    ptau.file.for_each_chunk::<P>(place, count, |from, points| {
        for point in &points {
            point.hash_into(hasher);
        }
        let mut factors = vec![carried];
        factors.extend(points.iter().map(|_| Fr::rand(&mut rng)));
        if from == 0 {
            start = points[0];
        }
        if from + points.len() == count {
            factors[points.len()] = Fr::zero();
        }
        low += P::Group::msm_unchecked(&points, &factors[1..]);
        high += P::Group::msm_unchecked(&points, &factors[..points.len()]);
        carried = factors[points.len()];
        Ok(())
    })?;
    Ok((start, [low.into_affine(), high.into_affine()]))
}

/// Checks the Lagrange polynomials of one domain; `is_top` tells whether a point is the power that the file lacks.
fn verify_lagrange<P: Point, R: Read + Seek>(
    ptau: &mut Ptau<R>,
    powers: u32,
    lagrange: u32,
    level: u32,
    is_top: impl FnOnce(&mut Ptau<R>, P) -> Result<bool>,
) -> Result<()> {
    let refused =
        section(name(lagrange).unwrap_or_default(), "the points are not the Lagrange polynomials at tau");
    let size = 1usize << level;
    let Some(domain) = Radix2EvaluationDomain::<Fr>::new(size) else {
        return Err(argument("the power", level, "at most 28"));
    };
    let polynomials: Vec<P> = ptau.lagrange(lagrange, level)?;
    let available = size.min(ptau.count(powers));
    let place = ptau.file.place(powers, name(powers).unwrap_or_default())?;
    let points: Vec<P> = ptau.file.points(place, 0, available)?;
    let mut rng = StdRng::from_entropy();
    let mut factors: Vec<Fr> = (0..size).map(|_| Fr::rand(&mut rng)).collect();
    let mut expected = P::Group::msm_unchecked(&points, &factors);
    if available < size {
        // The file has one power less than the largest domain has points. Prepared powers take it for zero; in truncated
        // ones it is the true power, which the polynomials determine, and a pairing tells whether it is right.
        let mut last = vec![Fr::zero(); size];
        last[size - 1] = 1u64.into();
        domain.fft_in_place(&mut last);
        let top = P::Group::msm_unchecked(&polynomials, &last);
        if !top.is_zero() && !is_top(ptau, top.into_affine())? {
            return Err(refused);
        }
        expected += top * factors[size - 1];
    }
    domain.fft_in_place(&mut factors);
    if P::Group::msm_unchecked(&polynomials, &factors) == expected { Ok(()) } else { Err(refused) }
}

/// Returns whether a point is `tau^(2n-1)`, where the file has the powers of G1 below it and n powers of G2.
fn is_top_power<R: Read + Seek>(ptau: &mut Ptau<R>, top: G1Affine) -> Result<bool> {
    let half = 1usize << ptau.power;
    let g1: G1Affine = ptau.file.points(ptau.file.place(TAU_G1, "tauG1")?, half, 1)?[0];
    let g2: G2Affine = ptau.file.points(ptau.file.place(TAU_G2, "tauG2")?, half - 1, 1)?[0];
    Ok(Bn254::multi_pairing([top, -g1], [G2Affine::generator(), g2]).is_zero())
}
