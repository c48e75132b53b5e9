//! `tensorproof prove`: a proof of an inference.

use serde_json::json;

use super::{Output, warn_of_development_key};
use crate::build_dir::{Artefact, BuildDir};
use crate::cli::ProveArgs;
use crate::error::Result;
use crate::stages;

/// Bytes of a proof: two points of G1 and one of G2, uncompressed.
pub(super) const PROOF_BYTES: usize = 256;

pub(super) fn run(args: &ProveArgs, output: Output) -> Result<()> {
    let dir = BuildDir::of(&args.dir);
    let (r1cs, witness) = match &args.input {
        Some(input) => {
            let (circuit, witness) =
                super::witness::solve(&dir, &args.libraries, input, args.sample, output)?;
            (circuit.r1cs, witness)
        }
        None => (stages::read_r1cs(&dir)?, stages::read_witness(&dir)?),
    };
    let (key, _) = output.terminal.stage("key", || stages::read_key(&dir), super::setup::key_described)?;
    warn_of_development_key(output.terminal, &key.origin);
    let (_, took) = output.terminal.stage(
        "prove",
        || stages::prove_witness(&dir, &key, &r1cs, &witness),
        |_| format!("{PROOF_BYTES} bytes"),
    )?;
    let json = json!({
        "public_signals": r1cs.public_signals(),
        "proof_bytes": PROOF_BYTES,
        "seconds": took.as_secs_f64(),
    });
    output.result(&json, &dir.path(Artefact::Proof).display().to_string())
}
