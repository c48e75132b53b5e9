//! snarkjs' `.ptau`: powers of tau, and who contributed to them.
//!
//! Sections: 1 header, 2 `tau^i` in G1, 3 in G2, 4 `alpha tau^i`, 5 `beta tau^i` in G1, 6 `beta` in G2, 7 contributions;
//! in files that are prepared for phase 2, 12 to 15 the Lagrange polynomials at tau of all domains up to the power, times
//! what stands in sections 2 to 5.
//!
//! Source: Bowe, Gabizon, Miers, "Scalable Multi-party Computation for zk-SNARK Parameters in the Random Beacon Model"
//! (eprint 2017/1050), and files that snarkjs writes.

use std::io::{Read, Seek};

use ark_bn254::{Fq, G1Affine, G2Affine};
use ark_ec::AffineRepr as _;
use tensorproof_r1cs::format::{Cursor, FormatError};

use super::blake2b::{STATE_BYTES, Saved};
use super::error::{CeremonyError, Result};
use super::file::{LONGEST_CONTRIBUTIONS, LONGEST_HEADER, Place, Point, SectionFile, expect_points};
use super::first_challenge::first_challenge;
use super::knowledge::Knowledge;
use super::label::Label;
use super::wire::Hashed as _;
use crate::points::{G1_BYTES, G2_BYTES, read_g1, read_g2};
use crate::subgroup::all_in_subgroup;

pub(crate) const MAGIC: &str = "ptau";
/// Largest power of a file: that of the field's roots of unity. Circuits reach [half as far](crate::domain::LARGEST).
const LARGEST: u32 = 28;

pub(crate) const HEADER: u32 = 1;
pub(crate) const TAU_G1: u32 = 2;
pub(crate) const TAU_G2: u32 = 3;
pub(crate) const ALPHA: u32 = 4;
pub(crate) const BETA: u32 = 5;
pub(crate) const BETA_G2: u32 = 6;
pub(crate) const CONTRIBUTIONS: u32 = 7;
pub(crate) const LAGRANGE_TAU_G1: u32 = 12;
pub(crate) const LAGRANGE_TAU_G2: u32 = 13;
pub(crate) const LAGRANGE_ALPHA: u32 = 14;
pub(crate) const LAGRANGE_BETA: u32 = 15;

/// Returns the name of a section.
pub(crate) fn name(kind: u32) -> Option<&'static str> {
    Some(match kind {
        HEADER => "header",
        TAU_G1 => "tauG1",
        TAU_G2 => "tauG2",
        ALPHA => "alphaTauG1",
        BETA => "betaTauG1",
        BETA_G2 => "betaG2",
        CONTRIBUTIONS => "contributions",
        LAGRANGE_TAU_G1 => "lagrange tauG1",
        LAGRANGE_TAU_G2 => "lagrange tauG2",
        LAGRANGE_ALPHA => "lagrange alphaTauG1",
        LAGRANGE_BETA => "lagrange betaTauG1",
        _ => return None,
    })
}

/// The first powers, which each contribution multiplies by its factors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct First {
    pub(crate) tau_g1: G1Affine,
    pub(crate) tau_g2: G2Affine,
    pub(crate) alpha_g1: G1Affine,
    pub(crate) beta_g1: G1Affine,
    pub(crate) beta_g2: G2Affine,
}

impl First {
    /// Everything one, as before the first contribution.
    pub(crate) fn one() -> Self {
        let (g1, g2) = (G1Affine::generator(), G2Affine::generator());
        Self { tau_g1: g1, tau_g2: g2, alpha_g1: g1, beta_g1: g1, beta_g2: g2 }
    }
}

/// A contribution to the powers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PowersContribution {
    /// The first powers after it.
    pub(crate) first: First,
    /// Proofs that its maker knew the factors of tau, alpha and beta.
    pub(crate) knowledge: [Knowledge; 3],
    /// The state of the response's hash before the proofs.
    pub(crate) state: Saved,
    /// What the next contribution starts from.
    pub(crate) next_challenge: [u8; 64],
    pub(crate) label: Label,
}

impl PowersContribution {
    /// Reads a contribution to powers of which the response has so many bytes before the proofs.
    fn read(section: &mut Cursor<'_>, response: u64) -> std::result::Result<Self, FormatError> {
        let at = section.clone();
        let first = First {
            tau_g1: read_g1(section)?,
            tau_g2: read_g2(section)?,
            alpha_g1: read_g1(section)?,
            beta_g1: read_g1(section)?,
            beta_g2: read_g2(section)?,
        };
        let mut pairs = [[G1Affine::identity(); 2]; 3];
        for point in pairs.as_flattened_mut() {
            *point = read_g1(section)?;
        }
        let points = [read_g2(section)?, read_g2(section)?, read_g2(section)?];
        if !all_in_subgroup(&[&points[..], &[first.tau_g2, first.beta_g2]].concat()) {
            return Err(at.unexpected("a point outside the subgroup", "points of G2"));
        }
        let knowledge = std::array::from_fn(|index| {
            let [s, sx] = pairs[index];
            Knowledge { s, sx, px: points[index] }
        });
        let at = section.clone();
        let mut state = [0; STATE_BYTES];
        state.copy_from_slice(section.take(STATE_BYTES)?);
        let Some(state) = Saved::read(state, response) else {
            let expected = format!("the one of Blake2b-512 after {response} bytes");
            return Err(at.unexpected("another state of the response's hash", expected));
        };
        let mut next_challenge = [0; 64];
        next_challenge.copy_from_slice(section.take(64)?);
        Ok(Self { first, knowledge, state, next_challenge, label: Label::read(section)? })
    }

    /// Returns the bytes in a file.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let First { tau_g1, tau_g2, alpha_g1, beta_g1, beta_g2 } = &self.first;
        tau_g1.write(&mut bytes);
        tau_g2.write(&mut bytes);
        alpha_g1.write(&mut bytes);
        beta_g1.write(&mut bytes);
        beta_g2.write(&mut bytes);
        for proof in &self.knowledge {
            proof.s.write(&mut bytes);
            proof.sx.write(&mut bytes);
        }
        for proof in &self.knowledge {
            proof.px.write(&mut bytes);
        }
        bytes.extend_from_slice(self.state.bytes());
        bytes.extend_from_slice(&self.next_challenge);
        bytes.extend_from_slice(&self.label.to_bytes());
        bytes
    }

    /// Returns the hash of the response, by which a contributor knows the contribution.
    pub(crate) fn response_hash(&self) -> [u8; 64] {
        let mut hasher = self.state.resume();
        for proof in &self.knowledge {
            proof.s.hash_into(&mut hasher);
            proof.sx.hash_into(&mut hasher);
        }
        for proof in &self.knowledge {
            proof.px.hash_into(&mut hasher);
        }
        hasher.finish()
    }
}

/// Returns the length of a response before the proofs: the hash of the challenge, then all powers in compressed form.
fn response_length(power: u32) -> u64 {
    let compressed = |kind| {
        let bytes = if matches!(kind, TAU_G2 | BETA_G2) { G2_BYTES } else { G1_BYTES };
        (count(kind, power) * bytes / 2) as u64
    };
    64 + [TAU_G1, TAU_G2, ALPHA, BETA, BETA_G2].into_iter().map(compressed).sum::<u64>()
}

/// An opened `.ptau`: its header and its contributions, which are read, and the places of its points.
#[derive(Debug)]
pub struct Ptau<R> {
    pub(crate) file: SectionFile<R>,
    pub(crate) power: u32,
    pub(crate) ceremony_power: u32,
    pub(crate) contributions: Vec<PowersContribution>,
}

impl<R: Read + Seek> Ptau<R> {
    /// Opens a file: header, contributions, and the lengths of all sections are checked. Points are checked when they are
    /// read; whether they are powers, [`verify_powers`](crate::verify_powers) tells.
    ///
    /// # Errors
    /// When the file cannot be read or is damaged; the error names the section.
    pub fn open(source: R) -> Result<Self> {
        let mut file = SectionFile::open(source, MAGIC, name)?;
        let place = file.place(HEADER, "header")?;
        let bytes = file.short(place, LONGEST_HEADER)?;
        let mut header = Cursor::new(&bytes, "header", usize::try_from(place.at).unwrap_or(usize::MAX));
        header.expect_field::<Fq>()?;
        let (power, ceremony_power) = (header.u32()?, header.u32()?);
        if power == 0 || power > ceremony_power || ceremony_power > LARGEST {
            let found = format!("power {power} of {ceremony_power}");
            return Err(header
                .unexpected(found, "at least 1, at most that of the ceremony, at most 28")
                .into());
        }
        header.finish()?;
        let place = file.place(CONTRIBUTIONS, "contributions")?;
        let bytes = file.short(place, LONGEST_CONTRIBUTIONS)?;
        let mut section =
            Cursor::new(&bytes, "contributions", usize::try_from(place.at).unwrap_or(usize::MAX));
        let count = section.u32()?;
        let contributions = (0..count)
            .map(|_| PowersContribution::read(&mut section, response_length(ceremony_power)))
            .collect::<std::result::Result<_, _>>()?;
        section.finish()?;
        let ptau = Self { file, power, ceremony_power, contributions };
        for (kind, name) in [(TAU_G1, "tauG1"), (ALPHA, "alphaTauG1"), (BETA, "betaTauG1")] {
            expect_points::<G1Affine>(ptau.file.place(kind, name)?, ptau.count(kind))?;
        }
        for (kind, name) in [(TAU_G2, "tauG2"), (BETA_G2, "betaG2")] {
            expect_points::<G2Affine>(ptau.file.place(kind, name)?, ptau.count(kind))?;
        }
        for kind in [LAGRANGE_TAU_G1, LAGRANGE_ALPHA, LAGRANGE_BETA] {
            if let Some(place) = ptau.lagrange_place(kind) {
                expect_points::<G1Affine>(place, ptau.count(kind))?;
            }
        }
        if let Some(place) = ptau.lagrange_place(LAGRANGE_TAU_G2) {
            expect_points::<G2Affine>(place, ptau.count(LAGRANGE_TAU_G2))?;
        }
        Ok(ptau)
    }

    /// Returns the power of two that the file's powers reach.
    pub fn power(&self) -> u32 {
        self.power
    }

    /// Returns the power of two of the ceremony, of which the file may be a part.
    pub fn ceremony_power(&self) -> u32 {
        self.ceremony_power
    }

    /// Returns what each contribution says of itself.
    pub fn labels(&self) -> impl Iterator<Item = &Label> {
        self.contributions.iter().map(|contribution| &contribution.label)
    }

    /// Returns whether the file is prepared for phase 2.
    pub fn is_prepared(&self) -> bool {
        [LAGRANGE_TAU_G1, LAGRANGE_TAU_G2, LAGRANGE_ALPHA, LAGRANGE_BETA]
            .iter()
            .all(|kind| self.file.has(*kind))
    }

    fn lagrange_place(&self, kind: u32) -> Option<Place> {
        self.file.place(kind, name(kind)?).ok()
    }

    /// Returns how many points a section has.
    pub(crate) fn count(&self, kind: u32) -> usize {
        count(kind, self.power)
    }

    /// Returns the Lagrange polynomials of the domain of size `2^level`, times what the section is about.
    pub(crate) fn lagrange<P: Point>(&mut self, kind: u32, level: u32) -> Result<Vec<P>> {
        let Some(place) = self.lagrange_place(kind) else {
            return Err(CeremonyError::NotPrepared { section: name(kind).unwrap_or_default() });
        };
        self.file.points(place, (1 << level) - 1, 1 << level)
    }

    /// Returns the first powers, as the points say.
    pub(crate) fn first(&mut self) -> Result<First> {
        let tau_g1 = self.file.points(self.file.place(TAU_G1, "tauG1")?, 1, 1)?[0];
        let tau_g2 = self.file.points(self.file.place(TAU_G2, "tauG2")?, 1, 1)?[0];
        let alpha_g1 = self.file.points(self.file.place(ALPHA, "alphaTauG1")?, 0, 1)?[0];
        let beta_g1 = self.file.points(self.file.place(BETA, "betaTauG1")?, 0, 1)?[0];
        let beta_g2 = self.file.points(self.file.place(BETA_G2, "betaG2")?, 0, 1)?[0];
        Ok(First { tau_g1, tau_g2, alpha_g1, beta_g1, beta_g2 })
    }

    /// Returns what the next contribution starts from.
    pub(crate) fn challenge(&self) -> [u8; 64] {
        match self.contributions.last() {
            Some(last) => last.next_challenge,
            None => first_challenge(self.ceremony_power),
        }
    }
}

/// Returns how many points a section has in a file of a power.
pub(crate) fn count(kind: u32, power: u32) -> usize {
    let size = 1usize << power;
    match kind {
        BETA_G2 => 1,
        LAGRANGE_TAU_G1 => 4 * size - 1,
        TAU_G1 | LAGRANGE_TAU_G2 | LAGRANGE_ALPHA | LAGRANGE_BETA => 2 * size - 1,
        _ => size,
    }
}
