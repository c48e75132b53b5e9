//! `tensorproof verify`: whether a proof shows its statement.

use std::path::PathBuf;

use serde_json::json;
use tensorproof_contracts::evm;

use super::{Output, warn_of_development_key};
use crate::build_dir::{Artefact, BuildDir};
use crate::cli::VerifyArgs;
use crate::error::{Error, Result};
use crate::stages;
use crate::terminal::grouped;

pub(super) fn run(args: &VerifyArgs, output: Output) -> Result<()> {
    let dir = args.dir.as_deref().map(BuildDir::of);
    let path = |given: &Option<PathBuf>, artefact: Artefact| match (given, &dir) {
        (Some(path), _) => Ok(path.clone()),
        (None, Some(dir)) => dir.existing(artefact),
        (None, None) => Err(Error::Internal("neither a folder nor a file to verify")),
    };
    let vk = path(&args.vk, Artefact::VerifyingKey)?;
    let settings = match &dir {
        Some(dir) if dir.has(Artefact::Settings) => Some(stages::read_settings(dir)?),
        _ => None,
    };
    if let Some(folder) = &args.batch {
        return super::batch::verify(&vk, settings.as_ref(), folder, output);
    }
    let statement = stages::read_statement(
        &vk,
        &path(&args.public, Artefact::Public)?,
        &path(&args.proof, Artefact::Proof)?,
    )?;
    output.terminal.stage(
        "verify",
        || stages::verify_statement(&statement, settings.as_ref()),
        |()| format!("{} public signals", grouped(statement.public.len())),
    )?;
    if let Some(origin) = dir.as_ref().map(stages::key_origin).transpose()?.flatten() {
        warn_of_development_key(output.terminal, &origin);
    }
    let mut json = json!({ "valid": true, "public_signals": statement.public.len() });
    if let Some(settings) = &settings {
        if settings.output_visibility == "public" {
            let outputs = stages::outputs(settings, &stages::public_integers(settings, &statement.public)?)?;
            json["outputs"] = outputs.by_name.into();
            json["class"] = outputs.class;
        }
        json["commitments"] = stages::commitments(settings, &statement.public)?.into();
    }
    if args.evm {
        let config = stages::verifier_config(settings.as_ref(), "Verifier")?;
        let (report, _) = output.terminal.stage(
            "evm",
            || evm::verify(&statement.vk, &config, &statement.public, &statement.proof).map_err(Error::from),
            |report| format!("{} gas", grouped(report.gas_used)),
        )?;
        json["gas"] = report.gas_used.into();
    }
    output.result(&json, "valid")
}
