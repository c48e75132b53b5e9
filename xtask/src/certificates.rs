//! `cargo xtask certificates`: `templates/CERTIFICATES.md`, made again.

use std::process::Command;

use crate::shell::{root, run, say, succeeds};

/// Certifies templates of these names again, or all, and writes the document.
pub(crate) fn write(only: &[&str]) -> Result<(), String> {
    install_singular()?;
    let wanted = if only.is_empty() { "all".to_owned() } else { only.join(" ") };
    let args =
        ["test", "-p", "tensorproof-templates", "--test", "certificates", "--", "certificates_are_current"];
    say(&format!("$ TENSORPROOF_CERTIFICATES='{wanted}' cargo {}", args.join(" ")));
    let status = Command::new("cargo")
        .args(args)
        .current_dir(root())
        .env("TENSORPROOF_CERTIFICATES", wanted)
        .status()
        .map_err(|error| format!("`cargo` could not be started: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("the certificates ended with {status}")) }
}

/// Installs Singular, one of the two engines, with Debian's packages, unless it is there already.
pub(crate) fn install_singular() -> Result<(), String> {
    if succeeds("Singular", &["--version"]) {
        return Ok(());
    }
    run("apt-get", &["update"])
        .and_then(|()| run("apt-get", &["install", "--yes", "--no-install-recommends", "singular-ui"]))
        .map_err(|error| {
            format!("Singular is missing, and {error}: install the package `singular-ui` of Debian or Ubuntu")
        })
}
