//! `.keras` archives: a zip of a few files, none larger than it says.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use zip::ZipArchive;

use crate::error::{Error, Result};

/// The bytes that a zip archive begins with.
pub(super) const SIGNATURE: &[u8] = b"PK\x03\x04";

/// What a file may take whatever its compressed length, in bytes.
const SMALL: u64 = 1 << 24;

/// Most that a larger file may be compressed; Keras does not compress weights at all.
const LARGEST_RATIO: u64 = 8;

/// Most texts that layers keep.
const MOST_TEXTS: usize = 1 << 10;

/// Returns the texts of an archive whose paths end with `suffix`, with at most `most` bytes together.
///
/// # Errors
/// When the archive is damaged, or one of them is too large or no text.
pub(super) fn texts(archive: &[u8], suffix: &str, most: u64) -> Result<BTreeMap<String, String>> {
    let damaged = |error: zip::result::ZipError| Error::model(format!("not a Keras archive: {error}"));
    let paths: Vec<String> = ZipArchive::new(Cursor::new(archive))
        .map_err(damaged)?
        .file_names()
        .filter(|path| path.starts_with("assets/") && path.ends_with(suffix))
        .map(str::to_owned)
        .collect();
    if paths.len() > MOST_TEXTS {
        return Err(Error::model(format!(
            "it has {} files `{suffix}`, expected at most {MOST_TEXTS}",
            paths.len()
        )));
    }
    let mut texts = BTreeMap::new();
    let mut left = most;
    for path in paths {
        let bytes = extract(archive, &path, left)?;
        left = left.saturating_sub(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        let text = String::from_utf8(bytes)
            .map_err(|error| Error::model(format!("`{path}` in the archive is not text: {error}")))?;
        texts.insert(path, text);
    }
    Ok(texts)
}

/// Returns a file of an archive, with at most `most` bytes.
///
/// # Errors
/// When the archive is damaged, has no such file, or the file is larger.
pub(super) fn extract(archive: &[u8], name: &str, most: u64) -> Result<Vec<u8>> {
    let damaged = |error: zip::result::ZipError| Error::model(format!("not a Keras archive: {error}"));
    let mut archive = ZipArchive::new(Cursor::new(archive)).map_err(damaged)?;
    let mut file = archive
        .by_name(name)
        .map_err(|error| Error::model(format!("`{name}` cannot be read from the archive: {error}")))?;
    let most = most.min(file.compressed_size().saturating_mul(LARGEST_RATIO).max(SMALL));
    let too_large = || Error::model(format!("`{name}` in the archive has more than {most} bytes"));
    if file.size() > most {
        return Err(too_large());
    }
    let mut bytes = Vec::new();
    file.by_ref()
        .take(most + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| Error::model(format!("`{name}` in the archive is damaged: {error}")))?;
    if u64::try_from(bytes.len()).is_ok_and(|length| length <= most) { Ok(bytes) } else { Err(too_large()) }
}
