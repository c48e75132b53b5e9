//! Groth16 on BN254: keys, proofs and verification, in snarkjs' file formats.
//!
//! ```text
//! setup(R1cs) ──► ProvingKey (.zkey) ──prove(Witness)──► Proof ──verify(VerifyingKey, public signals)──► ()
//! ```
//!
//! [`setup`] makes keys for development; keys to rely on come from a ceremony: [`new_powers`], [`contribute_powers`],
//! [`prepare_powers`], then [`ceremony_key`], [`contribute_key`], [`verify_key`].
//!
//! Source: Groth, "On the Size of Pairing-based Non-interactive Arguments" (eprint 2016/260). The quotient is computed
//! from its values on the odd points of a domain twice as large, as snarkjs does, so that keys and proofs are
//! interchangeable with it.

mod blinding;
mod ceremony;
mod checked_keys;
mod contributions;
mod domain;
mod entries;
mod header;
mod ifma;
mod json;
mod key;
mod key_file;
#[cfg(target_arch = "x86_64")]
mod lanes;
mod lines;
mod memory;
mod msm;
mod multiples;
mod odd;
mod pairing;
mod points;
mod profile;
mod prove;
mod quotient;
mod rerandomize;
mod setup;
mod stored;
mod subgroup;
mod tower;
mod verify;
mod zkey;

use ark_bn254::Bn254;

pub use ceremony::{
    Beacon, CeremonyError, Contribution, KeySummary, Label, Ptau, R1csFile, beacon_hashes, beacon_time,
    ceremony_key, contribute_key, contribute_powers, new_powers, prepare_powers, read_key_origin,
    read_key_summary, read_origin_of, truncate_powers, verify_key, verify_powers,
};
pub use checked_keys::{CacheError, CheckedKeys};
pub use entries::Entries;
pub use json::{
    JsonError, proof_from_json, proof_to_json, public_from_json, public_to_json, verifying_key_from_json,
    verifying_key_to_json,
};
pub use key::{Origin, ProvingKey};
pub use key_file::KeyFileError;
pub use profile::Profile;
pub use prove::{ProveError, Prover, Work, prove};
pub use rerandomize::rerandomize;
pub use setup::{SetupError, setup};
pub use stored::{Stored, StoredPoint};
pub use verify::{CheckedKey, InvalidProof, Proven, UnsafeKey, verify};

/// A proof: `a` and `c` in G1, `b` in G2.
pub type Proof = ark_groth16::Proof<Bn254>;

/// A verifying key; `gamma_abc_g1` has one point for the constant one and one per public signal.
pub type VerifyingKey = ark_groth16::VerifyingKey<Bn254>;
