//! Keys in files: read once, and checked once.

use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use tensorproof_r1cs::format::FormatError;

use crate::ceremony::{CeremonyError, check_layout};
use crate::checked_keys::{CheckedKeys, hexadecimal};
use crate::key::ProvingKey;
use crate::memory;
use crate::stored::Bytes;

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

impl ProvingKey {
    /// Opens a `.zkey`: its points stay as they are in the file, from which proofs take them. Everything is checked as
    /// [`ProvingKey::read`] does, unless `checked` remembers the same bytes.
    ///
    /// # Errors
    /// When the file cannot be read or is not a `.zkey` for Groth16 on BN254.
    ///
    /// # Security
    /// What happens to the file afterwards does not matter: the bytes that were checked are those that are used.
    pub fn open(path: &Path, checked: Option<&CheckedKeys>) -> Result<Self, KeyFileError> {
        let file = File::open(path)?;
        // A file of zeros takes no room on a disk, and all of the memory.
        check_layout(BufReader::new(&file)).map_err(|error| match error {
            CeremonyError::Io(error) => KeyFileError::Read(error),
            CeremonyError::Format(error) => KeyFileError::Format(error),
            other => KeyFileError::Read(io::Error::other(other)),
        })?;
        let Some(checked) = checked else {
            let (bytes, _) = memory::read(&file, |_| ())?;
            let bytes: Arc<dyn Bytes> = Arc::new(bytes);
            return Ok(Self::check(&bytes)?);
        };
        let (bytes, chunks) = memory::read(&file, |chunk| <[u8; 32]>::from(Sha256::digest(chunk)))?;
        let bytes: Arc<dyn Bytes> = Arc::new(bytes);
        let digest = digest(&chunks);
        if let Some(entries) = checked.find(&digest) {
            return Ok(Self::trust(&bytes, entries)?);
        }
        let key = Self::check(&bytes)?;
        // A folder that cannot be written to only costs the checks of the next time.
        let _ = checked.add(&digest, &key.entries);
        Ok(key)
    }
}

/// Returns the digest of a file: the SHA-256 of the SHA-256 of its chunks.
fn digest(chunks: &[[u8; 32]]) -> String {
    hexadecimal(&Sha256::digest(chunks.as_flattened()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::fs;

    use ark_std::rand::SeedableRng as _;
    use ark_std::rand::rngs::StdRng;
    use tensorproof_r1cs::{Fr, Matrix, R1cs, Term, Wire, Witness};

    use super::*;
    use crate::{prove, setup, verify};

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

    /// Writes a key and returns its bytes.
    fn write_key(path: &Path) -> (ProvingKey, Vec<u8>) {
        let key = setup(&product(), &mut StdRng::seed_from_u64(1)).unwrap();
        let mut bytes = Vec::new();
        key.write(&product(), &mut bytes).unwrap();
        fs::write(path, &bytes).unwrap();
        (key, bytes)
    }

    fn digest_of(bytes: &[u8]) -> String {
        digest(&[Sha256::digest(bytes).into()])
    }

    #[test]
    fn a_changed_file_is_checked_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("circuit.zkey");
        let checked = CheckedKeys::open(folder.path()).unwrap();
        let (key, mut bytes) = write_key(&path);
        for _ in 0..2 {
            assert_eq!(ProvingKey::open(&path, Some(&checked)).unwrap(), key);
        }
        assert_eq!(checked.find(&digest_of(&bytes)), Some(key.entries));
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
        checked.add(&digest_of(&bytes), &key.entries).unwrap();
        ProvingKey::open(&path, Some(&checked)).unwrap();
    }

    #[test]
    fn a_key_proves_whatever_happens_to_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("circuit.zkey");
        let checked = CheckedKeys::open(folder.path()).unwrap();
        let (_, bytes) = write_key(&path);
        let witness = Witness([1u64, 15, 3, 5].map(Fr::from).to_vec());
        let rng = &mut StdRng::seed_from_u64(2);
        for checked in [None, Some(&checked), Some(&checked)] {
            fs::write(&path, &bytes).unwrap();
            let key = ProvingKey::open(&path, checked).unwrap();
            for content in [&b""[..], &vec![0xff; bytes.len()]] {
                // The same file, cut short or written over.
                fs::write(&path, content).unwrap();
                let proof = prove(&key, &product(), &witness, rng).unwrap();
                verify(&key.vk, &witness.0[1..2], &proof).unwrap();
            }
        }
    }

    /// Counts the bytes that are read.
    struct Counted<R>(R, u64);

    impl<R: io::Read> io::Read for Counted<R> {
        fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
            let count = self.0.read(bytes)?;
            self.1 += count as u64;
            Ok(count)
        }
    }

    impl<R: io::Seek> io::Seek for Counted<R> {
        fn seek(&mut self, to: io::SeekFrom) -> io::Result<u64> {
            self.0.seek(to)
        }
    }

    /// A file with holes is as large as it says, and has no content: it is refused before there is memory for it.
    #[test]
    fn sections_are_as_long_as_the_header_says_before_they_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("circuit.zkey");
        let (_, bytes) = write_key(&path);
        check_layout(fs::File::open(&path).unwrap()).unwrap();
        // Sections, one behind the other: type, length, content.
        let mut at = 12;
        while at < bytes.len() {
            let kind = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
            let length = u64::from_le_bytes(bytes[at + 4..at + 12].try_into().unwrap());
            let end = at + 12 + usize::try_from(length).unwrap();
            if (3..=9).contains(&kind) {
                let more = 44u64 << 32;
                fs::write(&path, &bytes[..end]).unwrap();
                let mut file = fs::OpenOptions::new().write(true).open(&path).unwrap();
                file.set_len(end as u64 + more).unwrap();
                io::Seek::seek(&mut file, io::SeekFrom::End(0)).unwrap();
                io::Write::write_all(&mut file, &bytes[end..]).unwrap();
                io::Seek::seek(&mut file, io::SeekFrom::Start(at as u64 + 4)).unwrap();
                io::Write::write_all(&mut file, &(length + more).to_le_bytes()).unwrap();
                let mut counted = Counted(fs::File::open(&path).unwrap(), 0);
                let error = check_layout(&mut counted).unwrap_err().to_string();
                assert!(error.contains(&format!("found {} bytes", length + more)), "{kind}: {error}");
                assert!(counted.1 < 4096, "{kind}: {} bytes", counted.1);
                let error = ProvingKey::open(&path, None).unwrap_err().to_string();
                assert!(error.contains(&format!("found {} bytes", length + more)), "{kind}: {error}");
            }
            at = end;
        }
        let file = fs::File::create(&path).unwrap();
        file.set_len(1 << 40).unwrap();
        assert!(ProvingKey::open(&path, None).unwrap_err().to_string().contains("the magic"));
    }

    #[test]
    fn a_missing_or_empty_file_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("circuit.zkey");
        assert!(matches!(ProvingKey::open(&path, None), Err(KeyFileError::Read(_))));
        fs::write(&path, b"").unwrap();
        assert!(matches!(ProvingKey::open(&path, None), Err(KeyFileError::Format(_))));
        assert!(matches!(ProvingKey::open(folder.path(), None), Err(KeyFileError::Read(_))));
    }
}
