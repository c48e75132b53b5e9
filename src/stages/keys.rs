//! Proving and verifying keys of a build directory.

use std::fs;
use std::path::{Path, PathBuf};

use ark_std::rand::rngs::OsRng;
use tensorproof_groth16::{
    CheckedKey, CheckedKeys, KeyFileError, KeySummary, Origin, ProvingKey, VerifyingKey, read_key_origin,
    read_key_summary, setup, verifying_key_from_json, verifying_key_to_json,
};
use tensorproof_r1cs::R1cs;

use crate::build_dir::{Artefact, BuildDir};
use crate::error::{Error, Result};

/// Makes a development key and writes it, with its verifying key.
pub(crate) fn set_up(dir: &BuildDir, r1cs: &R1cs) -> Result<ProvingKey> {
    keep_ceremony_key(dir)?;
    let key = setup(r1cs, &mut OsRng)?;
    remove_proofs(dir)?;
    dir.write(Artefact::ProvingKey, |writer| key.write(r1cs, writer))?;
    let vk = verifying_key_to_json(&key.vk);
    dir.write(Artefact::VerifyingKey, |writer| writer.write_all(vk.as_bytes()))?;
    Ok(key)
}

/// Refuses to go on when the build directory's key has contributions, which cannot be made again.
pub(crate) fn keep_ceremony_key(dir: &BuildDir) -> Result<()> {
    match key_origin(dir) {
        Ok(Some(Origin::Ceremony { contributions })) if !contributions.is_empty() => {
            let path = dir.path(Artefact::ProvingKey);
            Err(Error::CeremonyKey { path, contributions: contributions.len() })
        }
        // Of what is not a key, nothing is lost.
        _ => Ok(()),
    }
}

/// Deletes what was made with an earlier key.
pub(crate) fn remove_proofs(dir: &BuildDir) -> Result<()> {
    dir.remove(&[Artefact::Proof, Artefact::Public, Artefact::Verifier, Artefact::VerifierKey])
}

/// Reads the proving key of a build directory.
pub(crate) fn read_key(dir: &BuildDir) -> Result<ProvingKey> {
    let path = dir.existing(Artefact::ProvingKey)?;
    let checked = cache_folder().map(|folder| CheckedKeys::new(&folder));
    ProvingKey::open(&path, checked.as_ref()).map_err(|error| match error {
        KeyFileError::Read(source) => Error::read(&path, source),
        KeyFileError::Format(source) => Error::Format { path, source },
    })
}

/// Returns what the key of a build directory was made by, if the folder has its proving key.
pub(crate) fn key_origin(dir: &BuildDir) -> Result<Option<Origin>> {
    if !dir.has(Artefact::ProvingKey) {
        return Ok(None);
    }
    let path = dir.path(Artefact::ProvingKey);
    let file = fs::File::open(&path).map_err(|source| Error::read(&path, source))?;
    read_key_origin(file).map(Some).map_err(|source| Error::Ceremony { path, source })
}

/// Returns the verifying key and the origin of a proving key.
pub(crate) fn key_summary(path: &Path) -> Result<KeySummary> {
    let file = fs::File::open(path).map_err(|source| Error::read(path, source))?;
    read_key_summary(file).map_err(|source| Error::Ceremony { path: path.to_owned(), source })
}

/// Checks the verifying key of a proving key, which is in this file.
pub(crate) fn checked_key(path: &Path, vk: VerifyingKey) -> Result<CheckedKey> {
    CheckedKey::of(vk).map_err(|source| Error::UnsafeKey { path: path.to_owned(), source })
}

/// Reads a verifying key.
pub(crate) fn read_verifying_key(path: &Path) -> Result<CheckedKey> {
    let text = fs::read_to_string(path).map_err(|source| Error::read(path, source))?;
    verifying_key_from_json(&text).map_err(Error::json(path))
}

/// Returns the folder of what can be computed again, of this user alone, where the system has one.
fn cache_folder() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let caches = variable("XDG_CACHE_HOME")
        .or_else(|| variable("LOCALAPPDATA"))
        .or_else(|| variable("HOME").map(|home| home.join(".cache")))?;
    Some(caches.join("tensorproof"))
}
