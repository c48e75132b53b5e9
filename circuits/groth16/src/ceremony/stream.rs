//! Random field elements and points from 32 bytes, the same for everyone: ChaCha20's key stream, read in 32-bit words.
//!
//! The seed's words are big-endian; field elements are taken in Montgomery form; a point is the one with a random x and
//! a random sign, times the cofactor.
//!
//! Source: the Powers of Tau paper (eprint 2017/1050), section 3, and the wire format that its ceremonies use.

use std::time::{Duration, Instant};

use ark_bn254::{Fq, Fq2, Fr, G1Affine, G2Affine, g2};
use ark_ec::{AffineRepr as _, CurveConfig as _, CurveGroup as _};
use ark_ff::{BigInt, PrimeField as _};
use chacha20::ChaCha20;
use chacha20::cipher::{KeyIvInit as _, StreamCipher as _};
use sha2::{Digest as _, Sha256};
use zeroize::{Zeroize as _, Zeroizing};

/// A key stream. Its state is wiped when it is dropped.
pub(crate) struct Stream {
    cipher: ChaCha20,
}

impl Stream {
    /// Starts from the first 32 bytes of a seed.
    pub(crate) fn new(seed: &[u8; 32]) -> Self {
        let mut key = Zeroizing::new([0; 32]);
        for (to, from) in key.chunks_exact_mut(4).zip(seed.chunks_exact(4)) {
            to.copy_from_slice(from);
            to.reverse();
        }
        Self { cipher: ChaCha20::new((&*key).into(), &[0; 12].into()) }
    }

    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.cipher.apply_keystream(&mut bytes);
        let word = u32::from_le_bytes(bytes);
        bytes.zeroize();
        word
    }

    fn next_bool(&mut self) -> bool {
        self.next_u32() & 1 == 1
    }

    /// Returns the next integer below a modulus of 254 bits.
    fn next_below(&mut self, modulus: BigInt<4>) -> BigInt<4> {
        loop {
            let mut limbs = [0; 4];
            for limb in &mut limbs {
                *limb = u64::from(self.next_u32()) << 32 | u64::from(self.next_u32());
            }
            limbs[3] &= u64::MAX >> 2;
            let integer = BigInt::new(limbs);
            if integer < modulus {
                return integer;
            }
        }
    }

    /// Returns the next scalar; zero has a chance of 2^-254.
    pub(crate) fn scalar(&mut self) -> Zeroizing<Fr> {
        Zeroizing::new(Fr::new_unchecked(self.next_below(Fr::MODULUS)))
    }

    fn coordinate(&mut self) -> Fq {
        Fq::new_unchecked(self.next_below(Fq::MODULUS))
    }

    /// Returns the next point of G1.
    pub(crate) fn g1(&mut self) -> G1Affine {
        loop {
            let x = self.coordinate();
            let is_greater = self.next_bool();
            if let Some(point) = G1Affine::get_point_from_x_unchecked(x, is_greater) {
                return point;
            }
        }
    }

    /// Returns the next point of G2.
    fn g2(&mut self) -> G2Affine {
        loop {
            let x = Fq2::new(self.coordinate(), self.coordinate());
            let is_greater = self.next_bool();
            if let Some(point) = G2Affine::get_point_from_x_unchecked(x, is_greater) {
                let point = point.mul_bigint(g2::Config::COFACTOR).into_affine();
                if !point.is_zero() {
                    return point;
                }
            }
        }
    }
}

/// Returns a point of G2 that nobody knows the logarithm of, from a hash.
pub(crate) fn hash_to_g2(hash: &[u8; 64]) -> G2Affine {
    Stream::new(&first_half(hash)).g2()
}

/// Returns the first 32 bytes of a hash.
pub(crate) fn first_half(hash: &[u8; 64]) -> [u8; 32] {
    let mut half = [0; 32];
    half.copy_from_slice(&hash[..32]);
    half
}

/// Returns how long beacons of so many hashes take here, from a trial of a few milliseconds.
#[expect(clippy::cast_precision_loss, reason = "an estimate")]
pub fn beacon_time(hashes: u64) -> Duration {
    const TRIAL: u32 = 1 << 14;
    let started = Instant::now();
    std::hint::black_box(hash_often([0; 32], TRIAL.into()));
    started.elapsed().mul_f64(hashes as f64 / f64::from(TRIAL))
}

/// Returns the stream of a beacon: its value hashed `2^iterations` times with SHA-256, so that nobody could try many.
pub(crate) fn beacon_stream(value: &[u8], iterations: u8) -> Stream {
    Stream::new(&hash_often(Sha256::digest(value).into(), (1 << iterations) - 1))
}

fn hash_often(mut hash: [u8; 32], times: u64) -> [u8; 32] {
    for _ in 0..times {
        hash = Sha256::digest(hash).into();
    }
    hash
}
