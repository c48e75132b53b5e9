//! Points as transcripts hash them: big-endian coordinates, of G2 the second half first; infinity is all zeros.
//!
//! Source: the wire format of the Powers of Tau ceremonies, <https://github.com/ebfull/powersoftau>, on BN254.

use ark_bn254::{Fq, g1, g2};
use ark_ec::AffineRepr as _;
use ark_ec::short_weierstrass::Affine;
use ark_ff::PrimeField as _;

use super::blake2b::Blake2b;

/// In compressed form, the larger of both y.
const LARGER: u8 = 0x80;

/// A point that transcripts hash.
pub(crate) trait Hashed: Copy {
    /// Adds both coordinates to a hash.
    fn hash_into(self, hasher: &mut Blake2b);
    /// Adds x and the sign of y to a hash.
    fn hash_compressed_into(self, hasher: &mut Blake2b);
}

impl Hashed for Affine<g1::Config> {
    fn hash_into(self, hasher: &mut Blake2b) {
        hash_both::<2>(self.xy().map(|(x, y)| [x, y]), hasher);
    }

    fn hash_compressed_into(self, hasher: &mut Blake2b) {
        hash_x::<1>(self.xy().map(|(x, y)| ([x], y > -y)), hasher);
    }
}

impl Hashed for Affine<g2::Config> {
    fn hash_into(self, hasher: &mut Blake2b) {
        hash_both::<4>(self.xy().map(|(x, y)| [x.c1, x.c0, y.c1, y.c0]), hasher);
    }

    fn hash_compressed_into(self, hasher: &mut Blake2b) {
        hash_x::<2>(self.xy().map(|(x, y)| ([x.c1, x.c0], y > -y)), hasher);
    }
}

fn hash_both<const N: usize>(coordinates: Option<[Fq; N]>, hasher: &mut Blake2b) {
    hasher.update(coordinates.map_or([[0; 32]; N], |coordinates| coordinates.map(big_endian)).as_flattened());
}

fn hash_x<const N: usize>(coordinates: Option<([Fq; N], bool)>, hasher: &mut Blake2b) {
    let mut bytes = [[0; 32]; N];
    if let Some((x, is_larger)) = coordinates {
        bytes = x.map(big_endian);
        bytes[0][0] |= if is_larger { LARGER } else { 0 };
    }
    hasher.update(bytes.as_flattened());
}

fn big_endian(value: Fq) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (chunk, limb) in bytes.rchunks_exact_mut(8).zip(value.into_bigint().0) {
        chunk.copy_from_slice(&limb.to_be_bytes());
    }
    bytes
}
