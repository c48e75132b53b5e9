//! Proves what a machine-learning model computed: the stages of the command, on a build directory.
//!
//! ```text
//! transpile ──► compile ──► setup ──► witness ──► prove ──► verify, export-verifier
//! ```
//!
//! Each stage reads and writes the files that [`build_dir::Artefact`] names. The crates below do the work:
//! `tensorproof-transpiler`, `tensorproof-circom`, `tensorproof-groth16` and `tensorproof-contracts`.

mod baby_jubjub;
mod bounty;
pub mod build_dir;
pub mod cli;
pub mod commands;
mod error;
mod form_json;
mod inputs;
mod message;
mod stages;
mod template;
pub mod terminal;

pub use error::{Error, Result};
