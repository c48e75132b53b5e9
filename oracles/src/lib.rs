//! The tools that tests compare with (circom, snarkjs, solc, forge from npm, onnx, keras, slither from PyPI), in a cache folder
//! under `target/`.
//!
//! `cargo xtask oracles` installs them once; nothing outside tests and benchmarks uses them.

mod python;

use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

pub use python::{install_python, python};

const MANIFEST: &str = include_str!("../npm/package.json");
const LOCK: &str = include_str!("../npm/package-lock.json");

/// Returns the folder that holds `node_modules`: `target/oracles` of the workspace, or `TENSORPROOF_ORACLES`.
pub fn folder() -> PathBuf {
    match std::env::var_os("TENSORPROOF_ORACLES") {
        Some(path) => path.into(),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/oracles"),
    }
}

/// Installs the pinned tools with `npm ci`, unless the folder already holds them.
///
/// # Errors
/// When the folder cannot be written or npm fails.
pub fn install() -> std::io::Result<()> {
    let folder = folder();
    let stamp = folder.join("installed-lock.json");
    if fs::read_to_string(&stamp).is_ok_and(|text| text == LOCK) {
        return Ok(());
    }
    fs::create_dir_all(&folder)?;
    fs::write(folder.join("package.json"), MANIFEST)?;
    fs::write(folder.join("package-lock.json"), LOCK)?;
    let status = Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(&folder)
        .status()?;
    if !status.success() {
        return Err(std::io::Error::other(format!("`npm ci` in {} ended with {status}", folder.display())));
    }
    fs::write(stamp, LOCK)
}

/// Returns the folder of an installed npm package.
///
/// # Panics
/// When the package is not installed.
pub fn package(name: &str) -> PathBuf {
    let path = folder().join("node_modules").join(name);
    assert!(
        path.is_dir(),
        "{name} is missing: run `cargo xtask oracles` once ({} not found)",
        path.display()
    );
    path
}

/// Copies a folder with all that is below it, as stock circom sees no file outside of the folder it runs in.
///
/// # Errors
/// When a file cannot be read or written.
pub fn copy_folder(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_folder(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Runs a script of an npm package under node in `cwd`.
///
/// # Panics
/// When node cannot be started.
pub fn node<S: AsRef<OsStr>>(script: &Path, args: impl IntoIterator<Item = S>, cwd: &Path) -> Output {
    Command::new("node")
        .arg("--no-warnings")
        .arg("--max-old-space-size=16384")
        .arg(script)
        .args(args)
        .current_dir(cwd)
        .env("NO_COLOR", "1")
        .output()
        .expect("node starts")
}

/// Runs stock circom with `args` in `cwd`; paths below `cwd` and absolute paths work.
pub fn circom<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>, cwd: &Path) -> Output {
    node(&package("circom2").join("cli.js"), args, cwd)
}

/// Runs snarkjs with `args` in `cwd`.
pub fn snarkjs<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>, cwd: &Path) -> Output {
    node(&package("snarkjs").join("build/cli.cjs"), args, cwd)
}

/// Returns the executable of a tool of Foundry, `anvil` or `forge`, that npm has for this machine.
///
/// # Panics
/// When it is not installed.
pub fn foundry(tool: &str) -> PathBuf {
    let platform = match (std::env::consts::OS, std::env::consts::ARCH) {
        ("macos", "aarch64") => "darwin-arm64",
        ("windows", _) => "win32-amd64",
        _ => "linux-amd64",
    };
    package(&format!("@foundry-rs/{tool}-{platform}")).join("bin").join(tool)
}

/// Gives a command what the forge project needs: forge itself, its libraries, and a folder of `target` for what it makes.
fn with_forge(command: &mut Command, made: &str) -> Output {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let forge = foundry("forge");
    let own = forge.parent().map(Path::to_owned);
    let folders = own.into_iter().chain(std::env::split_paths(&path));
    let libraries = package("@openzeppelin").canonicalize().expect("the folder was found");
    command
        .env("PATH", std::env::join_paths(folders).expect("PATH was taken apart"))
        .env("FOUNDRY_REMAPPINGS", format!("@openzeppelin/={}/", libraries.display()))
        .env("FOUNDRY_OUT", format!("target/{made}/out"))
        .env("FOUNDRY_CACHE_PATH", format!("target/{made}/cache"))
        .env("NO_COLOR", "1")
        .output()
        .expect("the tool starts")
}

/// Runs forge with `args` in `cwd`, the folder of a `foundry.toml`.
///
/// # Panics
/// When forge is not installed or cannot be started.
pub fn forge<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>, cwd: &Path) -> Output {
    with_forge(Command::new(foundry("forge")).args(args).current_dir(cwd), "bounty")
}

/// Runs slither, which runs forge, with `args` in `cwd`, the folder of a `foundry.toml`; it installs the Python packages first
/// if need be.
///
/// # Panics
/// When slither or forge cannot be installed or started.
pub fn slither<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>, cwd: &Path) -> Output {
    with_forge(python::module("slither").args(args).current_dir(cwd), "slither")
}

/// Compiles a solc standard-JSON input and returns the standard-JSON output.
///
/// # Panics
/// When solc cannot be run.
pub fn solc(input: &serde_json::Value) -> serde_json::Value {
    // solc's own command ends the process before a pipe has taken more than 64 KiB of its output.
    let script = "const input = require('fs').readFileSync(0, 'utf8'); \
                  process.stdout.write(require(process.argv[1]).compile(input));";
    let mut child = Command::new("node")
        .args(["-e", script])
        .arg(package("solc"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("node starts");
    child
        .stdin
        .take()
        .expect("stdin is piped")
        .write_all(input.to_string().as_bytes())
        .expect("solc reads its input");
    let output = child.wait_with_output().expect("solc ends");
    let text = String::from_utf8(output.stdout).expect("solc prints UTF-8");
    let start = text.find('{').expect("solc prints JSON");
    serde_json::from_str(&text[start..]).expect("solc prints JSON")
}

/// Asserts that a tool ended well and returns its standard output.
///
/// # Panics
/// With everything the tool printed, when it failed.
pub fn expect_success(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}\n{}", String::from_utf8_lossy(&output.stderr));
    text
}
