//! Running the command as a user does.

#![allow(dead_code, clippy::unwrap_used)]

pub(crate) mod anvil;
pub(crate) mod folder;
pub(crate) mod onnx;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// Returns a file of an example model.
pub(crate) fn model(name: &str, file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/models").join(name).join(file)
}

/// Runs the command.
pub(crate) fn tensorproof<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tensorproof")).args(args).env("NO_COLOR", "1").output().unwrap()
}

/// Runs the command with `--json`, expects exit code 0 and returns the result.
pub(crate) fn json<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Value {
    let args: Vec<S> = args.into_iter().collect();
    let mut all: Vec<&OsStr> = args.iter().map(AsRef::as_ref).collect();
    all.push("--json".as_ref());
    let output = tensorproof(all);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Expects that nobody but its owner can read a file.
pub(crate) fn is_private(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", path.display());
    }
    assert!(path.is_file(), "{}", path.display());
}

/// Expects exit code 1 and returns what standard error says.
pub(crate) fn failure<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> String {
    let output = tensorproof(args);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
    stderr
}
