//! Python packages that tests compare with, in a virtual environment beside the npm packages.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::folder;

const REQUIREMENTS: &str = include_str!("../python/requirements.txt");

/// Returns the environment's interpreter.
fn interpreter() -> PathBuf {
    folder().join("python/bin/python")
}

/// Makes the environment with the pinned packages, unless it is there already.
///
/// # Errors
/// When the folder cannot be written, or Python or pip fail.
pub fn install_python() -> std::io::Result<()> {
    let folder = folder();
    fs::create_dir_all(&folder)?;
    // Tests run in processes of their own: one installs, the others wait.
    let lock = File::create(folder.join("python.lock"))?;
    lock.lock()?;
    let stamp = folder.join("installed-requirements.txt");
    if fs::read_to_string(&stamp).is_ok_and(|text| text == REQUIREMENTS) {
        return Ok(());
    }
    let run = |command: &mut Command| {
        let status = command.status()?;
        if status.success() {
            Ok(())
        } else {
            Err(std::io::Error::other(format!("{command:?} ended with {status}")))
        }
    };
    run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder.join("python")))?;
    let requirements = folder.join("requirements.txt");
    fs::write(&requirements, REQUIREMENTS)?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    run(Command::new(interpreter()).args(pip).arg(&requirements))?;
    fs::write(stamp, REQUIREMENTS)
}

/// Runs a Python script in `cwd` with the environment's packages, installing them first if need be.
///
/// # Panics
/// When the packages cannot be installed or Python cannot be started.
pub fn python<S: AsRef<OsStr>>(script: &Path, args: impl IntoIterator<Item = S>, cwd: &Path) -> Output {
    install_python().expect("the Python packages can be installed");
    Command::new(interpreter())
        .args(["-W", "ignore"])
        .arg(script)
        .args(args)
        .current_dir(cwd)
        .output()
        .expect("python starts")
}

/// Returns the command that runs a module of the environment as a program, installing the packages first if need be.
pub(crate) fn module(name: &str) -> Command {
    install_python().expect("the Python packages can be installed");
    let mut command = Command::new(interpreter());
    command.args(["-m", name]);
    command
}
