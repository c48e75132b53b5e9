//! The build directory: every artefact of a circuit under a fixed name.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// The artefacts of a build directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Artefact {
    /// The emitted circuit, `circuit.circom`.
    Circuit,
    /// The parameters as circuit inputs, `weights.json`.
    Weights,
    /// Scales, ranges and layers, `settings.json`.
    Settings,
    /// The constraints, `circuit.r1cs`.
    R1cs,
    /// The constraints for people and scripts, `circuit_constraints.json`.
    Constraints,
    /// The signals' names, `circuit.sym`.
    Symbols,
    /// The proving key, `circuit.zkey`.
    ProvingKey,
    /// The verifying key, `verification_key.json`.
    VerifyingKey,
    /// The circuit's inputs as circom and snarkjs read them, `input.json`.
    Input,
    /// The value of every wire, `witness.wtns`.
    Witness,
    /// The proof, `proof.json`.
    Proof,
    /// The public signals, `public.json`.
    Public,
    /// The public values that a digest stands for, `public_values.json`.
    PublicValues,
    /// The Solidity verifier, `Verifier.sol`.
    Verifier,
    /// The part of a long verifying key that is deployed before the verifier, `Verifier.key.json`.
    VerifierKey,
    /// What block explorers need to verify the source, `Verifier.input.json`.
    VerifierInput,
    /// The contracts on a chain, `deployment.json`.
    Deployment,
}

impl Artefact {
    /// Returns the file's name for a circuit `stem.circom`.
    pub fn file_name(self, stem: &str) -> String {
        let name = match self {
            Self::Circuit => return format!("{stem}.circom"),
            Self::R1cs => return format!("{stem}.r1cs"),
            Self::Symbols => return format!("{stem}.sym"),
            Self::ProvingKey => return format!("{stem}.zkey"),
            Self::Constraints => return format!("{stem}_constraints.json"),
            Self::Weights => "weights.json",
            Self::Settings => "settings.json",
            Self::VerifyingKey => "verification_key.json",
            Self::Input => "input.json",
            Self::Witness => "witness.wtns",
            Self::Proof => "proof.json",
            Self::Public => "public.json",
            Self::PublicValues => "public_values.json",
            Self::Verifier => "Verifier.sol",
            Self::VerifierKey => "Verifier.key.json",
            Self::VerifierInput => "Verifier.input.json",
            Self::Deployment => "deployment.json",
        };
        name.to_owned()
    }

    /// Returns who may read the file: parameters, inputs and their salts are secrets, even where a circuit shows them.
    fn access(self) -> Access {
        match self {
            Self::Weights | Self::Input | Self::Witness => Access::Owner,
            Self::Circuit
            | Self::Settings
            | Self::R1cs
            | Self::Constraints
            | Self::Symbols
            | Self::ProvingKey
            | Self::VerifyingKey
            | Self::Proof
            | Self::Public
            | Self::PublicValues
            | Self::Verifier
            | Self::VerifierKey
            | Self::VerifierInput
            | Self::Deployment => Access::Others,
        }
    }

    /// Returns the command that makes the artefact, for hints.
    pub fn made_by(self) -> &'static str {
        match self {
            Self::Circuit | Self::Weights | Self::Settings => "transpile",
            Self::R1cs | Self::Symbols | Self::Constraints => "compile",
            Self::ProvingKey | Self::VerifyingKey => "setup",
            Self::Input | Self::Witness => "witness",
            Self::Proof | Self::Public | Self::PublicValues => "prove",
            Self::Verifier | Self::VerifierKey => "export-verifier",
            Self::VerifierInput | Self::Deployment => "deploy",
        }
    }
}

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Its owner alone, whatever the umask: it holds a secret.
    Owner,
    /// Others too, as far as the umask lets them.
    Others,
}

impl Access {
    /// Returns the permissions that a file is created with, from which the system takes those of the umask.
    #[cfg(unix)]
    fn permissions(self) -> fs::Permissions {
        use std::os::unix::fs::PermissionsExt as _;
        fs::Permissions::from_mode(match self {
            Self::Owner => 0o600,
            Self::Others => 0o644,
        })
    }
}

/// A folder that holds artefacts.
#[derive(Clone, Debug)]
pub struct BuildDir {
    root: PathBuf,
    /// The circuit's name.
    stem: String,
}

impl BuildDir {
    /// Names a folder without touching it.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), stem: "circuit".to_owned() }
    }

    /// Names the folder that holds the artefacts of a circuit: the build directory itself, or for `FILE.circom` its
    /// folder, where they are called `FILE.r1cs` and so on.
    pub fn of(source: &Path) -> Self {
        let is_circuit = source.extension().is_some_and(|extension| extension == "circom");
        let stem = source.file_stem().filter(|_| is_circuit && !source.is_dir());
        match stem {
            Some(stem) => {
                let root = source.parent().unwrap_or(Path::new(""));
                let root = if root.as_os_str().is_empty() { Path::new(".") } else { root };
                Self { stem: stem.to_string_lossy().into_owned(), ..Self::new(root) }
            }
            None => Self::new(source),
        }
    }

    /// Names the same artefacts in another folder.
    #[must_use]
    pub fn moved_to(self, root: &Path) -> Self {
        Self { root: root.to_owned(), ..self }
    }

    /// Creates the folder and its parents if they are missing.
    ///
    /// # Errors
    /// When the folder cannot be created.
    pub fn create(root: &Path) -> Result<Self> {
        let dir = Self::new(root);
        dir.make()?;
        Ok(dir)
    }

    /// Creates the folder and its parents if they are missing.
    ///
    /// # Errors
    /// When the folder cannot be created.
    pub fn make(&self) -> Result<()> {
        fs::create_dir_all(&self.root).map_err(|source| Error::write(&self.root, source))
    }

    /// Returns the folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns an artefact's path.
    pub fn path(&self, artefact: Artefact) -> PathBuf {
        self.root.join(artefact.file_name(&self.stem))
    }

    /// Returns whether an artefact is there.
    pub fn has(&self, artefact: Artefact) -> bool {
        self.path(artefact).is_file()
    }

    /// Returns an artefact's path when the file is there.
    ///
    /// # Errors
    /// When it is missing; the error names the command that makes it.
    pub fn existing(&self, artefact: Artefact) -> Result<PathBuf> {
        let path = self.path(artefact);
        if path.is_file() {
            return Ok(path);
        }
        Err(Error::MissingArtefact { path, made_by: artefact.made_by(), folder: self.root.clone() })
    }

    /// Reads an artefact that is text.
    ///
    /// # Errors
    /// When it is missing, cannot be read or is not UTF-8.
    pub fn read_text(&self, artefact: Artefact) -> Result<String> {
        let path = self.existing(artefact)?;
        fs::read_to_string(&path).map_err(|source| Error::read(&path, source))
    }

    /// Replaces an artefact, whole or not at all. One that holds a secret is readable by its owner alone.
    ///
    /// # Errors
    /// When the folder cannot be written to; an earlier file is then untouched.
    pub fn write(
        &self,
        artefact: Artefact,
        content: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
    ) -> Result<()> {
        replace(&self.path(artefact), artefact.access(), content)
    }

    /// Replaces a file below the folder, whole or not at all.
    ///
    /// # Errors
    /// When the file or its folder cannot be written.
    pub fn write_text(&self, relative: &str, text: &str) -> Result<()> {
        let path = self.root.join(relative);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|source| Error::write(folder, source))?;
        }
        replace_file(&path, |writer| writer.write_all(text.as_bytes()))
    }

    /// Deletes artefacts that are out of date; those that are not there are fine.
    ///
    /// # Errors
    /// When a file is there and cannot be deleted.
    pub fn remove(&self, artefacts: &[Artefact]) -> Result<()> {
        for &artefact in artefacts {
            let path = self.path(artefact);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Error::write(&path, error));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Writes a file beside its place, then moves it there: readers see the old content or the new, never a part.
///
/// # Errors
/// When the folder cannot be written to, the disk is full or `content` fails; an earlier file is then untouched.
pub fn replace_file(path: &Path, content: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<()> {
    replace(path, Access::Others, content)
}

/// Does what [`replace_file`] does with a file that nobody else may read.
pub(crate) fn replace_private_file(
    path: &Path,
    content: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> Result<()> {
    replace(path, Access::Owner, content)
}

fn replace(
    path: &Path,
    access: Access,
    content: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> Result<()> {
    let attempt = |file: &mut fs::File| {
        let mut writer = BufWriter::with_capacity(1 << 20, file);
        content(&mut writer)?;
        writer.flush()
    };
    replace_file_with(path, access, attempt).map_err(|source| Error::write(path, source))
}

/// Does what [`replace_file`] does with a file that can be read back while it is written. It has its permissions from the
/// start, and an earlier one's are lost with it.
///
/// # Errors
/// What `content` says, or the system.
pub(crate) fn replace_file_with<T, E: From<std::io::Error>>(
    path: &Path,
    access: Access,
    content: impl FnOnce(&mut fs::File) -> std::result::Result<T, E>,
) -> std::result::Result<T, E> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".tensorproof-");
    #[cfg(unix)]
    builder.permissions(access.permissions());
    let mut file = builder.tempfile_in(folder)?;
    #[cfg(unix)]
    if access == Access::Owner {
        // Its owner can read it, whatever the umask.
        file.as_file().set_permissions(access.permissions())?;
    }
    #[cfg(not(unix))]
    let _ = access;
    let result = content(file.as_file_mut())?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replaces_a_file_whole() {
        let folder = tempfile::tempdir().unwrap();
        let dir = BuildDir::create(&folder.path().join("a/b")).unwrap();
        dir.write(Artefact::Proof, |writer| writer.write_all(b"old")).unwrap();
        dir.write(Artefact::Proof, |writer| writer.write_all(b"new")).unwrap();
        assert_eq!(dir.read_text(Artefact::Proof).unwrap(), "new");
    }

    #[test]
    fn keeps_the_old_file_when_writing_fails() {
        let folder = tempfile::tempdir().unwrap();
        let dir = BuildDir::new(folder.path());
        dir.write(Artefact::Proof, |writer| writer.write_all(b"old")).unwrap();
        let failed = dir.write(Artefact::Proof, |writer| {
            writer.write_all(b"half")?;
            Err(std::io::Error::from(std::io::ErrorKind::StorageFull))
        });
        assert!(failed.unwrap_err().to_string().contains("proof.json"));
        assert_eq!(dir.read_text(Artefact::Proof).unwrap(), "old");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    #[cfg(unix)]
    fn a_secret_is_never_readable_by_others_not_even_while_it_is_written() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let dir = BuildDir::new(folder.path());
        let modes = || -> Vec<u32> {
            let entries = fs::read_dir(folder.path()).unwrap();
            entries.map(|entry| entry.unwrap().metadata().unwrap().permissions().mode() & 0o777).collect()
        };
        for artefact in [Artefact::Weights, Artefact::Input, Artefact::Witness] {
            let path = dir.path(artefact);
            fs::write(&path, "old").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
            dir.write(artefact, |writer| {
                let mut modes = modes();
                modes.sort_unstable();
                assert_eq!(modes, [0o600, 0o644]);
                writer.write_all(b"new")
            })
            .unwrap();
            assert_eq!(modes(), [0o600]);
            fs::remove_file(path).unwrap();
        }
    }

    #[test]
    fn names_the_command_that_makes_a_missing_artefact() {
        let dir = BuildDir::new(Path::new("nowhere"));
        let error = dir.read_text(Artefact::ProvingKey).unwrap_err();
        assert_eq!(error.to_string(), "`nowhere/circuit.zkey` does not exist");
        assert_eq!(error.hint().unwrap(), "`tensorproof setup nowhere` makes it");
    }
}
