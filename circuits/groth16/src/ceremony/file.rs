//! Files of sections that are too large for memory: points are read and written in chunks.

use std::io::{Read, Seek, SeekFrom, Write};

use ark_bn254::{Fr, g1, g2};
use ark_ec::short_weierstrass::Affine;
use ark_ec::{AffineRepr, CurveGroup, VariableBaseMSM};
use ark_poly::Radix2EvaluationDomain;
use tensorproof_r1cs::format::{Cursor, FormatError, write_header};

use super::error::{CeremonyError, Result};
use super::wire::Hashed;
use crate::multiples::{inverse_transform, multiples};
use crate::points::{G1_BYTES, G2_BYTES, g1_bytes, g2_bytes, read_g1, read_g2, read_many};
use crate::subgroup::all_in_subgroup;

/// Points that are in memory at a time.
pub(crate) const CHUNK: usize = 1 << 15;
/// Longest section that is read whole: the entries of a key, 44 bytes each, for circuits of up to 2^28 rows.
const LONGEST: u64 = 1 << 36;

/// Longest header, with room to spare.
pub(crate) const LONGEST_HEADER: u64 = 1 << 12;
/// Longest list of contributions: some 100,000 of them.
pub(crate) const LONGEST_CONTRIBUTIONS: u64 = 1 << 26;

/// A group whose points stand in files.
pub(crate) trait Point:
    AffineRepr<ScalarField = Fr, Group: CurveGroup<Affine = Self> + VariableBaseMSM> + Hashed
{
    /// Bytes in a file.
    const BYTES: usize;
    /// Reads a point of the curve.
    fn read(cursor: &mut Cursor<'_>) -> std::result::Result<Self, FormatError>;
    /// Appends the point's bytes.
    fn write(&self, bytes: &mut Vec<u8>);
    /// Returns whether points of the curve are in the group.
    fn all_in_group(points: &[Self]) -> bool;
    /// Returns `points[i] * scalar(i)`, on all cores.
    fn multiples(points: &[Self], scalar: impl Fn(usize) -> Fr + Sync) -> Vec<Self>;
    /// Returns [`inverse_transform`] of the points.
    fn inverse_transform(points: Vec<Self>, domain: &Radix2EvaluationDomain<Fr>) -> Vec<Self>;
}

impl Point for Affine<g1::Config> {
    const BYTES: usize = G1_BYTES;

    fn read(cursor: &mut Cursor<'_>) -> std::result::Result<Self, FormatError> {
        read_g1(cursor)
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&g1_bytes(self));
    }

    /// All points of the curve are in the group.
    fn all_in_group(_: &[Self]) -> bool {
        true
    }

    fn multiples(points: &[Self], scalar: impl Fn(usize) -> Fr + Sync) -> Vec<Self> {
        multiples(points, scalar)
    }

    fn inverse_transform(points: Vec<Self>, domain: &Radix2EvaluationDomain<Fr>) -> Vec<Self> {
        inverse_transform(points, domain)
    }
}

impl Point for Affine<g2::Config> {
    const BYTES: usize = G2_BYTES;

    fn read(cursor: &mut Cursor<'_>) -> std::result::Result<Self, FormatError> {
        read_g2(cursor)
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&g2_bytes(self));
    }

    fn all_in_group(points: &[Self]) -> bool {
        all_in_subgroup(points)
    }

    fn multiples(points: &[Self], scalar: impl Fn(usize) -> Fr + Sync) -> Vec<Self> {
        multiples(points, scalar)
    }

    fn inverse_transform(points: Vec<Self>, domain: &Radix2EvaluationDomain<Fr>) -> Vec<Self> {
        inverse_transform(points, domain)
    }
}

/// Where a section is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) kind: u32,
    pub(crate) name: &'static str,
    pub(crate) at: u64,
    pub(crate) length: u64,
}

/// A file of which only the places of the sections are known.
#[derive(Debug)]
pub(crate) struct SectionFile<R> {
    source: R,
    places: Vec<Place>,
}

impl<R: Read + Seek> SectionFile<R> {
    /// Finds the sections; `name` tells their names, `None` for a type that is not known.
    pub(crate) fn open(mut source: R, magic: &str, name: fn(u32) -> Option<&'static str>) -> Result<Self> {
        let length = source.seek(SeekFrom::End(0))?;
        source.rewind()?;
        let mut start = Vec::new();
        source.by_ref().take(12).read_to_end(&mut start)?;
        let mut cursor = Cursor::new(&start, "header", 0);
        let at_magic = cursor.clone();
        let found = cursor.take(4)?;
        if found != magic.as_bytes() {
            let found = format!("the magic `{}`", found.escape_ascii());
            return Err(at_magic.unexpected(found, format!("`{magic}`")).into());
        }
        let version = cursor.u32()?;
        if version != 1 {
            return Err(cursor.unexpected(format!("version {version}"), "version 1").into());
        }
        let count = cursor.u32()?;
        let mut places: Vec<Place> = Vec::new();
        let mut at = 12;
        for _ in 0..count {
            let mut start = Vec::new();
            source.seek(SeekFrom::Start(at))?;
            source.by_ref().take(12).read_to_end(&mut start)?;
            let mut cursor = Cursor::new(&start, "header", offset(at));
            let (kind, bytes) = (cursor.u32()?, cursor.u64()?);
            let Some(name) = name(kind) else {
                return Err(cursor.unexpected(format!("section {kind}"), "a type that is known").into());
            };
            if places.iter().any(|place| place.kind == kind) {
                let cursor = Cursor::new(&[], name, offset(at));
                return Err(cursor.unexpected("two sections of this type", "one").into());
            }
            at += 12;
            if bytes > length - at {
                let missing = offset(bytes - (length - at));
                return Err(FormatError::Truncated { section: name, at: offset(length), missing }.into());
            }
            places.push(Place { kind, name, at, length: bytes });
            at += bytes;
        }
        if at != length {
            let cursor = Cursor::new(&[], "header", offset(at));
            return Err(cursor
                .unexpected(format!("{} bytes more", length - at), "the end of the file")
                .into());
        }
        Ok(Self { source, places })
    }

    /// Returns where a section is.
    pub(crate) fn place(&self, kind: u32, name: &'static str) -> Result<Place> {
        let found = self.places.iter().find(|place| place.kind == kind).copied();
        found.ok_or(CeremonyError::Format(FormatError::MissingSection { section: name }))
    }

    /// Returns whether a section is there.
    pub(crate) fn has(&self, kind: u32) -> bool {
        self.places.iter().any(|place| place.kind == kind)
    }

    /// Returns the bytes of a section without many points.
    pub(crate) fn bytes(&mut self, place: Place) -> Result<Vec<u8>> {
        self.short(place, LONGEST)
    }

    /// Returns the bytes of a section that has so many at most.
    pub(crate) fn short(&mut self, place: Place, most: u64) -> Result<Vec<u8>> {
        if place.length > most {
            let cursor = Cursor::new(&[], place.name, offset(place.at));
            let expected = format!("at most {most} bytes");
            return Err(cursor.unexpected(format!("{} bytes", place.length), expected).into());
        }
        self.range(place, 0, offset(place.length))
    }

    fn range(&mut self, place: Place, from: u64, length: usize) -> Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.source.seek(SeekFrom::Start(place.at + from))?;
        self.source.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// Reads points, all of which are checked to be in the group.
    pub(crate) fn points<P: Point>(&mut self, place: Place, from: usize, count: usize) -> Result<Vec<P>> {
        let end = from.checked_add(count).and_then(|end| (end as u64).checked_mul(P::BYTES as u64));
        if end.is_none_or(|end| end > place.length) {
            let missing = count.saturating_mul(P::BYTES);
            let at = offset(place.at + place.length);
            return Err(FormatError::Truncated { section: place.name, at, missing }.into());
        }
        let start = from as u64 * P::BYTES as u64;
        let bytes = self.range(place, start, count * P::BYTES)?;
        let cursor = Cursor::new(&bytes, place.name, offset(place.at + start));
        let at = cursor.clone();
        let points = read_many(cursor, place.name, P::BYTES, count, P::read)?;
        if P::all_in_group(&points) {
            Ok(points)
        } else {
            Err(at.unexpected("a point outside the subgroup", "points of G2").into())
        }
    }

    /// Reads points chunk by chunk; `visit` gets the position of the first one too.
    pub(crate) fn for_each_chunk<P: Point>(
        &mut self,
        place: Place,
        count: usize,
        mut visit: impl FnMut(usize, Vec<P>) -> Result<()>,
    ) -> Result<()> {
        for from in (0..count).step_by(CHUNK) {
            visit(from, self.points(place, from, CHUNK.min(count - from))?)?;
        }
        Ok(())
    }

    /// Copies the first bytes of a section as they are.
    pub(crate) fn copy<W: Write + Seek>(
        &mut self,
        place: Place,
        length: u64,
        writer: &mut SectionWriter<W>,
    ) -> Result<()> {
        writer.begin(place.kind, place.name, length)?;
        self.source.seek(SeekFrom::Start(place.at))?;
        let copied = std::io::copy(&mut self.source.by_ref().take(length), &mut writer.sink)?;
        if copied == length {
            return Ok(());
        }
        let at = offset(place.at + copied);
        Err(FormatError::Truncated { section: place.name, at, missing: offset(length - copied) }.into())
    }
}

/// Writes sections and remembers their places.
pub(crate) struct SectionWriter<W> {
    sink: W,
    places: Vec<Place>,
}

impl<W: Write + Seek> SectionWriter<W> {
    /// Writes the start of a file with this many sections.
    pub(crate) fn new(mut sink: W, magic: &str, sections: u32) -> Result<Self> {
        write_header(&mut sink, magic, 1, sections)?;
        Ok(Self { sink, places: Vec::new() })
    }

    /// Starts a section.
    pub(crate) fn begin(&mut self, kind: u32, name: &'static str, length: u64) -> Result<()> {
        let mut start = kind.to_le_bytes().to_vec();
        start.extend_from_slice(&length.to_le_bytes());
        self.sink.write_all(&start)?;
        self.places.push(Place { kind, name, at: self.sink.stream_position()?, length });
        Ok(())
    }

    /// Writes a section whole.
    pub(crate) fn section(&mut self, kind: u32, name: &'static str, bytes: &[u8]) -> Result<()> {
        self.begin(kind, name, bytes.len() as u64)?;
        self.raw(bytes)
    }

    /// Writes bytes into the section that was begun.
    pub(crate) fn raw(&mut self, bytes: &[u8]) -> Result<()> {
        Ok(self.sink.write_all(bytes)?)
    }

    /// Writes points into the section that was begun.
    pub(crate) fn points<P: Point>(&mut self, points: &[P]) -> Result<()> {
        for points in points.chunks(CHUNK) {
            let mut bytes = Vec::with_capacity(points.len() * P::BYTES);
            for point in points {
                point.write(&mut bytes);
            }
            self.sink.write_all(&bytes)?;
        }
        Ok(())
    }

    /// Calls `read` with what was written so far, then goes on at the end.
    pub(crate) fn read_back<T>(
        &mut self,
        read: impl FnOnce(&mut SectionFile<&mut W>) -> Result<T>,
    ) -> Result<T>
    where
        W: Read,
    {
        let mut file = SectionFile { source: &mut self.sink, places: self.places.clone() };
        let result = read(&mut file)?;
        self.sink.seek(SeekFrom::End(0))?;
        Ok(result)
    }
}

/// Checks that a section holds as many points as it should.
pub(crate) fn expect_points<P: Point>(place: Place, count: usize) -> Result<()> {
    if Some(place.length) == (count as u64).checked_mul(P::BYTES as u64) {
        return Ok(());
    }
    let expected = format!("{count} points of {} bytes", P::BYTES);
    let cursor = Cursor::new(&[], place.name, offset(place.at));
    Err(cursor.unexpected(format!("{} bytes", place.length), expected).into())
}

/// Bytes are counted in 64 bits, which a position has on every system that holds such files.
fn offset(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}
