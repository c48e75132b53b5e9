//! `tensorproof setup`: keys for a circuit, for development.

use serde_json::json;
use tensorproof_groth16::ProvingKey;

use super::{Output, warn_of_development_key};
use crate::build_dir::{Artefact, BuildDir};
use crate::cli::SetupArgs;
use crate::error::Result;
use crate::stages;
use crate::terminal::grouped;

pub(super) fn run(args: &SetupArgs, output: Output) -> Result<()> {
    let dir = BuildDir::of(&args.dir);
    let r1cs = if dir.has(Artefact::R1cs) {
        stages::read_r1cs(&dir)?
    } else {
        super::compile::compile_dir(&dir, &args.libraries, output)?.0.r1cs
    };
    let (key, took) = output.terminal.stage("setup", || stages::set_up(&dir, &r1cs), described)?;
    warn_of_development_key(output.terminal, key.origin);
    let json = json!({
        "origin": "development",
        "domain": key.h.len(),
        "public_signals": key.vk.gamma_abc_g1.len() - 1,
        "seconds": took.as_secs_f64(),
    });
    output.result(&json, &dir.path(Artefact::ProvingKey).display().to_string())
}

pub(super) fn described(key: &ProvingKey) -> String {
    format!("development key for a domain of {}", grouped(key.h.len()))
}

pub(super) fn key_described(key: &ProvingKey) -> String {
    format!("proving key for a domain of {}", grouped(key.h.len()))
}
