//! `.npy` and `.npz` files.

use std::fmt::Display;
use std::io::Cursor;

use ndarray::ArrayD;
use ndarray_npy::{NpzReader, ReadNpyExt as _};

use super::contents::{Held, Layout};
use super::number::Number;

/// Reads an array.
pub(super) fn single(bytes: &[u8]) -> Held {
    let values = ArrayD::<Number>::read_npy(bytes).map_err(|error| brief(&error))?;
    Ok(values.mapv(|Number(value)| value))
}

/// Reads arrays by name.
pub(super) fn archive(bytes: &[u8]) -> Result<Layout, String> {
    let mut archive = NpzReader::new(Cursor::new(bytes)).map_err(|error| brief(&error))?;
    let names = archive.names().map_err(|error| brief(&error))?;
    let mut arrays = Vec::with_capacity(names.len());
    for name in names {
        let name = name.strip_suffix(".npy").unwrap_or(&name).to_owned();
        let array: Result<ArrayD<Number>, String> =
            archive.by_name(&name).map_err(|error| format!("array `{name}`: {}", brief(&error)));
        arrays.push((name, array.map(|values| values.mapv(|Number(value)| value))));
    }
    Ok(Layout::Archive(arrays))
}

/// Returns the first line of an error, which may quote all of a header, and no more than fits a terminal.
fn brief(error: &dyn Display) -> String {
    error.to_string().lines().next().unwrap_or_default().chars().take(200).collect()
}
