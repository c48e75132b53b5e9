//! Bounties on this side of the chain: the files of hosts, hunters and solvers, and the proofs of statements.
//!
//! ```text
//! bounty folder ──► Folder ──► Circuit of a statement ─┐
//! testset.json, hunter.json ──► inputs ────────────────┼──► Draft ── domain ──► Evidence { hash, proof }
//! build directory, data ──► Computation ───────────────┘
//! ```

mod computation;
mod description;
mod folder;
mod hunter;
mod statement;
mod test_set;

pub(crate) use computation::{Computation, Data};
pub(crate) use description::{FolderJson, ImageJson, ModelJson, StatementJson, StatementsJson};
pub(crate) use folder::{Folder, Kind, architecture, code_hash, setup, verifier, verifier_config};
pub(crate) use hunter::Submission;
pub(crate) use statement::{Draft, Statement, compile};
pub(crate) use test_set::TestSet;
