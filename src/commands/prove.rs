//! `tensorproof prove`: a proof of an inference.

use ark_std::rand::rngs::OsRng;
use serde_json::{Map, Value, json};
use tensorproof_groth16::Profile;
use tensorproof_r1cs::{R1cs, Witness};

use super::{Output, read_key, warn_of_development_key};
use crate::build_dir::{Artefact, BuildDir};
use crate::cli::ProveArgs;
use crate::error::Result;
use crate::stages;
use crate::terminal::{Terminal, seconds};

/// Bytes of a proof: two points of G1 and one of G2, uncompressed.
pub(super) const PROOF_BYTES: usize = 256;

pub(super) fn run(args: &ProveArgs, output: Output) -> Result<()> {
    let dir = BuildDir::of(&args.dir);
    if let Some(inputs) = &args.batch {
        return super::batch::prove(args, &dir, inputs, output);
    }
    let circuit = || -> Result<(R1cs, Witness)> {
        match &args.input {
            Some(input) => {
                let (circuit, witness) =
                    super::witness::solve(&dir, &args.libraries, input, args.sample, output)?;
                Ok((circuit.r1cs, witness))
            }
            None => Ok((stages::read_r1cs(&dir)?, stages::read_witness(&dir)?)),
        }
    };
    let key = || output.terminal.stage("key", || read_key(&dir, output), super::setup::key_described);
    // Files are read side by side; a witness that is computed shows its own progress.
    let (circuit, key) = match &args.input {
        Some(_) => (circuit(), key()),
        None => rayon::join(circuit, key),
    };
    let (r1cs, witness) = circuit?;
    let (key, _) = key?;
    warn_of_development_key(output.terminal, &key.origin, &key.vk);
    let mut profile = None;
    let work = || {
        if !args.profile {
            return stages::prove_witness(&dir, &key, &r1cs, &witness, args.work.work());
        }
        let prover = stages::prover(&key, &r1cs)?.with_work(args.work.work());
        let profiled = prover.profile(&witness, &mut OsRng);
        let (proof, parts) = profiled.map_err(stages::not_proven(&dir, &r1cs))?;
        profile = Some(parts);
        stages::write_proof(&dir, &r1cs, &witness, &proof)?;
        Ok(proof)
    };
    let (_, took) = output.terminal.stage("prove", work, |_| format!("{PROOF_BYTES} bytes"))?;
    let mut json = json!({
        "public_signals": r1cs.public_signals(),
        "proof_bytes": PROOF_BYTES,
        "seconds": took.as_secs_f64(),
    });
    if let Some(profile) = profile {
        json["profile"] = told(&profile, output.terminal);
    }
    output.result(&json, &dir.path(Artefact::Proof).display().to_string())
}

/// Says how long each part took, and returns it as JSON.
fn told(profile: &Profile, terminal: Terminal) -> Value {
    let whole = profile.total().as_secs_f64().max(f64::MIN_POSITIVE);
    let mut map = Map::new();
    for (part, took) in &profile.parts {
        let share = 100.0 * took.as_secs_f64() / whole;
        terminal.say(&format!("  {part:<12} {:>8} {share:5.1} %", seconds(*took)));
        map.insert((*part).to_owned(), took.as_secs_f64().into());
    }
    map.into()
}
