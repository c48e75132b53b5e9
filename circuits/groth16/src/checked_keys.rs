//! What a user's machine remembers of keys: those that were checked, and ceremonies that were verified.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::VerifyingKey;
use crate::entries::Entries;
use crate::points::{g1_bytes, g2_bytes};

/// The most bytes of what is remembered of one key.
const LONGEST: u64 = 1 << 10;

/// Why a folder remembers nothing.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// The folder could not be made, or files in it.
    #[error("`{path}` could not be used: {source}")]
    Io {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Somebody else can write to the folder.
    #[error("`{path}` {found}, expected a folder of your own that nobody else can write to")]
    NotOwn {
        /// The folder.
        path: PathBuf,
        /// Whose it is.
        found: &'static str,
    },
}

/// A folder that remembers, by their digests, keys all of whose points and entries were checked, and verifying keys whose
/// ceremonies were verified.
///
/// # Security
/// Who can write to the folder can make keys pass unchecked: it must be the user's own, never a part of what is handed
/// from one to another, as the folder of a key is. On Unix, a folder or a file that others own or can write to is not used.
#[derive(Clone, Debug)]
pub struct CheckedKeys {
    folder: PathBuf,
    owner: Owner,
}

impl CheckedKeys {
    /// Opens the folder in a cache, or makes it, for its owner alone. Its name changes with what is checked.
    ///
    /// # Errors
    /// When it cannot be made or written to, or somebody else can write to it.
    pub fn open(cache: &Path) -> Result<Self, CacheError> {
        let folder = cache.join("checked-keys-2");
        let failed = |source| CacheError::Io { path: folder.clone(), source };
        make_private(&folder).map_err(failed)?;
        let owner = Owner::of_new_files(&folder).map_err(failed)?;
        match owner.refuses(&fs::metadata(&folder).map_err(failed)?) {
            Some(found) => Err(CacheError::NotOwn { path: folder, found }),
            None => Ok(Self { folder, owner }),
        }
    }

    /// Returns the entries of a key that was checked.
    pub(crate) fn find(&self, digest: &str) -> Option<Entries> {
        Entries::from_bytes(&self.read(digest)?)
    }

    /// Remembers a key. That it could not be written costs time, not more.
    pub(crate) fn add(&self, digest: &str, entries: &Entries) -> io::Result<()> {
        self.write(digest, &entries.to_bytes())
    }

    /// Returns whether the ceremony of a verifying key was verified on this machine.
    pub fn is_verified(&self, vk: &VerifyingKey) -> bool {
        self.read(&ceremony(vk)).is_some()
    }

    /// Remembers that [`verify_key`](crate::verify_key) accepted the key of a verifying key.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn add_verified(&self, vk: &VerifyingKey) -> io::Result<()> {
        self.write(&ceremony(vk), b"verified\n")
    }

    fn read(&self, name: &str) -> Option<Vec<u8>> {
        let file = File::open(self.folder.join(name)).ok()?;
        let metadata = file.metadata().ok()?;
        if !metadata.is_file() || metadata.len() > LONGEST || self.owner.refuses(&metadata).is_some() {
            return None;
        }
        let mut bytes = Vec::new();
        file.take(LONGEST).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        // A temporary file is its owner's alone.
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.write_all(bytes)?;
        file.persist(self.folder.join(name))?;
        Ok(())
    }
}

/// Returns the file's name for the ceremony of a verifying key.
fn ceremony(vk: &VerifyingKey) -> String {
    let mut hasher = Sha256::new();
    for point in [vk.alpha_g1].iter().chain(&vk.gamma_abc_g1) {
        hasher.update(g1_bytes(point));
    }
    for point in [&vk.beta_g2, &vk.gamma_g2, &vk.delta_g2] {
        hasher.update(g2_bytes(point));
    }
    format!("ceremony-{}", hexadecimal(&hasher.finalize()))
}

pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(unix)]
fn make_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn make_private(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

/// Who this process is, where files have owners.
#[derive(Clone, Copy, Debug)]
struct Owner {
    #[cfg(unix)]
    user: u32,
}

#[cfg(unix)]
impl Owner {
    fn of_new_files(folder: &Path) -> io::Result<Self> {
        use std::os::unix::fs::MetadataExt as _;
        Ok(Self { user: tempfile::tempfile_in(folder)?.metadata()?.uid() })
    }

    /// Says why a file or a folder may be somebody else's work.
    fn refuses(self, metadata: &fs::Metadata) -> Option<&'static str> {
        use std::os::unix::fs::MetadataExt as _;
        if metadata.uid() != self.user {
            Some("is another user's")
        } else if metadata.mode() & 0o022 != 0 {
            Some("can be written to by others")
        } else {
            None
        }
    }
}

#[cfg(not(unix))]
impl Owner {
    fn of_new_files(_: &Path) -> io::Result<Self> {
        Ok(Self {})
    }

    fn refuses(self, _: &fs::Metadata) -> Option<&'static str> {
        None
    }
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    const DIGEST: &str = "00";

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn a_folder_that_others_can_write_to_remembers_nothing() {
        let cache = tempfile::tempdir().unwrap();
        let checked = CheckedKeys::open(&cache.path().join("of/a/user")).unwrap();
        for folder in checked.folder.ancestors().take(4) {
            assert_eq!(fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o700, "{folder:?}");
        }
        for mode in [0o720, 0o702, 0o777, 0o1777] {
            set_mode(&checked.folder, mode);
            let refused = CheckedKeys::open(&cache.path().join("of/a/user")).unwrap_err().to_string();
            assert!(refused.contains("can be written to by others"), "{mode:o}: {refused}");
        }
        set_mode(&checked.folder, 0o755);
        CheckedKeys::open(&cache.path().join("of/a/user")).unwrap();
    }

    #[test]
    fn a_file_that_others_can_write_to_is_not_believed() {
        let cache = tempfile::tempdir().unwrap();
        let checked = CheckedKeys::open(cache.path()).unwrap();
        let entries = Entries::digest([]);
        checked.add(DIGEST, &entries).unwrap();
        assert_eq!(checked.find(DIGEST), Some(entries));
        let path = checked.folder.join(DIGEST);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        for mode in [0o620, 0o602] {
            set_mode(&path, mode);
            assert_eq!(checked.find(DIGEST), None, "{mode:o}");
        }
        set_mode(&path, 0o600);
        assert_eq!(checked.find(DIGEST), Some(entries));
        let others = CheckedKeys { owner: Owner { user: checked.owner.user + 1 }, ..checked };
        assert_eq!(others.find(DIGEST), None);
    }
}
