//! What a file of inputs holds, before it is known what the model takes.

use std::fs;
use std::path::{Path, PathBuf};

use ndarray::ArrayD;

use super::image::Picture;
use super::{image, json, numpy, table};
use crate::error::{Error, Result};

/// Largest input file, in bytes.
const LARGEST_FILE: u64 = 1 << 31;

/// The endings of the names of files of inputs; a file with another is read as JSON.
pub const ENDINGS: [&str; 7] = ["json", "npz", "npy", "csv", "png", "pgm", "ppm"];

/// Returns the ending of a file's name.
pub fn ending(path: &Path) -> String {
    path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase()).unwrap_or_default()
}

/// A file of inputs.
///
/// - JSON: `{"<input name>": nested arrays}`, which may have a salt ([`salt_signal`](crate::seal::Subject::salt_signal)) beside
///   the inputs; `{"input_data": [..]}`, with an array per input in the model's order, as ezkl writes it; or the nested arrays
///   alone for a model with one input. Numbers, booleans, and strings that are numbers.
/// - `.npz`: an array per input under its name, `arr_0`, `arr_1` and so on in order, or one called `inputs` or `x`; `.npy`: the
///   input of a model with one.
/// - `.csv`: a line per sample. A line of names may stand first; the inputs of a model with several are columns by name.
/// - `.png`, `.pgm`, `.ppm`: an image of the size that the input has, grey or in colours as the input has channels, in front or
///   behind. Brightness is 0 to 1, or 0 to 255 where the model takes integers.
#[derive(Clone, Debug)]
pub struct Contents {
    path: PathBuf,
    layout: Layout,
}

/// Numbers, or what is wrong with them: nobody may ask for them.
pub(super) type Held = std::result::Result<ArrayD<f64>, String>;

/// How a file tells which values are an input's.
#[derive(Clone, Debug)]
pub(super) enum Layout {
    /// By name, as NumPy writes them.
    Archive(Vec<(String, Held)>),
    /// By name.
    Named(Vec<(String, Held)>),
    /// One for each input, in order; also taken as one array.
    Listed {
        /// For each input.
        arrays: Vec<Held>,
        /// All of them.
        whole: Held,
        /// What stands in the file by name, which goes first: an input may be called like the list.
        named: Vec<(String, Held)>,
    },
    /// For the only input.
    Single(Held),
    /// A line for each sample.
    Table {
        /// Names of the columns, if there are some.
        names: Vec<String>,
        /// The lines.
        lines: ArrayD<f64>,
    },
    /// An image for the only input.
    Image(Picture),
}

impl Contents {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read or is not of the kind that its name says.
    pub fn load(path: &Path) -> Result<Self> {
        let failed = |source| Error::Read { path: path.to_owned(), source };
        let length = fs::metadata(path).map_err(failed)?.len();
        if length > LARGEST_FILE {
            let reason = format!("has {length} bytes, expected at most {LARGEST_FILE}");
            return Err(Error::Malformed { path: path.to_owned(), reason });
        }
        Self::read(path, &fs::read(path).map_err(failed)?)
    }

    /// Reads a file of this name and content.
    ///
    /// # Errors
    /// When it is not of the kind that its name says.
    pub fn read(path: &Path, bytes: &[u8]) -> Result<Self> {
        let layout = match ending(path).as_str() {
            "npz" => numpy::archive(bytes),
            "npy" => numpy::single(bytes).map(|array| Layout::Single(Ok(array))),
            "csv" => table::read(bytes),
            "png" | "pgm" | "ppm" => image::read(bytes).map(Layout::Image),
            _ => json::read(bytes),
        };
        match layout {
            Ok(layout) => Ok(Self { path: path.to_owned(), layout }),
            Err(reason) => Err(Error::Malformed { path: path.to_owned(), reason }),
        }
    }

    /// Returns the array of an input, which stands at a position among a number of inputs and has a shape as far as it is
    /// known.
    pub(crate) fn array(
        &self,
        input: &str,
        (position, count): (usize, usize),
        shape: &[Option<usize>],
        is_integer: bool,
    ) -> Result<ArrayD<f64>> {
        let held = match &self.layout {
            Layout::Archive(arrays) => {
                // `savez` numbers arrays without a name; data sets call them `x` and `y`.
                let numbered = format!("arr_{position}");
                let usual: &[&str] = if count == 1 { &[&numbered, "inputs", "x"] } else { &[&numbered] };
                named(arrays, input, usual, count)
            }
            Layout::Named(arrays) => named(arrays, input, &[], count),
            Layout::Single(array) if count == 1 => array.clone(),
            Layout::Listed { named, .. } if named.iter().any(|(name, _)| name == input) => {
                self::named(named, input, &[], count)
            }
            Layout::Listed { arrays, .. } if arrays.len() == count => arrays[position].clone(),
            Layout::Listed { whole, .. } if count == 1 => whole.clone(),
            Layout::Listed { arrays, .. } => {
                Err(format!("`input_data` has {} arrays, expected {count}, one per input", arrays.len()))
            }
            Layout::Table { names, lines } => table::columns(names, lines, input, count),
            Layout::Image(picture) if count == 1 => picture.array(shape, is_integer),
            Layout::Single(_) => Err(format!("has one array, expected {count} inputs by name")),
            Layout::Image(_) => Err(format!("has one image, expected {count} inputs")),
        };
        held.map_err(|reason| {
            let reason = format!("has no input `{input}` that can be read: {reason}");
            Error::Malformed { path: self.path.clone(), reason }
        })
    }
}

/// Returns the array of an input by its name, or what tools call it, or the only array for the only input.
fn named(arrays: &[(String, Held)], input: &str, usual: &[&str], count: usize) -> Held {
    let mut names = std::iter::once(&input).chain(usual);
    let found = names.find_map(|wanted| arrays.iter().find(|(name, _)| name == wanted));
    let only = || arrays.first().filter(|_| count == 1 && arrays.len() == 1);
    let Some((_, array)) = found.or_else(only) else {
        let names: Vec<&str> = arrays.iter().map(|(name, _)| name.as_str()).collect();
        return Err(format!("found `{}`", names.join("`, `")));
    };
    array.clone()
}
