//! The primes that circom compiles for, by its names. Proofs are made over BN254 only.
//!
//! Source: circom's option `--prime`, <https://docs.circom.io/getting-started/compilation-options/>.

// The derived code asks for features of the crate that it comes from.
#![allow(unexpected_cfgs)]

use ark_ff::{Fp64, Fp256, MontBackend, MontConfig};

/// Declares the field of a prime: its modulus, and a generator of its multiplicative group.
macro_rules! field {
    ($config:ident, $field:ident, $representation:ident, $limbs:literal, $modulus:literal, $generator:literal) => {
        #[derive(MontConfig)]
        #[modulus = $modulus]
        #[generator = $generator]
        #[doc(hidden)]
        pub struct $config;

        #[doc = concat!("The field of the prime ", $modulus, ".")]
        pub type $field = $representation<MontBackend<$config, $limbs>>;
    };
}

field!(
    Bls12377Config,
    Bls12377,
    Fp256,
    4,
    "8444461749428370424248824938781546531375899335154063827935233455917409239041",
    "22"
);
field!(
    Bls12381Config,
    Bls12381,
    Fp256,
    4,
    "52435875175126190479447740508185965837690552500527637822603658699938581184513",
    "7"
);
field!(GoldilocksConfig, Goldilocks, Fp64, 1, "18446744069414584321", "7");
field!(
    GrumpkinConfig,
    Grumpkin,
    Fp256,
    4,
    "21888242871839275222246405745257275088696311157297823662689037894645226208583",
    "3"
);
field!(
    PallasConfig,
    Pallas,
    Fp256,
    4,
    "28948022309329048855892746252171976963363056481941560715954676764349967630337",
    "5"
);
field!(
    Secq256r1Config,
    Secq256r1,
    Fp256,
    4,
    "115792089210356248762697446949407573530086143415290314195533631308867097853951",
    "6"
);
field!(
    VestaConfig,
    Vesta,
    Fp256,
    4,
    "28948022309329048855892746252171976963363056481941647379679742748393362948097",
    "5"
);

/// A prime, by circom's name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prime {
    /// The order of BN254, which proofs are made over.
    #[default]
    Bn128,
    /// The order of BLS12-377.
    Bls12377,
    /// The order of BLS12-381.
    Bls12381,
    /// 2^64 - 2^32 + 1.
    Goldilocks,
    /// The order of Grumpkin, the base field of BN254.
    Grumpkin,
    /// The base field of Pallas, the order of Vesta.
    Pallas,
    /// The order of secq256r1, the base field of P-256.
    Secq256r1,
    /// The base field of Vesta, the order of Pallas.
    Vesta,
}

impl Prime {
    /// All primes.
    pub const ALL: [Self; 8] = [
        Self::Bn128,
        Self::Bls12377,
        Self::Bls12381,
        Self::Goldilocks,
        Self::Grumpkin,
        Self::Pallas,
        Self::Secq256r1,
        Self::Vesta,
    ];

    /// Returns circom's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bn128 => "bn128",
            Self::Bls12377 => "bls12377",
            Self::Bls12381 => "bls12381",
            Self::Goldilocks => "goldilocks",
            Self::Grumpkin => "grumpkin",
            Self::Pallas => "pallas",
            Self::Secq256r1 => "secq256r1",
            Self::Vesta => "vesta",
        }
    }

    /// Returns the prime of circom's name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|prime| prime.name() == name)
    }
}
