//! The key of a circuit before the first contribution to phase 2: determined by the constraints and the powers of tau.
//!
//! With gamma and delta one, A, B, IC and C are sums of Lagrange polynomials at tau over the rows of each wire, and H is
//! every other polynomial of the doubled domain. All of it is hashed, so that the contributions are bound to it.

use std::io::{Read, Seek, Write};

use ark_bn254::{G1Affine, G2Affine};
use ark_ec::{AffineRepr as _, CurveGroup as _};
use rayon::prelude::*;
use tensorproof_r1cs::MAX_WIRES;

use super::blake2b::Blake2b;
use super::columns::{Columns, sums};
use super::error::{CeremonyError, Result, argument, section};
use super::file::{CHUNK, Point, SectionWriter};
use super::ptau::{LAGRANGE_ALPHA, LAGRANGE_BETA, LAGRANGE_TAU_G1, LAGRANGE_TAU_G2, Ptau, TAU_G1};
use super::rows::R1csFile;
use super::wire::Hashed as _;
use crate::contributions::KeyContributions;
use crate::domain::{domain, rows};
use crate::header::Header;
use crate::zkey::GROTH16;

pub(crate) const IC: Part = Part { kind: 3, name: "IC" };
pub(crate) const A: Part = Part { kind: 5, name: "A" };
pub(crate) const B1: Part = Part { kind: 6, name: "B1" };
pub(crate) const B2: Part = Part { kind: 7, name: "B2" };
pub(crate) const C: Part = Part { kind: 8, name: "C" };
pub(crate) const H: Part = Part { kind: 9, name: "H" };

/// A section of points of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) kind: u32,
    pub(crate) name: &'static str,
}

/// What is done with the points of a key, which come section by section and chunk by chunk.
pub(crate) trait Visitor<P> {
    /// Starts a section.
    fn begin(&mut self, part: Part, count: usize) -> Result<()>;
    /// Takes the next points of the section, of which the first is at `from`.
    fn points(&mut self, part: Part, from: usize, points: &[P]) -> Result<()>;
}

/// Returns the header of the initial key.
///
/// # Errors
/// When the circuit is empty or too large for the powers, or they are damaged.
pub(crate) fn initial_header<R: Read + Seek>(file: &R1csFile<'_>, ptau: &mut Ptau<R>) -> Result<Header> {
    let r1cs = &file.r1cs;
    if r1cs.is_empty() {
        return Err(section("constraints", "there is none, so that there is nothing to prove"));
    }
    if r1cs.wires > MAX_WIRES {
        return Err(argument("the number of wires", r1cs.wires, "at most 2^31"));
    }
    let Some(size) = domain(rows(r1cs)).map(|domain| domain.size) else {
        return Err(argument(
            "the number of rows, one for each public signal included",
            rows(r1cs),
            "at most 2^27",
        ));
    };
    if size > 1 << ptau.power {
        let expected = rows(r1cs).next_power_of_two().trailing_zeros();
        return Err(CeremonyError::TooFewPowers { power: ptau.power, expected, rows: rows(r1cs) });
    }
    let first = ptau.first()?;
    Ok(Header {
        wires: r1cs.wires,
        public: r1cs.public_signals(),
        domain: u32::try_from(size).unwrap_or(u32::MAX),
        alpha_g1: first.alpha_g1,
        beta_g1: first.beta_g1,
        beta_g2: first.beta_g2,
        gamma_g2: G2Affine::generator(),
        delta_g1: G1Affine::generator(),
        delta_g2: G2Affine::generator(),
    })
}

/// Gives all points of the initial key to a visitor, and returns their hash.
///
/// # Errors
/// When the powers are damaged or not prepared, or the visitor fails.
pub(crate) fn visit_initial<R: Read + Seek>(
    file: &R1csFile<'_>,
    ptau: &mut Ptau<R>,
    header: &Header,
    visitor: &mut (impl Visitor<G1Affine> + Visitor<G2Affine>),
) -> Result<[u8; 64]> {
    let r1cs = &file.r1cs;
    let level = header.domain.trailing_zeros();
    let (public, wires) = (header.public as usize + 1, header.wires as usize);
    let mut hashed = Visited { visitor, hasher: Blake2b::new() };
    for point in [header.alpha_g1, header.beta_g1] {
        point.hash_into(&mut hashed.hasher);
    }
    for point in [header.beta_g2, header.gamma_g2] {
        point.hash_into(&mut hashed.hasher);
    }
    header.delta_g1.hash_into(&mut hashed.hasher);
    header.delta_g2.hash_into(&mut hashed.hasher);

    let a = Columns::of(&r1cs.a, r1cs.wires, header.public + 1);
    let b = Columns::of(&r1cs.b, r1cs.wires, 0);
    let tau: Vec<G1Affine> = ptau.lagrange(LAGRANGE_TAU_G1, level)?;
    {
        let c = Columns::of(&r1cs.c, r1cs.wires, 0);
        let alpha: Vec<G1Affine> = ptau.lagrange(LAGRANGE_ALPHA, level)?;
        let beta: Vec<G1Affine> = ptau.lagrange(LAGRANGE_BETA, level)?;
        let mixed = [(&a, &beta[..]), (&b, &alpha[..]), (&c, &tau[..])];
        hashed.sums(IC, &mixed, &r1cs.coefficients, 0..public)?;
        visit_quotient(ptau, level, &mut hashed)?;
        hashed.sums(C, &mixed, &r1cs.coefficients, public..wires)?;
    }
    hashed.sums(A, &[(&a, &tau[..])], &r1cs.coefficients, 0..wires)?;
    hashed.sums(B1, &[(&b, &tau[..])], &r1cs.coefficients, 0..wires)?;
    drop(tau);
    let tau: Vec<G2Affine> = ptau.lagrange(LAGRANGE_TAU_G2, level)?;
    hashed.sums(B2, &[(&b, &tau[..])], &r1cs.coefficients, 0..wires)?;
    Ok(hashed.hasher.finish())
}

struct Visited<'v, V> {
    visitor: &'v mut V,
    hasher: Blake2b,
}

impl<V> Visited<'_, V> {
    fn sums<P: Point>(
        &mut self,
        part: Part,
        parts: &[(&Columns, &[P])],
        coefficients: &[ark_bn254::Fr],
        wires: std::ops::Range<usize>,
    ) -> Result<()>
    where
        V: Visitor<P>,
    {
        self.visitor.begin(part, wires.len())?;
        hash_count(&mut self.hasher, wires.len());
        for from in wires.clone().step_by(CHUNK) {
            let points = sums(parts, coefficients, from..wires.end.min(from + CHUNK));
            for point in &points {
                point.hash_into(&mut self.hasher);
            }
            self.visitor.points(part, from - wires.start, &points)?;
        }
        Ok(())
    }
}

/// Visits H; its hash is that of `tau^(i + n) - tau^i`, from which it follows.
fn visit_quotient<R: Read + Seek>(
    ptau: &mut Ptau<R>,
    level: u32,
    visited: &mut Visited<'_, impl Visitor<G1Affine>>,
) -> Result<()> {
    let size = 1usize << level;
    visited.visitor.begin(H, size)?;
    let place = ptau.file.place(LAGRANGE_TAU_G1, "lagrange tauG1")?;
    for from in (0..size).step_by(CHUNK) {
        let count = CHUNK.min(size - from);
        let points: Vec<G1Affine> = ptau.file.points(place, 2 * size - 1 + 2 * from, 2 * count)?;
        let odd: Vec<G1Affine> = points.into_iter().skip(1).step_by(2).collect();
        visited.visitor.points(H, from, &odd)?;
    }
    let place = ptau.file.place(TAU_G1, "tauG1")?;
    hash_count(&mut visited.hasher, size - 1);
    for from in (0..size - 1).step_by(CHUNK) {
        let count = CHUNK.min(size - 1 - from);
        let low: Vec<G1Affine> = ptau.file.points(place, from, count)?;
        let high: Vec<G1Affine> = ptau.file.points(place, from + size, count)?;
        let differences: Vec<_> =
            high.par_iter().zip(&low).map(|(high, low)| high.into_group() - low).collect();
        for point in ark_bn254::G1Projective::normalize_batch(&differences) {
            point.hash_into(&mut visited.hasher);
        }
    }
    Ok(())
}

fn hash_count(hasher: &mut Blake2b, count: usize) {
    hasher.update(&u32::try_from(count).unwrap_or(u32::MAX).to_be_bytes());
}

struct Writer<'w, W> {
    writer: &'w mut SectionWriter<W>,
}

impl<W: Write + Seek, P: Point> Visitor<P> for Writer<'_, W> {
    fn begin(&mut self, part: Part, count: usize) -> Result<()> {
        self.writer.begin(part.kind, part.name, (count * P::BYTES) as u64)
    }

    fn points(&mut self, _: Part, _: usize, points: &[P]) -> Result<()> {
        self.writer.points(points)
    }
}

/// Writes the key of a circuit from prepared powers of tau, as `.zkey`, byte by byte that of snarkjs. It is of use only
/// after a contribution: see [`contribute_key`](crate::contribute_key). Returns the hash of the circuit, which every
/// contribution is bound to.
///
/// # Errors
/// When the circuit is empty or has more rows than there are powers, the powers are damaged or not prepared, or the writer
/// fails.
///
/// # Security
/// Whether the powers are right is for [`verify_powers`](crate::verify_powers) to say.
pub fn ceremony_key<R: Read + Seek>(
    file: &R1csFile<'_>,
    ptau: &mut Ptau<R>,
    output: impl Write + Seek,
) -> Result<[u8; 64]> {
    let header = initial_header(file, ptau)?;
    let mut writer = SectionWriter::new(output, "zkey", 10)?;
    writer.section(1, "protocol", &GROTH16.to_le_bytes())?;
    writer.section(2, "header", &header.to_bytes())?;
    writer.section(4, "coefficients", &file.entries()?)?;
    let circuit_hash = visit_initial(file, ptau, &header, &mut Writer { writer: &mut writer })?;
    let contributions = KeyContributions { circuit_hash, contributions: Vec::new() };
    writer.section(10, "contributions", &contributions.to_bytes())?;
    Ok(circuit_hash)
}
