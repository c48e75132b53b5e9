//! Ceremonies: powers of tau, keys from them, contributions to both, and their verification.
//!
//! ```text
//! new_powers ──► contribute_powers … ──► prepare_powers ──► .ptau
//! .ptau + .r1cs ──► ceremony_key ──► contribute_key … ──► .zkey
//! ```
//!
//! All files are snarkjs', so that a ceremony can go on with either tool at any step.

mod blake2b;
mod columns;
mod entropy;
mod error;
mod file;
mod first_challenge;
mod initial;
mod key;
mod knowledge;
mod label;
mod powers;
mod powers_verify;
mod prepare;
mod ptau;
mod rows;
mod stream;
mod wire;

pub use error::CeremonyError;
pub use initial::ceremony_key;
pub use key::{KeySummary, contribute_key, read_key_origin, read_key_summary, read_origin_of, verify_key};
pub use label::{Beacon, Label, beacon_hashes};
pub use powers::{contribute_powers, new_powers};
pub use powers_verify::{Contribution, verify_powers};
pub use prepare::{prepare_powers, truncate_powers};
pub use ptau::Ptau;
pub use rows::R1csFile;
pub use stream::beacon_time;

pub(crate) use blake2b::Blake2b;
pub(crate) use key::check_layout;
pub(crate) use knowledge::Knowledge;
pub(crate) use wire::Hashed;
