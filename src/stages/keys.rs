//! Proving and verifying keys of a build directory.

use std::fs;
use std::path::{Path, PathBuf};

use ark_std::rand::rngs::OsRng;
use tensorproof_groth16::{
    CacheError, CheckedKey, CheckedKeys, KeyFileError, KeySummary, Origin, ProvingKey, VerifyingKey,
    read_key_origin, read_key_summary, read_origin_of, setup, verifying_key_from_json, verifying_key_to_json,
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

/// Reads the proving key of a build directory. `warn` is told when the cache that remembers keys cannot be relied on.
pub(crate) fn read_key(dir: &BuildDir, warn: impl FnOnce(&str)) -> Result<ProvingKey> {
    let path = dir.existing(Artefact::ProvingKey)?;
    let checked = match checked_keys() {
        Some(Err(error @ CacheError::NotOwn { .. })) => {
            warn(&format!("{error}: the key is checked, and not remembered"));
            None
        }
        // A cache that cannot be written to costs time, not more.
        opened => opened.and_then(std::result::Result::ok),
    };
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

/// Returns what the key of a verifying key was made by, as the key of the build directory says; nothing if there is none, or
/// if it is that of another verifying key.
pub(crate) fn origin_of(dir: &BuildDir, vk: &VerifyingKey) -> Result<Option<Origin>> {
    if !dir.has(Artefact::ProvingKey) {
        return Ok(None);
    }
    let path = dir.path(Artefact::ProvingKey);
    let file = fs::File::open(&path).map_err(|source| Error::read(&path, source))?;
    read_origin_of(file, vk).map_err(|source| Error::Ceremony { path, source })
}

/// Returns whether the ceremony of a verifying key was verified by this user on this machine.
pub(crate) fn is_verified(vk: &VerifyingKey) -> bool {
    checked_keys().is_some_and(|keys| keys.is_ok_and(|keys| keys.is_verified(vk)))
}

/// Remembers that the ceremony of a verifying key was verified. Where it cannot be, commands go on saying that it was not.
pub(crate) fn remember_verified(vk: &VerifyingKey) {
    if let Some(Ok(keys)) = checked_keys() {
        let _ = keys.add_verified(vk);
    }
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

/// Opens what is remembered of keys, where the system has a place for it.
fn checked_keys() -> Option<std::result::Result<CheckedKeys, CacheError>> {
    cache_folder().map(|folder| CheckedKeys::open(&folder))
}

/// Returns the folder of what can be computed again, of this user alone, where the system has one. A relative path is not one:
/// what the current folder has is somebody else's.
fn cache_folder() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let caches = variable("XDG_CACHE_HOME")
        .or_else(|| variable("LOCALAPPDATA"))
        .or_else(|| variable("HOME").map(|home| home.join(".cache")))?;
    Some(caches.join("tensorproof"))
}
