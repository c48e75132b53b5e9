//! The submission folder of a hunter: `hunter.json`, the parameters with the salt of their commitment.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};
use tensorproof_circom::Inputs;
use tensorproof_r1cs::{Fr, fr_from_decimal};
use tensorproof_transpiler::seal::Subject;

use super::folder::{Folder, read_json};
use crate::error::{Error, Result};
use crate::inputs::flatten;

/// The content of `hunter.json`; integers are decimal strings or numbers.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct HunterJson {
    /// The version of the format, which is checked.
    #[serde(rename = "format")]
    _format: u32,
    /// Nested lists of integers by signal.
    parameters: Map<String, Value>,
    #[serde(rename = "paramsSalt")]
    salt: String,
    #[serde(rename = "paramsHash")]
    hash: String,
}

/// What a hunter commits to.
pub(crate) struct Submission {
    /// The parameters and the salt, as inputs of circuits.
    pub(crate) inputs: Inputs,
    /// The commitment: the salted Poseidon hash of the parameters and their form.
    pub(crate) hash: Fr,
}

impl Submission {
    /// Reads `hunter.json` of a folder, for the circuits of a bounty folder.
    ///
    /// # Errors
    /// When it is not there, is damaged, or has other parameters than the circuits: another input of theirs could be among them.
    pub(crate) fn read(root: &Path, folder: &Folder) -> Result<Self> {
        let path = root.join("hunter.json");
        let json: HunterJson = read_json(&path)?;
        let malformed = |reason: String| Error::Malformed { path: path.clone(), reason };
        let expected: BTreeSet<&str> =
            folder.json.parameters.iter().map(|tensor| tensor.signal.as_str()).collect();
        let found: BTreeSet<&str> = json.parameters.keys().map(String::as_str).collect();
        if found != expected {
            let names = |names: &BTreeSet<&str>| {
                names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
            };
            let (found, expected) = (names(&found), names(&expected));
            return Err(malformed(format!("`parameters` has {found}, expected {expected} as the circuits")));
        }
        let mut inputs = Inputs::new();
        for (signal, nested) in json.parameters {
            let mut values = Vec::new();
            flatten(&nested, &mut values)
                .map_err(|found| malformed(format!("`{signal}` holds {found}, expected integers")))?;
            inputs.insert(signal, values);
        }
        let number = |name: &str, text: &str| {
            fr_from_decimal(text)
                .ok_or_else(|| malformed(format!("`{name}` is no decimal integer below the prime")))
        };
        inputs.insert(Subject::Params.salt_signal(), vec![number("paramsSalt", &json.salt)?]);
        Ok(Self { inputs, hash: number("paramsHash", &json.hash)? })
    }
}
