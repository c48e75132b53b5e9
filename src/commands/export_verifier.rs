//! `tensorproof export-verifier`: the Solidity contract that verifies proofs.

use std::fs;

use serde_json::json;
use tensorproof_groth16::verifying_key_from_json;

use super::{Output, warn_of_origin};
use crate::build_dir::{Artefact, BuildDir};
use crate::cli::{ExportVerifierArgs, Language};
use crate::error::{Error, Result};
use crate::stages;

pub(super) fn run(args: &ExportVerifierArgs, output: Output) -> Result<()> {
    let Language::Solidity = args.language;
    let dir = BuildDir::of(&args.dir);
    let path = dir.existing(Artefact::VerifyingKey)?;
    let text = fs::read_to_string(&path).map_err(|source| Error::read(&path, source))?;
    let vk = verifying_key_from_json(&text).map_err(Error::json(&path))?;
    let settings = stages::read_settings_if_any(&dir)?;
    let export = stages::export(&dir, &vk, &stages::verifier_config(settings.as_ref(), &vk, &args.name)?)?;
    warn_of_origin(&dir, &vk, output)?;
    if settings.as_ref().is_some_and(stages::has_digest) {
        output.terminal.warn(
            "the contract computes the digest from the values; a verifier that other tools make from `verification_key.json` \
             checks the proof of h, r and v alone, and nothing of the values",
        );
    }
    let files: Vec<String> = [Artefact::Verifier, Artefact::VerifierKey]
        .into_iter()
        .filter(|artefact| dir.has(*artefact))
        .map(|artefact| dir.path(artefact).display().to_string())
        .collect();
    let json = json!({ "files": files, "data_contracts": export.data_contracts.len() });
    output.result(&json, &files.join("\n"))
}
