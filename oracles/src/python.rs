//! Python with keras, h5py and onnxruntime from PyPI, in a virtual environment below the cache folder.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const REQUIREMENTS: &str = include_str!("../python/requirements.txt");

/// Returns the interpreter of the virtual environment `python` of [`crate::folder`], making it at first use.
///
/// Tests that run in several processes at once wait for the one that makes it. Keras needs no TensorFlow when
/// `KERAS_BACKEND` is `numpy`.
///
/// # Errors
/// When the folder cannot be written, or `python3` or pip fails.
pub fn python() -> io::Result<PathBuf> {
    fs::create_dir_all(crate::folder())?;
    let root = crate::folder().canonicalize()?;
    let environment = root.join("python");
    let stamp = environment.join("installed-requirements.txt");
    let interpreter = environment.join("bin/python");
    let lock = File::create(root.join("python.lock"))?;
    lock.lock()?;
    if fs::read_to_string(&stamp).is_ok_and(|text| text == REQUIREMENTS) {
        return Ok(interpreter);
    }
    if environment.exists() {
        fs::remove_dir_all(&environment)?;
    }
    run(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
    let requirements = environment.join("requirements.txt");
    fs::write(&requirements, REQUIREMENTS)?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "-r"];
    run(Command::new(&interpreter).args(pip).arg(&requirements))?;
    fs::write(stamp, REQUIREMENTS)?;
    Ok(interpreter)
}

/// Runs a Python script in `cwd`, with NumPy behind Keras.
///
/// # Panics
/// When the environment cannot be made or the interpreter cannot be started.
pub fn run_python<S: AsRef<OsStr>>(script: &Path, args: impl IntoIterator<Item = S>, cwd: &Path) -> Output {
    Command::new(python().expect("the Python environment can be made"))
        .arg(script)
        .args(args)
        .current_dir(cwd)
        .env("KERAS_BACKEND", "numpy")
        .output()
        .expect("python starts")
}

fn run(command: &mut Command) -> io::Result<()> {
    let status = command.status()?;
    if status.success() { Ok(()) } else { Err(io::Error::other(format!("{command:?} ended with {status}"))) }
}
