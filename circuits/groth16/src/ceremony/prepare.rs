//! Powers of tau for phase 2: Lagrange polynomials at tau, and files of fewer powers.

use std::io::{Read, Seek, Write};

use ark_bn254::{Fr, G1Affine, G2Affine};
use ark_poly::{EvaluationDomain as _, Radix2EvaluationDomain};

use super::error::{CeremonyError, Result, argument};
use super::file::{Point, SectionWriter};
use super::powers::write_ptau_header;
use super::ptau::{
    ALPHA, BETA, BETA_G2, CONTRIBUTIONS, LAGRANGE_ALPHA, LAGRANGE_BETA, LAGRANGE_TAU_G1, LAGRANGE_TAU_G2,
    MAGIC, Ptau, TAU_G1, TAU_G2, count, name,
};
use crate::domain;

const POWERS: [u32; 6] = [TAU_G1, TAU_G2, ALPHA, BETA, BETA_G2, CONTRIBUTIONS];

/// Adds what phase 2 needs to powers of tau: for each domain up to their number, the Lagrange polynomials at tau.
///
/// # Errors
/// When the file is damaged or has the power 28, or the writer fails.
pub fn prepare_powers<R: Read + Seek>(ptau: &mut Ptau<R>, output: impl Write + Seek) -> Result<()> {
    if ptau.power > domain::LARGEST {
        return Err(argument("the power", ptau.power, "at most 27, to be prepared for phase 2"));
    }
    let mut writer = SectionWriter::new(output, MAGIC, 11)?;
    write_ptau_header(&mut writer, ptau.power, ptau.ceremony_power)?;
    for kind in POWERS {
        let place = ptau.file.place(kind, name(kind).unwrap_or_default())?;
        ptau.file.copy(place, place.length, &mut writer)?;
    }
    let power = ptau.power;
    // The quotient has twice as many points as there are rows.
    write_lagrange::<G1Affine, _>(ptau, &mut writer, TAU_G1, LAGRANGE_TAU_G1, power + 1)?;
    write_lagrange::<G2Affine, _>(ptau, &mut writer, TAU_G2, LAGRANGE_TAU_G2, power)?;
    write_lagrange::<G1Affine, _>(ptau, &mut writer, ALPHA, LAGRANGE_ALPHA, power)?;
    write_lagrange::<G1Affine, _>(ptau, &mut writer, BETA, LAGRANGE_BETA, power)
}

fn write_lagrange<P: Point, R: Read + Seek>(
    ptau: &mut Ptau<R>,
    writer: &mut SectionWriter<impl Write + Seek>,
    from: u32,
    to: u32,
    most: u32,
) -> Result<()> {
    let place = ptau.file.place(from, name(from).unwrap_or_default())?;
    writer.begin(to, name(to).unwrap_or_default(), (ptau.count(to) * P::BYTES) as u64)?;
    for level in 0..=most {
        let size = 1usize << level;
        let mut points: Vec<P> = ptau.file.points(place, 0, size.min(ptau.count(from)))?;
        let Some(domain) = Radix2EvaluationDomain::<Fr>::new(size) else {
            return Err(argument("the power", level, "at most 28"));
        };
        points.resize(size, P::zero());
        writer.points(&P::inverse_transform(points, &domain))?;
    }
    Ok(())
}

/// Writes the part of prepared powers that circuits of up to `2^power` rows need.
///
/// # Errors
/// When the file is not prepared, damaged or has fewer powers, or the writer fails.
pub fn truncate_powers<R: Read + Seek>(
    ptau: &mut Ptau<R>,
    power: u32,
    output: impl Write + Seek,
) -> Result<()> {
    if power == 0 || power > ptau.power {
        return Err(argument("the power", power, "at least 1, at most that of the file"));
    }
    let mut writer = SectionWriter::new(output, MAGIC, 11)?;
    write_ptau_header(&mut writer, power, ptau.ceremony_power)?;
    for kind in POWERS.into_iter().chain([LAGRANGE_TAU_G1, LAGRANGE_TAU_G2, LAGRANGE_ALPHA, LAGRANGE_BETA]) {
        let section = name(kind).unwrap_or_default();
        if !ptau.file.has(kind) {
            return Err(CeremonyError::NotPrepared { section });
        }
        let place = ptau.file.place(kind, section)?;
        let bytes = match kind {
            CONTRIBUTIONS => place.length,
            TAU_G2 | BETA_G2 | LAGRANGE_TAU_G2 => (count(kind, power) * G2Affine::BYTES) as u64,
            _ => (count(kind, power) * G1Affine::BYTES) as u64,
        };
        ptau.file.copy(place, bytes, &mut writer)?;
    }
    Ok(())
}
