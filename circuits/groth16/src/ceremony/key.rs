//! Contributions to the key of a circuit, and the verification of all of them.

use std::io::{Read, Seek, Write};

use ark_bn254::{Fr, G1Affine, G1Projective, G2Affine, g1, g2};
use ark_ec::short_weierstrass::Affine;
use ark_ec::{AffineRepr as _, CurveGroup, VariableBaseMSM as _};
use ark_ff::{Field as _, UniformRand as _, Zero as _};
use ark_std::rand::SeedableRng as _;
use ark_std::rand::rngs::StdRng;
use tensorproof_r1cs::format::{Cursor, FormatError};
use zeroize::Zeroizing;

use super::blake2b::Blake2b;
use super::entropy::contribution_stream;
use super::error::{CeremonyError, Result, section};
use super::file::{
    LONGEST_CONTRIBUTIONS, LONGEST_HEADER, Place, Point, SectionFile, SectionWriter, expect_points,
};
use super::initial::{A, B1, B2, C, H, IC, Part, Visitor, initial_header, visit_initial};
use super::knowledge::{Knowledge, same_ratio};
use super::label::{Label, beacon_hashes};
use super::powers_verify::Contribution;
use super::ptau::Ptau;
use super::rows::R1csFile;
use super::stream::hash_to_g2;
use super::wire::Hashed as _;
use crate::VerifyingKey;
use crate::contributions::{KeyContribution, KeyContributions};
use crate::header::Header;
use crate::key::Origin;
use crate::points::g1_bytes;
use crate::zkey::{ENTRY_BYTES, GROTH16};

const COEFFICIENTS: Part = Part { kind: 4, name: "coefficients" };

fn name(kind: u32) -> Option<&'static str> {
    let parts = [IC, COEFFICIENTS, A, B1, B2, C, H];
    match kind {
        1 => Some("protocol"),
        2 => Some("header"),
        10 => Some("contributions"),
        _ => parts.iter().find(|part| part.kind == kind).map(|part| part.name),
    }
}

/// An opened `.zkey` of which the points are not read.
struct KeyFile<R> {
    file: SectionFile<R>,
    header: Header,
    contributions: KeyContributions,
}

impl<R: Read + Seek> KeyFile<R> {
    fn open(source: R) -> Result<Self> {
        Self::open_with(source, Header::read)
    }

    fn open_with(
        source: R,
        header: fn(Cursor<'_>) -> std::result::Result<Header, FormatError>,
    ) -> Result<Self> {
        let mut file = SectionFile::open(source, "zkey", name)?;
        let bytes = |file: &mut SectionFile<R>, kind, name| -> Result<(Vec<u8>, usize)> {
            let place = file.place(kind, name)?;
            let most = if kind == 10 { LONGEST_CONTRIBUTIONS } else { LONGEST_HEADER };
            Ok((file.short(place, most)?, usize::try_from(place.at).unwrap_or(usize::MAX)))
        };
        let (protocol, at) = bytes(&mut file, 1, "protocol")?;
        if protocol != GROTH16.to_le_bytes() {
            let cursor = Cursor::new(&protocol, "protocol", at);
            return Err(cursor.unexpected("another protocol", "1, Groth16").into());
        }
        let (section, at) = bytes(&mut file, 2, "header")?;
        let header = header(Cursor::new(&section, "header", at))?;
        let (contributions, at) = bytes(&mut file, 10, "contributions")?;
        let cursor = Cursor::new(&contributions, "contributions", at);
        let contributions = KeyContributions::read(cursor, &header.delta_g1)?;
        Ok(Self { file, header, contributions })
    }

    fn part(&self, part: Part) -> Result<Place> {
        self.file.place(part.kind, part.name)
    }
}

/// Checks that a file is a `.zkey` whose sections have the lengths that its header says: only the heads of sections, the header and
/// the contributions are read.
///
/// # Errors
/// When it is not.
pub(crate) fn check_layout<R: Read + Seek>(source: R) -> Result<()> {
    let key = KeyFile::open_with(source, Header::read_unchecked)?;
    let Header { wires, public, domain, .. } = key.header;
    let (wires, public, domain) = (wires as usize, public as usize, domain as usize);
    for (part, count) in [(IC, public + 1), (A, wires), (B1, wires), (H, domain)] {
        expect_points::<G1Affine>(key.part(part)?, count)?;
    }
    expect_points::<G2Affine>(key.part(B2)?, wires)?;
    // What is fewer than the public wires, who reads the header refuses.
    expect_points::<G1Affine>(key.part(C)?, wires.saturating_sub(public + 1))?;
    let Place { name, at, length, .. } = key.part(COEFFICIENTS)?;
    // At most one for each place of both matrices.
    let most = 4 + 2 * (domain as u128) * (wires as u128) * ENTRY_BYTES as u128;
    if length >= 4 && (length - 4) % ENTRY_BYTES as u64 == 0 && u128::from(length) <= most {
        return Ok(());
    }
    let cursor = Cursor::new(&[], name, usize::try_from(at).unwrap_or(usize::MAX));
    let expected =
        format!("4 and {ENTRY_BYTES} for each entry of matrices of {domain} rows and {wires} columns");
    Err(cursor.unexpected(format!("{length} bytes"), expected).into())
}

/// What a key says of itself, without its many points.
#[derive(Clone, Debug, PartialEq)]
pub struct KeySummary {
    /// The verifying key.
    pub vk: VerifyingKey,
    /// What made the key, as the file says.
    pub origin: Origin,
}

/// Reads the verifying key and the origin of a `.zkey`.
///
/// # Errors
/// When the file is not a `.zkey` for Groth16 on BN254, or a point that is read is not in its group.
pub fn read_key_summary<R: Read + Seek>(key: R) -> Result<KeySummary> {
    let mut key = KeyFile::open(key)?;
    let place = key.part(IC)?;
    let count = key.header.public as usize + 1;
    expect_points::<G1Affine>(place, count)?;
    let vk = VerifyingKey {
        alpha_g1: key.header.alpha_g1,
        beta_g2: key.header.beta_g2,
        gamma_g2: key.header.gamma_g2,
        delta_g2: key.header.delta_g2,
        gamma_abc_g1: key.file.points(place, 0, count)?,
    };
    Ok(KeySummary { vk, origin: key.contributions.origin() })
}

/// Reads what a `.zkey` was made by. Its points are on their curves, and not looked at further.
///
/// # Errors
/// When the file is not a `.zkey` for Groth16 on BN254.
pub fn read_key_origin<R: Read + Seek>(key: R) -> Result<Origin> {
    Ok(KeyFile::open_with(key, Header::read_unchecked)?.contributions.origin())
}

/// Reads what the `.zkey` of a verifying key was made by, as the file says; nothing if it is the key of another one. Its points
/// are on their curves, and not looked at further.
///
/// # Errors
/// When the file is not a `.zkey` for Groth16 on BN254.
pub fn read_origin_of<R: Read + Seek>(key: R, vk: &VerifyingKey) -> Result<Option<Origin>> {
    let mut key = KeyFile::open_with(key, Header::read_unchecked)?;
    let header = &key.header;
    let is_same = header.alpha_g1 == vk.alpha_g1
        && header.beta_g2 == vk.beta_g2
        && header.gamma_g2 == vk.gamma_g2
        && header.delta_g2 == vk.delta_g2;
    let place = key.part(IC)?;
    let expected: Vec<u8> = vk.gamma_abc_g1.iter().flat_map(g1_bytes).collect();
    if !is_same || place.length != expected.len() as u64 || key.file.bytes(place)? != expected {
        return Ok(None);
    }
    Ok(Some(key.contributions.origin()))
}

/// Contributes to a key: delta is multiplied by a secret factor, which is forgotten, or by that of a beacon, which ends the
/// ceremony. Returns the hash by which the contribution is known.
///
/// The secret comes from the system's randomness and from `text`, which may add to it.
///
/// # Errors
/// When the key is damaged or was made by one machine, the label does not fit, or the writer fails.
pub fn contribute_key<R: Read + Seek>(
    key: R,
    label: &Label,
    text: &str,
    output: impl Write + Seek,
) -> Result<[u8; 64]> {
    label.check()?;
    let mut key = KeyFile::open(key)?;
    if key.contributions.circuit_hash == [0; 64] {
        return Err(section("contributions", "the key was made by one machine, without a ceremony"));
    }
    let mut stream = contribution_stream(label, text);
    let delta = stream.scalar();
    let mut transcript = [0; 64];
    let knowledge = Knowledge::prove(&delta, &mut stream, |s, sx| {
        transcript = transcript_of(&key.contributions, key.contributions.contributions.len(), s, sx);
        hash_to_g2(&transcript)
    });
    drop(stream);

    let mut header = key.header;
    header.delta_g1 = (header.delta_g1 * *delta).into_affine();
    header.delta_g2 = (header.delta_g2 * *delta).into_affine();
    let contribution =
        KeyContribution { delta_g1: header.delta_g1, knowledge, transcript, label: label.clone() };
    let hash = contribution.summary().hash;
    let mut contributions = key.contributions.clone();
    contributions.contributions.push(contribution);

    let inverse = Zeroizing::new(delta.inverse().unwrap_or_default());
    let mut writer = SectionWriter::new(output, "zkey", 10)?;
    writer.section(1, "protocol", &GROTH16.to_le_bytes())?;
    writer.section(2, "header", &header.to_bytes())?;
    for part in [IC, COEFFICIENTS, A, B1, B2] {
        let place = key.part(part)?;
        key.file.copy(place, place.length, &mut writer)?;
    }
    let private = (header.wires - header.public - 1) as usize;
    for (part, count) in [(C, private), (H, header.domain as usize)] {
        let place = key.part(part)?;
        expect_points::<G1Affine>(place, count)?;
        writer.begin(part.kind, part.name, place.length)?;
        key.file.for_each_chunk::<G1Affine>(place, count, |_, points| {
            writer.points(&G1Affine::multiples(&points, |_| *inverse))
        })?;
    }
    writer.section(10, "contributions", &contributions.to_bytes())?;
    Ok(hash)
}

/// Returns the hash of the circuit, the first `before` contributions and a pair of points.
fn transcript_of(contributions: &KeyContributions, before: usize, s: &G1Affine, sx: &G1Affine) -> [u8; 64] {
    let mut hasher = Blake2b::new();
    hasher.update(&contributions.circuit_hash);
    for contribution in &contributions.contributions[..before] {
        contribution.hash_into(&mut hasher);
    }
    s.hash_into(&mut hasher);
    sx.hash_into(&mut hasher);
    hasher.finish()
}

/// Verifies a key: that it was made for this circuit from these powers of tau, and the whole chain of contributions.
/// Returns the contributions.
///
/// # Errors
/// What does not hold first, by its section.
///
/// # Security
/// Whether the powers are right is for [`verify_powers`](crate::verify_powers) to say.
pub fn verify_key<R: Read + Seek, S: Read + Seek>(
    file: &R1csFile<'_>,
    ptau: &mut Ptau<R>,
    key: S,
) -> Result<Vec<Contribution>> {
    let mut key = KeyFile::open(key)?;
    beacon_hashes(key.contributions.contributions.iter().map(|contribution| &contribution.label))?;
    verify_chain(&key.contributions, &key.header)?;
    let header = initial_header(file, ptau)?;
    let (delta_g1, delta_g2) = (key.header.delta_g1, key.header.delta_g2);
    if key.header != (Header { delta_g1, delta_g2, ..header }) {
        return Err(section("header", "sizes or points are not those of the circuit and the powers of tau"));
    }
    let place = key.part(COEFFICIENTS)?;
    if key.file.bytes(place)? != file.entries()? {
        return Err(section("coefficients", "they are not those of the circuit"));
    }
    let circuit_hash = key.contributions.circuit_hash;
    let summaries = key.contributions.contributions.iter().map(KeyContribution::summary).collect();
    let sums = [G1Projective::zero(); 2];
    let mut checker = Checker { key: &mut key, count: 0, sums, rng: StdRng::from_entropy() };
    let hash = visit_initial(file, ptau, &header, &mut checker)?;
    if hash != circuit_hash {
        return Err(section("contributions", "the hash of the circuit is another"));
    }
    Ok(summaries)
}

fn verify_chain(contributions: &KeyContributions, header: &Header) -> Result<()> {
    let mut delta = G1Affine::generator();
    for (index, contribution) in contributions.contributions.iter().enumerate() {
        let refused = |reason| CeremonyError::Contribution {
            number: index + 1,
            name: contribution.label.name.clone(),
            reason,
        };
        let proof = &contribution.knowledge;
        if contribution.transcript != transcript_of(contributions, index, &proof.s, &proof.sx) {
            return Err(refused(
                "its transcript is not the hash of the circuit and the contributions before it",
            ));
        }
        let p = hash_to_g2(&contribution.transcript);
        if !proof.holds(p) {
            return Err(refused("its maker did not prove to know the factor"));
        }
        if !same_ratio([delta, contribution.delta_g1], [p, proof.px]) {
            return Err(refused("its delta is not the one before, times its factor"));
        }
        if contribution.label.beacon.is_some() {
            let mut stream = contribution_stream(&contribution.label, "");
            let factor = stream.scalar();
            if Knowledge::prove(&factor, &mut stream, |_, _| p) != *proof {
                return Err(refused("it does not come from its beacon"));
            }
        }
        delta = contribution.delta_g1;
    }
    if contributions.contributions.is_empty() {
        return Err(CeremonyError::NoContribution);
    }
    if !same_ratio([G1Affine::generator(), header.delta_g1], [G2Affine::generator(), header.delta_g2]) {
        return Err(section("header", "delta in G2 is another than in G1"));
    }
    Ok(())
}

/// Compares the points of the initial key with those of a key: equal, or divided by delta.
struct Checker<'k, R> {
    key: &'k mut KeyFile<R>,
    /// Points of the section that is under way.
    count: usize,
    /// Random sums of a section that is divided by delta: of the key's points, and of the initial ones.
    sums: [G1Projective; 2],
    rng: StdRng,
}

impl<R: Read + Seek> Checker<'_, R> {
    fn begin<P: Point>(&mut self, part: Part, count: usize) -> Result<()> {
        self.count = count;
        self.sums = [G1Projective::zero(); 2];
        expect_points::<P>(self.key.part(part)?, count)
    }

    fn equal<P: Point>(&mut self, part: Part, from: usize, points: &[P]) -> Result<()> {
        let place = self.key.part(part)?;
        let found: Vec<P> = self.key.file.points(place, from, points.len())?;
        if found == points {
            Ok(())
        } else {
            Err(section(part.name, "the points are not those of the circuit and the powers of tau"))
        }
    }

    fn divided(&mut self, part: Part, from: usize, points: &[G1Affine]) -> Result<()> {
        let place = self.key.part(part)?;
        let found: Vec<G1Affine> = self.key.file.points(place, from, points.len())?;
        let factors: Vec<Fr> = points.iter().map(|_| Fr::rand(&mut self.rng)).collect();
        self.sums[0] += G1Projective::msm_unchecked(&found, &factors);
        self.sums[1] += G1Projective::msm_unchecked(points, &factors);
        if from + points.len() < self.count {
            return Ok(());
        }
        // A circuit may have no private wire in any constraint.
        let [key, initial] = self.sums.map(CurveGroup::into_affine);
        let deltas = [G2Affine::generator(), self.key.header.delta_g2];
        if (key.is_zero() && initial.is_zero()) || same_ratio([key, initial], deltas) {
            Ok(())
        } else {
            Err(section(part.name, "the points are not those of the circuit, divided by delta"))
        }
    }
}

impl<R: Read + Seek> Visitor<Affine<g1::Config>> for Checker<'_, R> {
    fn begin(&mut self, part: Part, count: usize) -> Result<()> {
        self.begin::<G1Affine>(part, count)
    }

    fn points(&mut self, part: Part, from: usize, points: &[G1Affine]) -> Result<()> {
        if part == C || part == H { self.divided(part, from, points) } else { self.equal(part, from, points) }
    }
}

impl<R: Read + Seek> Visitor<Affine<g2::Config>> for Checker<'_, R> {
    fn begin(&mut self, part: Part, count: usize) -> Result<()> {
        self.begin::<G2Affine>(part, count)
    }

    fn points(&mut self, part: Part, from: usize, points: &[G2Affine]) -> Result<()> {
        self.equal(part, from, points)
    }
}
