//! Lists of points as they stand in a key's file.

use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;

use ark_bn254::{Fq, Fq2, g1, g2};
use ark_ec::AffineRepr;
use ark_ec::short_weierstrass::Affine;
use ark_ff::{BigInt, Field, Zero as _};

use crate::points::{G1_BYTES, G2_BYTES, g1_bytes, g2_bytes};

/// What keeps the bytes of a key.
pub(crate) trait Bytes: AsRef<[u8]> + Send + Sync {}

impl<T: AsRef<[u8]> + Send + Sync> Bytes for T {}

/// A point with its form in files.
pub trait StoredPoint: AffineRepr {
    /// The field of its coordinates.
    type Field: Field;
    /// Bytes in a file.
    const BYTES: usize;
    /// Reads coordinates that were checked before.
    fn from_bytes(bytes: &[u8]) -> (Self::Field, Self::Field);
    /// Makes the point with these coordinates, which is infinity when both are zero.
    fn from_coordinates(x: Self::Field, y: Self::Field) -> Self;
    /// Appends the point's bytes.
    fn append(&self, bytes: &mut Vec<u8>);
}

fn fq(bytes: &[u8]) -> Fq {
    let mut limbs = [0; 4];
    for (limb, bytes) in limbs.iter_mut().zip(bytes.as_chunks().0) {
        *limb = u64::from_le_bytes(*bytes);
    }
    Fq::new_unchecked(BigInt::new(limbs))
}

impl StoredPoint for Affine<g1::Config> {
    type Field = Fq;
    const BYTES: usize = G1_BYTES;

    fn from_bytes(bytes: &[u8]) -> (Fq, Fq) {
        (fq(&bytes[..32]), fq(&bytes[32..]))
    }

    fn from_coordinates(x: Fq, y: Fq) -> Self {
        if x.is_zero() && y.is_zero() { Self::identity() } else { Self::new_unchecked(x, y) }
    }

    fn append(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&g1_bytes(self));
    }
}

impl StoredPoint for Affine<g2::Config> {
    type Field = Fq2;
    const BYTES: usize = G2_BYTES;

    fn from_bytes(bytes: &[u8]) -> (Fq2, Fq2) {
        let at = |from: usize| fq(&bytes[from..from + 32]);
        (Fq2::new(at(0), at(32)), Fq2::new(at(64), at(96)))
    }

    fn from_coordinates(x: Fq2, y: Fq2) -> Self {
        if x.is_zero() && y.is_zero() { Self::identity() } else { Self::new_unchecked(x, y) }
    }

    fn append(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(&g2_bytes(self));
    }
}

/// A list of points whose coordinates were checked when it was made.
#[derive(Clone)]
pub struct Stored<P> {
    bytes: Arc<dyn Bytes>,
    place: Range<usize>,
    point: PhantomData<P>,
}

impl<P: StoredPoint> Stored<P> {
    /// Takes the points at `place`, which the caller has checked.
    pub(crate) fn new(bytes: Arc<dyn Bytes>, place: Range<usize>) -> Self {
        Self { bytes, place, point: PhantomData }
    }

    /// Returns the points as they stand in a file.
    pub(crate) fn bytes(&self) -> &[u8] {
        (*self.bytes).as_ref().get(self.place.clone()).unwrap_or_default()
    }

    /// Returns the points for taking one here and one there.
    pub(crate) fn view(&self) -> View<'_, P> {
        View { bytes: self.bytes(), point: PhantomData }
    }

    /// Returns how many points there are.
    pub fn len(&self) -> usize {
        self.place.len() / P::BYTES
    }

    /// Returns whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns all points in their order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = P> {
        self.bytes().chunks_exact(P::BYTES).map(|bytes| {
            let (x, y) = P::from_bytes(bytes);
            P::from_coordinates(x, y)
        })
    }
}

/// Points as they stand in a file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'b, P> {
    bytes: &'b [u8],
    point: PhantomData<P>,
}

impl<P: StoredPoint> View<'_, P> {
    /// Returns the coordinates of a point; `None` of infinity, and behind the end.
    #[inline]
    pub(crate) fn coordinates(self, index: usize) -> Option<(P::Field, P::Field)> {
        let (x, y) = P::from_bytes(self.bytes.get(index * P::BYTES..)?.get(..P::BYTES)?);
        if x.is_zero() && y.is_zero() { None } else { Some((x, y)) }
    }

    /// Returns a value that depends on the first and the last byte of a point: what it takes is their being there.
    #[inline]
    pub(crate) fn touch(self, index: usize) -> u8 {
        let point = self.bytes.get(index * P::BYTES..).and_then(|bytes| bytes.get(..P::BYTES));
        point.map_or(0, |point| point[0] ^ point[P::BYTES - 1])
    }
}

impl<P: StoredPoint> From<&[P]> for Stored<P> {
    fn from(points: &[P]) -> Self {
        let mut bytes = Vec::with_capacity(points.len() * P::BYTES);
        for point in points {
            point.append(&mut bytes);
        }
        let place = 0..bytes.len();
        Self::new(Arc::new(bytes), place)
    }
}

impl<P: StoredPoint> PartialEq for Stored<P> {
    fn eq(&self, other: &Self) -> bool {
        self.bytes() == other.bytes()
    }
}

impl<P: StoredPoint> fmt::Debug for Stored<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} points", self.len())
    }
}
