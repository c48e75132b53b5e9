//! Rank-1 constraint systems and their witnesses: what the compiler and the prover agree on. The field is BN254's scalars
//! unless said otherwise; the compiler knows the other primes of circom too.
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
mod prime;
mod r1cs;
mod r1cs_file;
mod sym_file;
mod witness;
mod wtns_file;

pub use ark_bn254::Fr;
pub use field::{add_product, fr_from_bigint, fr_from_decimal, fr_to_bigint, fr_to_decimal, fr_to_signed};
pub use linear::{Matrix, Term, Wire};
pub use prime::{Bls12377, Bls12381, Goldilocks, Grumpkin, Pallas, Prime, Secq256r1, Vesta};
pub use r1cs::{ConstraintCounts, MAX_WIRES, R1cs, Unsatisfied};
pub use sym_file::{SymbolWriter, Symbols};
pub use witness::Witness;
