//! The test set: the samples' bytes, their labels, and the salt of the root over both.

use std::fs;
use std::path::{Path, PathBuf};

use num_bigint::Sign;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use tensorproof_circom::Inputs;
use tensorproof_contracts::B256;
use tensorproof_r1cs::{Fr, fr_from_bigint, fr_from_decimal};
use tensorproof_transpiler::emit::Root;

use super::folder::{Folder, Kind, read_json};
use crate::error::{Error, Result};
use crate::inputs::flatten;
use crate::template;

/// The most files that are looked at in a folder of samples.
const MOST_FILES: usize = 1 << 20;

/// The content of `testset.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TestSetJson {
    /// The version of the format, which is checked.
    #[serde(rename = "format")]
    _format: u32,
    /// The samples' files, relative to this one.
    files: Vec<PathBuf>,
    /// Their labels.
    labels: Value,
    #[serde(rename = "testSetSalt")]
    salt: String,
    #[serde(rename = "testSetRoot")]
    root: String,
}

/// The samples that accuracy is proven on.
pub(crate) struct TestSet {
    samples: Vec<Vec<u8>>,
    /// The label of each sample.
    pub(crate) labels: Vec<Fr>,
    /// The salt of the root.
    pub(crate) salt: Fr,
    /// The root over images and labels.
    pub(crate) root: Fr,
}

impl TestSet {
    /// Reads `testset.json` and the files that it names.
    ///
    /// # Errors
    /// When a file is not there or not of the length that the bounty's samples have, or when there are too many or too few.
    pub(crate) fn read(path: &Path, folder: &Folder) -> Result<Self> {
        let json: TestSetJson = read_json(path)?;
        let malformed = |reason: String| Error::Malformed { path: path.to_owned(), reason };
        let number = |name: &str, text: &str| {
            fr_from_decimal(text)
                .ok_or_else(|| malformed(format!("`{name}` is no decimal integer below the prime")))
        };
        let (salt, root) = (number("testSetSalt", &json.salt)?, number("testSetRoot", &json.root)?);
        let mut labels = Vec::new();
        flatten(&json.labels, &mut labels)
            .map_err(|found| malformed(format!("`labels` holds {found}, expected integers")))?;
        let beside = path.parent().unwrap_or(Path::new(""));
        let files: Vec<PathBuf> = json.files.iter().map(|file| beside.join(file)).collect();
        Ok(Self { root, ..Self::of_files(&files, labels, salt, folder)? })
    }

    /// Reads the samples of a test set whose root is not known yet, and is zero.
    ///
    /// # Errors
    /// When a file is not there or not of the length that the bounty's samples have, or when there are too many or too few.
    pub(crate) fn of_files(files: &[PathBuf], labels: Vec<Fr>, salt: Fr, folder: &Folder) -> Result<Self> {
        let expected = folder.json.samples as usize;
        for (input, actual) in [("files", files.len()), ("labels", labels.len())] {
            if actual != expected {
                let reason = format!("{actual} {input}, expected {expected} as the bounty's samples");
                return Err(Error::Malformed { path: folder.root.join("bounty.json"), reason });
            }
        }
        let samples = files.iter().map(|file| sample(file, folder)).collect::<Result<_>>()?;
        Ok(Self { samples, labels, salt, root: Fr::from(0u64) })
    }

    /// Finds the samples that a host revealed among the files of a folder, by their digests.
    ///
    /// # Errors
    /// When one is not there.
    pub(crate) fn find(
        samples: &Path,
        folder: &Folder,
        digests: &[B256],
        labels: Vec<Fr>,
        (salt, root): (Fr, Fr),
    ) -> Result<Self> {
        let failed = |source| Error::read(samples, source);
        let mut found: Vec<Option<Vec<u8>>> = vec![None; digests.len()];
        for entry in fs::read_dir(samples).map_err(failed)?.take(MOST_FILES) {
            let entry = entry.map_err(failed)?;
            let length = entry.metadata().map_err(failed)?.len();
            if length != folder.json.sample_bytes as u64 || !entry.path().is_file() {
                continue;
            }
            let bytes = sample(&entry.path(), folder)?;
            let digest = digest(&bytes);
            // The same bytes may be several samples.
            for (_, place) in digests.iter().zip(&mut found).filter(|(expected, _)| **expected == digest) {
                *place = Some(bytes.clone());
            }
        }
        let missing = || found.iter().zip(digests).find(|(bytes, _)| bytes.is_none());
        if let Some((_, digest)) = missing() {
            let reason = format!("has no file with the SHA-256 {digest}, which the host revealed");
            return Err(Error::Malformed { path: samples.to_owned(), reason });
        }
        Ok(Self { samples: found.into_iter().flatten().collect(), labels, salt, root })
    }

    /// Returns the SHA-256 of each sample, as in its CID.
    pub(crate) fn digests(&self) -> Vec<B256> {
        self.samples.iter().map(|bytes| digest(bytes)).collect()
    }

    /// Returns the inputs of the test-set circuit.
    pub(crate) fn inputs(&self) -> Inputs {
        let bytes = self.samples.iter().flatten().map(|byte| Fr::from(*byte)).collect();
        self.with_labels("bytes", bytes)
    }

    /// Returns the inputs of the accuracy circuit that are about the samples.
    ///
    /// # Errors
    /// Never for a folder that was read.
    pub(crate) fn images(&self, folder: &Folder) -> Result<Inputs> {
        let image = &folder.json.image;
        let pixels = folder.pixels()?;
        let values: Vec<Fr> = (0..=u8::MAX).map(|byte| fr_from_bigint(&pixels.integer(byte))).collect();
        let bytes = self.samples.iter().flat_map(|sample| sample.iter().skip(image.first).take(image.size));
        Ok(self.with_labels("images", bytes.map(|byte| values[usize::from(*byte)]).collect()))
    }

    /// Returns the root over images and labels, by a circuit that does nothing else: that of the test set hashes files too.
    ///
    /// The folder's circuit gives no more than its numbers: what it computes would be public, so that another circuit could
    /// show the samples.
    ///
    /// # Errors
    /// When the folder has no such circuit, or it is another than `bounty circuits` writes for these samples.
    pub(crate) fn computed_root(&self, folder: &Folder) -> Result<Fr> {
        let path = folder.dir(Kind::TestSet).root().join("root.circom");
        let text = fs::read_to_string(&path).map_err(|source| Error::read(&path, source))?;
        let pixels = folder.pixels()?;
        let is_of_folder = |root: &Root| {
            let within = |byte| {
                let value = pixels.integer(byte) + &root.offset;
                value.sign() != Sign::Minus && value.bits() <= root.bits as u64
            };
            root.samples == folder.json.samples as usize
                && root.image.iter().product::<usize>() == folder.json.image.size
                && within(0)
                && within(u8::MAX)
        };
        let Some(root) = Root::read(&text).filter(is_of_folder) else {
            let reason =
                "is not the circuit of the root of these samples, as `bounty circuits` writes it".to_owned();
            return Err(Error::Malformed { path, reason });
        };
        let outputs = template::compute(&root.circuit(), &self.images(folder)?)?;
        let root = outputs.get("testSetRoot").and_then(|values| values.first());
        root.copied().ok_or(Error::Internal("the circuit of a root has no root"))
    }

    fn with_labels(&self, name: &str, values: Vec<Fr>) -> Inputs {
        Inputs::from([
            (name.to_owned(), values),
            ("labels".to_owned(), self.labels.clone()),
            ("testSetSalt".to_owned(), vec![self.salt]),
        ])
    }
}

/// Reads a sample, which must have the length that the bounty's have.
fn sample(path: &Path, folder: &Folder) -> Result<Vec<u8>> {
    let failed = |source| Error::read(path, source);
    let expected = folder.json.sample_bytes;
    let length = fs::metadata(path).map_err(failed)?.len();
    let bytes = if length == expected as u64 { fs::read(path).map_err(failed)? } else { Vec::new() };
    if bytes.len() != expected {
        let reason = format!("has {length} bytes, expected {expected} as all samples of the bounty");
        return Err(Error::Malformed { path: path.to_owned(), reason });
    }
    Ok(bytes)
}

fn digest(bytes: &[u8]) -> B256 {
    B256::from_slice(&Sha256::digest(bytes))
}
