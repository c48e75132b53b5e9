//! Rank-1 constraint systems over BN254 and their witnesses: what the compiler and the prover agree on.
//!
//! ```text
//! compile ──► R1cs ──► setup, prove
//! solve ────► Witness ─► prove
//! ```
//!
//! The file formats are circom's and snarkjs': `.r1cs`, `.wtns` (iden3 binary containers) and `.sym` (text).

mod field;
mod linear;
mod r1cs;
mod witness;

pub use ark_bn254::Fr;
pub use field::{fr_from_bigint, fr_from_decimal, fr_to_decimal, fr_to_signed};
pub use linear::{Matrix, Term, Wire};
pub use r1cs::{ConstraintCounts, R1cs, Unsatisfied};
pub use witness::Witness;
