//! Curve points as snarkjs writes them in binary files: affine, Montgomery form, little-endian; infinity is all zeros.

use std::ops::Range;

use ark_bn254::{Fq, Fq2, G1Affine, G2Affine};
use ark_ec::AffineRepr as _;
use ark_ff::{BigInt, PrimeField};
use rayon::prelude::*;
use tensorproof_r1cs::format::{Cursor, FormatError, limb_bytes};

/// Bytes of a point of G1.
pub(crate) const G1_BYTES: usize = 64;
/// Bytes of a point of G2.
pub(crate) const G2_BYTES: usize = 128;

pub(crate) fn g1_bytes(point: &G1Affine) -> [u8; G1_BYTES] {
    let mut bytes = [0; G1_BYTES];
    if let Some((x, y)) = point.xy() {
        bytes[..32].copy_from_slice(&limb_bytes(x.0.0));
        bytes[32..].copy_from_slice(&limb_bytes(y.0.0));
    }
    bytes
}

pub(crate) fn g2_bytes(point: &G2Affine) -> [u8; G2_BYTES] {
    let mut bytes = [0; G2_BYTES];
    if let Some((x, y)) = point.xy() {
        for (chunk, value) in bytes.chunks_exact_mut(32).zip([x.c0, x.c1, y.c0, y.c1]) {
            chunk.copy_from_slice(&limb_bytes(value.0.0));
        }
    }
    bytes
}

fn fq(cursor: &mut Cursor<'_>) -> Result<Fq, FormatError> {
    let limbs = BigInt::new(cursor.limbs()?);
    if limbs >= Fq::MODULUS {
        return Err(cursor.unexpected("a larger integer", "a coordinate below the modulus"));
    }
    Ok(Fq::new_unchecked(limbs))
}

pub(crate) fn read_g1(cursor: &mut Cursor<'_>) -> Result<G1Affine, FormatError> {
    let (x, y) = (fq(cursor)?, fq(cursor)?);
    let point = if x == Fq::from(0u64) && y == Fq::from(0u64) {
        G1Affine::identity()
    } else {
        G1Affine::new_unchecked(x, y)
    };
    if point.is_on_curve() { Ok(point) } else { Err(cursor.unexpected("another point", "a point of G1")) }
}

pub(crate) fn read_g2(cursor: &mut Cursor<'_>) -> Result<G2Affine, FormatError> {
    let (x, y) = (Fq2::new(fq(cursor)?, fq(cursor)?), Fq2::new(fq(cursor)?, fq(cursor)?));
    let zero = Fq2::new(0u64.into(), 0u64.into());
    let point = if x == zero && y == zero { G2Affine::identity() } else { G2Affine::new_unchecked(x, y) };
    if point.is_on_curve() {
        Ok(point)
    } else {
        Err(cursor.unexpected("another point", "a point of the twist of G2"))
    }
}

/// A section of so many points of one size.
#[derive(Clone, Debug)]
pub(crate) struct Section<'b> {
    pub(crate) points: Cursor<'b>,
    pub(crate) name: &'static str,
    pub(crate) size: usize,
    pub(crate) count: usize,
}

impl<'b> Section<'b> {
    /// Returns where the points lie in the file, after `check`, if any, accepted each of them.
    pub(crate) fn place<P>(
        self,
        check: Option<impl Fn(&mut Cursor<'_>) -> Result<P, FormatError> + Sync>,
    ) -> Result<Range<usize>, FormatError> {
        let place = self.points.offset()..self.points.offset() + self.points.left();
        let points = self.one_by_one()?;
        if let Some(check) = check {
            points.try_for_each(|mut point| check(&mut point).map(drop))?;
        }
        Ok(place)
    }

    fn one_by_one(mut self) -> Result<impl IndexedParallelIterator<Item = Cursor<'b>>, FormatError> {
        let Self { name, size, count, .. } = self;
        if Some(self.points.left()) != count.checked_mul(size) {
            let expected = format!("{count} points of {size} bytes");
            return Err(self.points.unexpected(format!("{} bytes", self.points.left()), expected));
        }
        let offset = self.points.offset();
        let points = self.points.take(self.points.left())?.par_chunks_exact(size).enumerate();
        Ok(points.map(move |(index, bytes)| Cursor::new(bytes, name, offset + index * size)))
    }
}

/// Reads a section of points on all cores.
pub(crate) fn read_many<P: Send>(
    points: Cursor<'_>,
    name: &'static str,
    size: usize,
    count: usize,
    read: impl Fn(&mut Cursor<'_>) -> Result<P, FormatError> + Sync,
) -> Result<Vec<P>, FormatError> {
    Section { points, name, size, count }.one_by_one()?.map(|mut point| read(&mut point)).collect()
}
