//! `tensorproof export-calldata`: the call data of a proof.

use serde_json::{Value, json};
use tensorproof_contracts::{Function, hex};

use super::Output;
use crate::build_dir::BuildDir;
use crate::cli::{CalldataFormat, CalldataFunction, ExportCalldataArgs};
use crate::error::Result;
use crate::stages;

pub(super) fn run(args: &ExportCalldataArgs, output: Output) -> Result<()> {
    let dir = BuildDir::of(&args.dir);
    let settings = stages::read_settings_if_any(&dir)?;
    let statement = stages::read_statement_of(&dir, settings.as_ref())?;
    // Reading does not tell that a point is in its group, and gas is wasted on any proof that is not valid.
    stages::verify_statement(&statement, settings.as_ref())?;
    let inputs = statement.contract_inputs()?;
    let function = match args.function {
        CalldataFunction::VerifyProof => Function::VerifyProof,
        CalldataFunction::RequireProof => Function::RequireProof,
        CalldataFunction::VerifyCompressed => Function::VerifyCompressed,
    };
    let call = function.call(&statement.proof, &inputs)?;
    let json = json!({
        "signature": call.signature,
        "arguments": call.arguments,
        "calldata": hex::encode_prefixed(&call.data),
    });
    let text = match args.format {
        CalldataFormat::Hex => hex::encode_prefixed(&call.data),
        CalldataFormat::Json => {
            format!("{:#}", json!({ "signature": call.signature, "arguments": call.arguments }))
        }
        CalldataFormat::Foundry => {
            let arguments: Vec<_> =
                call.arguments.iter().map(|argument| format!("'{}'", foundry(argument))).collect();
            format!("'{}' {}", call.signature, arguments.join(" "))
        }
    };
    output.result(&json, &text)
}

/// Returns an argument as `cast` reads it: lists in brackets, without quotes.
fn foundry(argument: &Value) -> String {
    match argument {
        Value::Array(items) => format!("[{}]", items.iter().map(foundry).collect::<Vec<_>>().join(",")),
        Value::String(word) => word.clone(),
        other => other.to_string(),
    }
}
