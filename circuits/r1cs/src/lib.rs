//! Rank-1 constraint systems over BN254 and their witnesses: what the compiler and the prover agree on.
//!
//! ```text
//! compile ──► R1cs ──► setup, prove
//! solve ────► Witness ─► prove
//! ```
//!
//! The file formats are circom's and snarkjs': `.r1cs` and `.wtns`, in iden3's binary container, and the text `.sym`.

mod field;
pub mod format;
mod json;
mod linear;
mod r1cs;
mod r1cs_file;
mod sym_file;
mod witness;
mod wtns_file;

pub use ark_bn254::Fr;
pub use field::{add_product, fr_from_bigint, fr_from_decimal, fr_to_bigint, fr_to_decimal, fr_to_signed};
pub use linear::{Matrix, Term, Wire};
pub use r1cs::{ConstraintCounts, R1cs, Unsatisfied};
pub use sym_file::{SymbolWriter, Symbols};
pub use witness::Witness;
