//! Tensors that stand in a file beside the model.
//!
//! Source: <https://github.com/onnx/onnx/blob/main/docs/ExternalData.md>.

use std::cell::RefCell;
use std::fs::{self, File};
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Component, Path, PathBuf};

use sha3::{Digest as _, Keccak256};

use super::StringStringEntryProto;
use crate::error::{Error, Result};

/// The folder of a model, and what was read of other files there.
pub(super) struct Folder<'p> {
    path: Option<&'p Path>,
    /// The keccak256 of each tensor that was read: files are read once, so that these are of what is used.
    read: RefCell<Vec<[u8; 32]>>,
}

impl<'p> Folder<'p> {
    /// Names a folder, if there is one.
    pub(super) fn new(path: Option<&'p Path>) -> Self {
        Self { path, read: RefCell::default() }
    }

    /// Returns the keccak256 of each tensor that was read, in their order.
    pub(super) fn digests(self) -> Vec<[u8; 32]> {
        self.read.into_inner()
    }
}

/// Reads the `length` bytes of a tensor from the file that `entries` name.
///
/// # Security
/// A model is not trusted to read files outside its folder: absolute paths, `..` and links that lead out are errors.
pub(super) fn read(
    entries: &[StringStringEntryProto],
    name: &str,
    length: usize,
    folder: &Folder<'_>,
) -> Result<Vec<u8>> {
    let fail = |reason: String| Error::tensor(name, reason);
    let entry = |key: &str| entries.iter().find(|entry| entry.key == key).map(|entry| entry.value.as_str());
    let number = |key: &str| match entry(key) {
        None => Ok(None),
        Some(text) => match text.parse::<u64>() {
            Ok(value) => Ok(Some(value)),
            Err(_) => Err(fail(format!("`{key}` of its external data is `{text}`, expected a number"))),
        },
    };
    let Some(path) = folder.path else {
        return Err(fail("its data is in another file, which is not at hand".to_owned()));
    };
    let location = entry("location").ok_or_else(|| fail("its external data has no `location`".to_owned()))?;
    let path = inside(path, location).map_err(fail)?;
    let expected = u64::try_from(length).unwrap_or(u64::MAX);
    if let Some(found) = number("length")?.filter(|found| *found != expected) {
        return Err(fail(format!("`length` of its external data is {found}, expected {expected}")));
    }
    let offset = number("offset")?.unwrap_or(0);
    let unreadable = |source| Error::Read { path: path.clone(), source };
    let mut file = File::open(&path).map_err(unreadable)?;
    let available = file.metadata().map_err(unreadable)?.len();
    if offset.checked_add(expected).is_none_or(|end| end > available) {
        let reason = format!(
            "its external data are {expected} bytes at {offset} of `{location}`, which has {available} bytes"
        );
        return Err(fail(reason));
    }
    file.seek(SeekFrom::Start(offset)).map_err(unreadable)?;
    let mut bytes = vec![0; length];
    file.read_exact(&mut bytes).map_err(unreadable)?;
    folder.read.borrow_mut().push(Keccak256::digest(&bytes).into());
    Ok(bytes)
}

/// Returns the path of a regular file in a folder; `Err` says why there is none.
fn inside(folder: &Path, location: &str) -> std::result::Result<PathBuf, String> {
    let outside = || format!("its data is in `{location}`, expected a file in the model's folder");
    let relative = Path::new(location);
    if location.is_empty() || !relative.components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(outside());
    }
    let missing =
        |error: std::io::Error| format!("its data is in `{location}`, which cannot be read: {error}");
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let folder = fs::canonicalize(folder).map_err(missing)?;
    let path = fs::canonicalize(folder.join(relative)).map_err(missing)?;
    if path.starts_with(&folder) && path.is_file() { Ok(path) } else { Err(outside()) }
}
