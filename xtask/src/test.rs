//! `cargo xtask test`: everything that must hold before a change lands.

use crate::certificates;
use crate::shell::{run, succeeds};

/// Installs what is missing, then runs formatter, linter, licence check and tests.
pub(crate) fn run_all() -> Result<(), String> {
    tensorproof_oracles::install().map_err(|error| error.to_string())?;
    tensorproof_oracles::install_python().map_err(|error| error.to_string())?;
    certificates::install_singular()?;
    cargo_tool("nextest", "cargo-nextest")?;
    cargo_tool("deny", "cargo-deny")?;
    run("cargo", &["fmt", "--all", "--check"])?;
    run("cargo", &["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"])?;
    run("cargo", &["deny", "--all-features", "check", "bans", "licenses", "sources"])?;
    run("cargo", &["test", "--workspace", "--doc", "--locked"])?;
    run("cargo", &["nextest", "run", "--workspace", "--locked", "--no-fail-fast"])
}

fn cargo_tool(subcommand: &str, package: &str) -> Result<(), String> {
    if succeeds("cargo", &[subcommand, "--version"]) {
        return Ok(());
    }
    run("cargo", &["install", "--locked", package])
}
