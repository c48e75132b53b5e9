//! `tensorproof setup ptau`: powers of tau.

use std::fmt::Write as _;
use std::fs::File;
use std::path::Path;

use serde_json::{Value, json};
use tensorproof_groth16::{
    Beacon, CeremonyError, Contribution, Label, Ptau, beacon_hashes, beacon_time, contribute_powers,
    new_powers, prepare_powers, truncate_powers,
};

use super::Output;
use crate::build_dir::{Access, replace_file_with};
use crate::cli::{BeaconArgs, ContributeArgs, PtauStep};
use crate::error::{Error, Result};
use crate::terminal::grouped;

pub(super) fn run(step: &PtauStep, output: Output) -> Result<()> {
    match step {
        PtauStep::New { power, output: to } => {
            let work = || {
                replace_file_with(to, Access::Others, |file| new_powers(*power, file))
                    .map_err(refused(to, to))
            };
            output.terminal.stage("new", work, |()| format!("powers of tau up to 2^{power}"))?;
            done(to, output)
        }
        PtauStep::Contribute(args) => {
            let to = args.output.as_deref().unwrap_or(&args.file);
            contribute(&args.file, to, &contributor(args), &args.entropy, output)
        }
        PtauStep::Beacon(args) => {
            let to = args.output.as_deref().unwrap_or(&args.file);
            contribute(&args.file, to, &beacon(args)?, "", output)
        }
        PtauStep::Prepare { file, output: to } => {
            let (mut ptau, to) = (open(file)?, to.as_deref().unwrap_or(file));
            let work = || {
                replace_file_with(to, Access::Others, |sink| prepare_powers(&mut ptau, sink))
                    .map_err(refused(file, to))
            };
            output.terminal.stage("prepare", work, |()| "ready for phase 2".to_owned())?;
            done(to, output)
        }
        PtauStep::Truncate { file, power, output: to } => {
            let mut ptau = open(file)?;
            let work = || {
                replace_file_with(to, Access::Others, |sink| truncate_powers(&mut ptau, *power, sink))
                    .map_err(refused(file, to))
            };
            output.terminal.stage("truncate", work, |()| format!("powers of tau up to 2^{power}"))?;
            done(to, output)
        }
    }
}

fn contribute(from: &Path, to: &Path, label: &Label, text: &str, output: Output) -> Result<()> {
    let mut ptau = open(from)?;
    tell_of_beacons([label], output).map_err(refused(from, to))?;
    let work = || {
        let written =
            replace_file_with(to, Access::Others, |file| contribute_powers(&mut ptau, label, text, file));
        written.map_err(refused(from, to))
    };
    let (hash, _) = output.terminal.stage("contribute", work, |_| "the secrets are forgotten".to_owned())?;
    let hash = hexadecimal(&hash);
    output.result(&json!({ "hash": hash, "file": to.display().to_string() }), &hash)
}

/// Says how long the beacons of contributions take to follow, if that is long; refuses those that would never end.
pub(super) fn tell_of_beacons<'l>(
    labels: impl IntoIterator<Item = &'l Label>,
    output: Output,
) -> std::result::Result<(), CeremonyError> {
    let hashes = beacon_hashes(labels)?;
    let time = beacon_time(hashes);
    if time.as_secs() > 0 {
        output.terminal.say(&format!(
            "the beacon is a value that is hashed {} times, which takes about {} s here",
            grouped(hashes),
            grouped(time.as_secs())
        ));
    }
    Ok(())
}

fn done(file: &Path, output: Output) -> Result<()> {
    output.result(&json!({ "file": file.display().to_string() }), &file.display().to_string())
}

/// Opens powers of tau.
pub(super) fn open(path: &Path) -> Result<Ptau<File>> {
    let file = File::open(path).map_err(|source| Error::read(path, source))?;
    Ptau::open(file).map_err(|source| Error::Ceremony { path: path.to_owned(), source })
}

/// Tells which file an error is about: that which is written, or that which is read.
pub(super) fn refused<'p>(from: &'p Path, to: &'p Path) -> impl FnOnce(CeremonyError) -> Error + 'p {
    |source| match source {
        CeremonyError::Io(source) => Error::write(to, source),
        source => Error::Ceremony { path: from.to_owned(), source },
    }
}

/// Returns what a contributor is called.
pub(super) fn contributor(args: &ContributeArgs) -> Label {
    Label { name: args.name.clone(), beacon: None }
}

/// Returns the beacon that was given.
pub(super) fn beacon(args: &BeaconArgs) -> Result<Label> {
    let digits = args.hash.strip_prefix("0x").unwrap_or(&args.hash);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let is_hexadecimal =
        digits.len().is_multiple_of(2) && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    let value: Option<Vec<u8>> = digits.as_bytes().chunks(2).map(byte).collect();
    match value {
        Some(value) if is_hexadecimal && !value.is_empty() => {
            Ok(Label { name: args.name.clone(), beacon: Some(Beacon { value, iterations: args.iterations }) })
        }
        _ => Err(Error::Option {
            option: "--hash",
            value: args.hash.clone(),
            expected: "an even number of hexadecimal digits",
        }),
    }
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Returns contributions as JSON.
pub(super) fn contributions_json(contributions: &[Contribution]) -> Value {
    let entry = |contribution: &Contribution| {
        json!({
            "name": contribution.label.name,
            "hash": hexadecimal(&contribution.hash),
            "beacon": contribution.label.beacon.as_ref().map(|beacon| hexadecimal(&beacon.value)),
        })
    };
    contributions.iter().map(entry).collect()
}
