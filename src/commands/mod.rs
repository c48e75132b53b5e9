//! The subcommands, one file each.

mod account;
mod batch;
mod bounty;
mod cid;
mod commit;
mod compile;
mod decrypt;
mod deploy;
mod deployment;
mod encrypt;
mod export_calldata;
mod export_verifier;
mod inspect;
mod keygen;
mod ops;
mod prove;
mod report;
mod run;
mod sending;
mod setup;
mod setup_key;
mod setup_powers;
mod templates;
mod transpile;
mod verify;
mod witness;

use std::path::Path;

use serde_json::Value;
use tensorproof_groth16::{Origin, ProvingKey, VerifyingKey};

use crate::build_dir::{Artefact, BuildDir};
use crate::cli::{Cli, Command};
use crate::error::{Error, Result};
use crate::stages;
use crate::terminal::{Terminal, print_json, print_result, print_rows};

/// Does what the command line says.
///
/// # Errors
/// Why it could not be done.
pub fn run(cli: &Cli) -> Result<()> {
    let terminal = Terminal::new(cli.quiet);
    let output = Output { terminal, json: cli.json };
    match &cli.command {
        Command::Run(args) => run::run(args, output),
        Command::Transpile(args) => transpile::run(args, output),
        Command::Compile(args) => compile::run(args, output),
        Command::Setup(args) => setup::run(args, output),
        Command::Witness(args) => witness::run(args, output),
        Command::Prove(args) => prove::run(args, output),
        Command::Verify(args) => verify::run(args, output),
        Command::ExportVerifier(args) => export_verifier::run(args, output),
        Command::ExportCalldata(args) => export_calldata::run(args, output),
        Command::Deploy(args) => deploy::run(args, output),
        Command::Inspect(args) => inspect::run(args, output),
        Command::Keygen(args) => keygen::run(args, output),
        Command::Encrypt(args) => encrypt::run(args, output),
        Command::Decrypt(args) => decrypt::run(args, output),
        Command::Commit(args) => commit::run(args, output),
        Command::Cid(args) => cid::run(args, output),
        Command::Bounty(step) => bounty::run(step, output),
        Command::Ops => ops::run(output),
        Command::Templates(args) => templates::run(args, output),
    }
}

/// Where results and talk go.
#[derive(Clone, Copy)]
struct Output {
    terminal: Terminal,
    json: bool,
}

impl Output {
    /// Prints the result: as JSON for machines, else as text for people.
    fn result(self, json: &Value, text: &str) -> Result<()> {
        self.printed(json, || print_result(text))
    }

    /// Prints the result: as JSON for machines, else as rows of names and what they stand for.
    fn rows(self, json: &Value, rows: &[(&str, String)]) -> Result<()> {
        self.printed(json, || print_rows(rows))
    }

    fn printed(self, json: &Value, print: impl FnOnce() -> std::io::Result<()>) -> Result<()> {
        let printed = if self.json { print_json(&self.with_warnings(json)) } else { print() };
        printed.map_err(|source| Error::write("standard output".as_ref(), source))
    }
}

impl Output {
    /// Adds what was warned of, if anything was, to a result that is an object.
    fn with_warnings(self, json: &Value) -> Value {
        let mut json = json.clone();
        let warned = self.terminal.warned();
        if let (Some(fields), false) = (json.as_object_mut(), warned.is_empty()) {
            fields.entry("warned").or_insert(warned.into());
        }
        json
    }
}

/// Says when a key must not be relied on, and when nobody has looked whether it can be.
fn warn_of_development_key(terminal: Terminal, origin: &Origin, vk: &VerifyingKey) {
    match origin {
        Origin::Local => {
            terminal.warn("the key was made on one machine, for development: who made it could forge proofs");
        }
        Origin::Ceremony { contributions } if contributions.is_empty() => {
            terminal.warn("nobody has contributed to the key: everyone can forge proofs");
        }
        Origin::Ceremony { contributions } if !stages::is_verified(vk) => terminal.warn(&format!(
            "the key says that it has {} contributions, which was not verified here: `tensorproof setup verify` does that, \
             and until then whoever made the file may be able to forge proofs",
            contributions.len()
        )),
        Origin::Ceremony { .. } => {}
    }
}

/// Does the same for a verifying key, of which a build directory may have the proving key.
fn warn_of_origin(dir: &BuildDir, vk: &VerifyingKey, output: Output) -> Result<()> {
    match stages::origin_of(dir, vk)? {
        Some(origin) => warn_of_development_key(output.terminal, &origin, vk),
        None if dir.has(Artefact::ProvingKey) => output.terminal.warn(&format!(
            "`{}` is not the key of this verifying key: nothing says who made it",
            dir.path(Artefact::ProvingKey).display()
        )),
        None => {}
    }
    Ok(())
}

/// Reads the proving key of a build directory.
fn read_key(dir: &BuildDir, output: Output) -> Result<ProvingKey> {
    stages::read_key(dir, |warning| output.terminal.warn(warning))
}

/// Refuses to write over a secret: a key, or a salt that may be committed to.
fn check_new(path: &Path) -> Result<()> {
    if path.exists() {
        let value = path.display().to_string();
        return Err(Error::Option { option: "--output", value, expected: "a file that does not exist yet" });
    }
    Ok(())
}
