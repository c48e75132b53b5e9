//! `tensorproof bounty testset`: files and labels to a test set, with the salted root that a bounty is opened with.

use std::path::{Path, PathBuf};

use ark_ff::UniformRand as _;
use ark_std::rand::rngs::OsRng;
use serde_json::{Value, json};
use tensorproof_r1cs::{Fr, fr_to_decimal};

use crate::bounty::{Folder, TestSet};
use crate::build_dir::replace_private_file;
use crate::cli::BountyTestsetArgs;
use crate::commands::{Output, check_new};
use crate::error::{Error, Result};
use crate::form_json::FORMAT;
use crate::inputs::flatten;

pub(super) fn run(args: &BountyTestsetArgs, output: Output) -> Result<()> {
    check_new(&args.output)?;
    let folder = Folder::read(&args.folder)?;
    let text = std::fs::read_to_string(&args.labels).map_err(|source| Error::read(&args.labels, source))?;
    let malformed = |reason: String| Error::Malformed { path: args.labels.clone(), reason };
    let value: Value = tensorproof_json::from_str(&text).map_err(|error| malformed(error.to_string()))?;
    let mut labels = Vec::new();
    flatten(&value, &mut labels).map_err(|found| malformed(format!("holds {found}, expected integers")))?;
    let salt = Fr::rand(&mut OsRng);
    let set = TestSet::of_files(&args.files, labels, salt, &folder)?;
    let root = fr_to_decimal(&set.computed_root(&folder)?);
    let folder = args.output.parent().unwrap_or(Path::new(""));
    let files = args.files.iter().map(|file| beside(file, folder)).collect::<Result<Vec<PathBuf>>>()?;
    let json = json!({
        "format": FORMAT,
        "files": files,
        "labels": value,
        "testSetSalt": fr_to_decimal(&salt),
        "testSetRoot": root,
    });
    replace_private_file(&args.output, |writer| writer.write_all(format!("{json:#}\n").as_bytes()))?;
    output.result(
        &json!({ "root": root, "file": args.output }),
        &format!("root {root}: {}", args.output.display()),
    )
}

/// Returns a file's path from a folder if it is in it, else its whole path.
fn beside(file: &Path, folder: &Path) -> Result<PathBuf> {
    let whole = |path: &Path| std::path::absolute(path).map_err(|source| Error::read(path, source));
    let (file, folder) =
        (whole(file)?, if folder.as_os_str().is_empty() { whole(Path::new("."))? } else { whole(folder)? });
    Ok(file.strip_prefix(&folder).map(Path::to_owned).unwrap_or(file))
}
