//! The command in a folder, as a user runs it there.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// Runs the command.
pub(crate) fn tensorproof(arguments: &[&str], folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tensorproof"))
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .output()
        .unwrap()
}

/// Returns the JSON of a command that must succeed.
pub(crate) fn result(arguments: &[&str], folder: &Path) -> Value {
    let output = tensorproof(&[arguments, &["--json"]].concat(), folder);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Checks that a command fails as the user's mistake, and says why.
pub(crate) fn refused(arguments: &[&str], folder: &Path, words: &str) {
    let output = tensorproof(arguments, folder);
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}: {message}");
    assert!(message.contains(words), "{arguments:?}: {message}");
}

/// Reads a JSON file.
pub(crate) fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}
