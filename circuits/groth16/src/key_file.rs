//! Keys in files: mapped, not copied, and checked once.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use sha2::{Digest as _, Sha256};
use tensorproof_r1cs::format::FormatError;

use crate::entries::Entries;
use crate::key::ProvingKey;
use crate::map::map;
use crate::stored::Bytes;

/// Bytes that are hashed at a time.
const CHUNK: usize = 1 << 20;

/// Why a key's file could not be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file could not be read.
    #[error(transparent)]
    Read(#[from] io::Error),
    /// The file is not a `.zkey` for Groth16 on BN254.
    #[error(transparent)]
    Format(#[from] FormatError),
}

/// The digest of a file: the SHA-256 of the SHA-256 of its chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileDigest([u8; 32]);

impl FileDigest {
    fn of(bytes: &[u8]) -> Self {
        let chunks: Vec<[u8; 32]> =
            bytes.par_chunks(CHUNK).map(|chunk| Sha256::digest(chunk).into()).collect();
        Self(Sha256::digest(chunks.concat()).into())
    }

    fn name(&self) -> String {
        let mut name = String::new();
        for byte in self.0 {
            let _ = write!(name, "{byte:02x}");
        }
        name
    }
}

/// A folder that remembers, by their digests, keys all of whose points and entries were checked.
///
/// # Security
/// Who can write to the folder can make keys pass unchecked: it must be the user's own, never a part of what is handed
/// from one to another, as the folder of a key is.
#[derive(Clone, Debug)]
pub struct CheckedKeys {
    folder: PathBuf,
}

impl CheckedKeys {
    /// Names the folder, which is made when there is something to remember. Its name changes with what is checked.
    pub fn new(cache: &Path) -> Self {
        Self { folder: cache.join("checked-keys-2") }
    }

    /// Returns the entries of a key that was checked.
    fn find(&self, digest: &FileDigest) -> Option<Entries> {
        Entries::from_bytes(&fs::read(self.folder.join(digest.name())).ok()?)
    }

    /// Remembers a key. That it could not be written costs time, not more.
    fn add(&self, digest: &FileDigest, entries: &Entries) -> io::Result<()> {
        fs::create_dir_all(&self.folder)?;
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(&entries.to_bytes())?;
        file.persist(self.folder.join(digest.name()))?;
        Ok(())
    }
}

impl ProvingKey {
    /// Opens a `.zkey`: its points stay in the file, from which proofs take them. Everything is checked as
    /// [`ProvingKey::read`] does, unless `checked` remembers the same bytes.
    ///
    /// # Errors
    /// When the file cannot be read or is not a `.zkey` for Groth16 on BN254.
    ///
    /// # Security
    /// The file must not be changed while the key is used; what replaces it whole, as this crate's writers do, does no
    /// harm. A proof that a changed file spoils is not given out, for it does not verify.
    pub fn open(path: &Path, checked: Option<&CheckedKeys>) -> Result<Self, KeyFileError> {
        let bytes: Arc<dyn Bytes> = Arc::new(map(&File::open(path)?)?);
        let Some(checked) = checked else {
            return Ok(Self::check(&bytes)?);
        };
        let digest = FileDigest::of((*bytes).as_ref());
        if let Some(entries) = checked.find(&digest) {
            return Ok(Self::trust(&bytes, entries)?);
        }
        let key = Self::check(&bytes)?;
        // A folder that cannot be written to only costs the checks of the next time.
        let _ = checked.add(&digest, &key.entries);
        Ok(key)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use ark_std::rand::SeedableRng as _;
    use ark_std::rand::rngs::StdRng;
    use tensorproof_r1cs::{Fr, Matrix, R1cs, Term, Wire};

    use super::*;
    use crate::setup;

    fn product() -> R1cs {
        let row = |wire| {
            let mut matrix = Matrix::new();
            matrix.push_row([Term { wire: Wire(wire), coefficient: 0 }]);
            matrix
        };
        R1cs {
            wires: 4,
            public_outputs: 1,
            public_inputs: 0,
            private_inputs: 2,
            labels: 4,
            wire_labels: (0..4).collect(),
            coefficients: vec![Fr::from(1u64)],
            a: row(2),
            b: row(3),
            c: row(1),
        }
    }

    #[test]
    fn a_changed_file_is_checked_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("circuit.zkey");
        let checked = CheckedKeys::new(folder.path());
        let key = setup(&product(), &mut StdRng::seed_from_u64(1)).unwrap();
        let mut bytes = Vec::new();
        key.write(&product(), &mut bytes).unwrap();
        fs::write(&path, &bytes).unwrap();
        for _ in 0..2 {
            assert_eq!(ProvingKey::open(&path, Some(&checked)).unwrap(), key);
        }
        assert_eq!(fs::read_dir(&checked.folder).unwrap().count(), 1);
        assert_eq!(ProvingKey::open(&path, None).unwrap(), key);

        // The last point of H, before the contributions: 12 bytes of a section's head and 68 of its content.
        let at = bytes.len() - 80 - 64;
        bytes[at] ^= 1;
        fs::write(&path, &bytes).unwrap();
        for checked in [Some(&checked), None] {
            let error = ProvingKey::open(&path, checked).unwrap_err().to_string();
            assert!(error.starts_with("H: found another point"), "{error}");
        }

        // What is remembered is used: only then is a damaged key not noticed.
        checked.add(&FileDigest::of(&bytes), &key.entries).unwrap();
        ProvingKey::open(&path, Some(&checked)).unwrap();
        fs::write(checked.folder.join(FileDigest::of(&bytes).name()), b"damaged").unwrap();
        ProvingKey::open(&path, Some(&checked)).unwrap_err();
    }

    #[test]
    fn a_missing_or_empty_file_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("circuit.zkey");
        assert!(matches!(ProvingKey::open(&path, None), Err(KeyFileError::Read(_))));
        fs::write(&path, b"").unwrap();
        assert!(matches!(ProvingKey::open(&path, None), Err(KeyFileError::Format(_))));
    }
}
