//! New powers of tau, and contributions to them.

use std::io::{Read, Seek, Write};

use ark_bn254::{Fq, Fr, G1Affine, G2Affine};
use ark_ec::{AffineRepr as _, CurveGroup as _};
use ark_ff::{Field as _, One as _};
use tensorproof_r1cs::format::modulus_bytes;
use zeroize::Zeroizing;

use super::blake2b::{Blake2b, Saved};
use super::entropy::contribution_stream;
use super::error::{CeremonyError, Result, argument};
use super::file::{CHUNK, Point, SectionFile, SectionWriter};
use super::knowledge::{Knowledge, powers_point};
use super::label::Label;
use super::ptau::{
    ALPHA, BETA, BETA_G2, CONTRIBUTIONS, First, HEADER, MAGIC, PowersContribution, Ptau, TAU_G1, TAU_G2,
    count, name,
};
use crate::domain;

/// Writes the powers of one, to which nobody has contributed yet.
///
/// # Errors
/// When the power is not in `1..=27` or the writer fails.
pub fn new_powers(power: u32, output: impl Write + Seek) -> Result<()> {
    if power == 0 || power > domain::LARGEST {
        return Err(argument("the power", power, "1 to 27"));
    }
    let mut writer = SectionWriter::new(output, MAGIC, 7)?;
    write_ptau_header(&mut writer, power, power)?;
    for kind in [TAU_G1, TAU_G2, ALPHA, BETA, BETA_G2] {
        if matches!(kind, TAU_G2 | BETA_G2) {
            repeat(&mut writer, kind, power, G2Affine::generator())?;
        } else {
            repeat(&mut writer, kind, power, G1Affine::generator())?;
        }
    }
    writer.section(CONTRIBUTIONS, "contributions", &0u32.to_le_bytes())
}

fn repeat<P: Point>(
    writer: &mut SectionWriter<impl Write + Seek>,
    kind: u32,
    power: u32,
    point: P,
) -> Result<()> {
    let count = count(kind, power);
    writer.begin(kind, name(kind).unwrap_or_default(), (count * P::BYTES) as u64)?;
    for from in (0..count).step_by(CHUNK) {
        writer.points(&vec![point; CHUNK.min(count - from)])?;
    }
    Ok(())
}

/// Writes the header of a file.
pub(crate) fn write_ptau_header(
    writer: &mut SectionWriter<impl Write + Seek>,
    power: u32,
    ceremony_power: u32,
) -> Result<()> {
    let mut header = 32u32.to_le_bytes().to_vec();
    header.extend_from_slice(&modulus_bytes::<Fq>());
    header.extend_from_slice(&power.to_le_bytes());
    header.extend_from_slice(&ceremony_power.to_le_bytes());
    writer.section(HEADER, "header", &header)
}

/// Contributes to powers of tau: every power is multiplied by that of a secret factor, which is forgotten, or by that of a
/// beacon, which ends the ceremony. Returns the hash by which the contribution is known.
///
/// The secret comes from the system's randomness and from `text`, which may add to it.
///
/// # Errors
/// When the file is damaged or truncated, the label does not fit, or the writer fails.
pub fn contribute_powers<R: Read + Seek>(
    ptau: &mut Ptau<R>,
    label: &Label,
    text: &str,
    output: impl Read + Write + Seek,
) -> Result<[u8; 64]> {
    label.check()?;
    if ptau.power != ptau.ceremony_power {
        return Err(CeremonyError::Truncated { power: ptau.power, ceremony: ptau.ceremony_power });
    }
    let challenge = ptau.challenge();
    let mut stream = contribution_stream(label, text);
    let (tau, alpha, beta) = (stream.scalar(), stream.scalar(), stream.scalar());
    let mut prove =
        |index: u8, x: &Fr| Knowledge::prove(x, &mut stream, |s, sx| powers_point(index, &challenge, s, sx));
    let knowledge = [prove(0, &tau), prove(1, &alpha), prove(2, &beta)];
    drop(stream);

    let mut response = Blake2b::new();
    response.update(&challenge);
    let mut writer = SectionWriter::new(output, MAGIC, 7)?;
    write_ptau_header(&mut writer, ptau.power, ptau.power)?;
    let one = Fr::one();
    let mut update = Update { power: ptau.power, tau: &tau, response: &mut response };
    update.section::<G1Affine, _>(&mut ptau.file, &mut writer, TAU_G1, &one)?;
    update.section::<G2Affine, _>(&mut ptau.file, &mut writer, TAU_G2, &one)?;
    update.section::<G1Affine, _>(&mut ptau.file, &mut writer, ALPHA, &alpha)?;
    update.section::<G1Affine, _>(&mut ptau.file, &mut writer, BETA, &beta)?;
    update.section::<G2Affine, _>(&mut ptau.file, &mut writer, BETA_G2, &beta)?;
    let state = Saved::of(&response);

    let last = ptau.contributions.last().map_or_else(First::one, |last| last.first);
    let first = First {
        tau_g1: (last.tau_g1 * *tau).into_affine(),
        tau_g2: (last.tau_g2 * *tau).into_affine(),
        alpha_g1: (last.alpha_g1 * *alpha).into_affine(),
        beta_g1: (last.beta_g1 * *beta).into_affine(),
        beta_g2: (last.beta_g2 * *beta).into_affine(),
    };
    let label = label.clone();
    let mut contribution = PowersContribution { first, knowledge, state, next_challenge: [0; 64], label };
    let hash = contribution.response_hash();
    contribution.next_challenge = writer.read_back(|written| {
        let mut hasher = Blake2b::new();
        hasher.update(&hash);
        hash_points(written, ptau.power, &mut hasher)?;
        Ok(hasher.finish())
    })?;
    let contributions: Vec<_> = ptau.contributions.iter().chain([&contribution]).collect();
    writer.section(CONTRIBUTIONS, "contributions", &contributions_bytes(&contributions))?;
    Ok(hash)
}

fn contributions_bytes(contributions: &[&PowersContribution]) -> Vec<u8> {
    let mut bytes = u32::try_from(contributions.len()).unwrap_or(u32::MAX).to_le_bytes().to_vec();
    for contribution in contributions {
        bytes.extend_from_slice(&contribution.to_bytes());
    }
    bytes
}

/// What all sections are multiplied by, and hashed into.
struct Update<'u> {
    power: u32,
    tau: &'u Fr,
    response: &'u mut Blake2b,
}

impl Update<'_> {
    /// Writes a section with point `i` multiplied by `factor * tau^i`.
    fn section<P: Point, W: Write + Seek>(
        &mut self,
        file: &mut SectionFile<impl Read + Seek>,
        writer: &mut SectionWriter<W>,
        kind: u32,
        factor: &Fr,
    ) -> Result<()> {
        let name = name(kind).unwrap_or_default();
        let place = file.place(kind, name)?;
        let count = count(kind, self.power);
        writer.begin(kind, name, place.length)?;
        file.for_each_chunk::<P>(place, count, |from, points| {
            let mut factors = Zeroizing::new(Vec::with_capacity(points.len()));
            let mut next = Zeroizing::new(self.tau.pow([from as u64]) * factor);
            for _ in 0..points.len() {
                factors.push(*next);
                *next *= self.tau;
            }
            let points = P::multiples(&points, |index| factors[index]);
            for point in &points {
                point.hash_compressed_into(self.response);
            }
            writer.points(&points)
        })
    }
}

/// Adds all powers to a hash.
pub(crate) fn hash_points(
    file: &mut SectionFile<impl Read + Seek>,
    power: u32,
    hasher: &mut Blake2b,
) -> Result<()> {
    for kind in [TAU_G1, TAU_G2, ALPHA, BETA, BETA_G2] {
        let place = file.place(kind, name(kind).unwrap_or_default())?;
        if matches!(kind, TAU_G2 | BETA_G2) {
            hash_section::<G2Affine>(file, place, count(kind, power), hasher)?;
        } else {
            hash_section::<G1Affine>(file, place, count(kind, power), hasher)?;
        }
    }
    Ok(())
}

fn hash_section<P: Point>(
    file: &mut SectionFile<impl Read + Seek>,
    place: super::file::Place,
    count: usize,
    hasher: &mut Blake2b,
) -> Result<()> {
    file.for_each_chunk::<P>(place, count, |_, points| {
        for point in &points {
            point.hash_into(hasher);
        }
        Ok(())
    })
}
