//! `bounty-CHAIN-ADDRESS.json`: the terms of a bounty as they were when a hunter committed, or when the host opened it.
//!
//! # Security
//! Terms are what an endpoint says, which may say something else later: another key, say, to which the parameters would be
//! encrypted. The file is beside what it protects, in the folder of who relies on it; the endpoint that was asked first, or whoever
//! named the key, is believed, and no other after that.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use tensorproof_contracts::Address;

use crate::build_dir::replace_file;
use crate::error::{Error, Result};
use crate::form_json::{FORMAT, of_version};

/// The content of the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PinnedJson {
    format: u32,
    chain_id: u64,
    bounty: String,
    /// As `bounty show` tells them.
    terms: Map<String, Value>,
}

/// The terms of a bounty as they are told now, and the file that they are compared with.
pub(super) struct Pinned {
    /// The file.
    pub(super) path: PathBuf,
    chain: u64,
    bounty: Address,
    terms: Value,
}

impl Pinned {
    /// Names the file of a folder for a bounty of a chain, with its terms as JSON.
    pub(super) fn of(folder: &Path, chain: u64, bounty: Address, terms: Value) -> Self {
        let address = bounty.to_string().to_ascii_lowercase();
        Self { path: folder.join(format!("bounty-{chain}-{address}.json")), chain, bounty, terms }
    }

    /// Compares the terms with those of the file, and returns whether there is one.
    ///
    /// # Errors
    /// When one differs, or the file is damaged.
    pub(super) fn compare(&self) -> Result<bool> {
        if !self.path.exists() {
            return Ok(false);
        }
        let text = fs::read_to_string(&self.path).map_err(|source| Error::read(&self.path, source))?;
        let json: PinnedJson = of_version(&self.path, &text)?;
        let chain = ("chain_id".to_owned(), json!(json.chain_id), json!(self.chain));
        let bounty = ("bounty".to_owned(), json!(json.bounty), json!(self.bounty.to_string()));
        let names = json.terms.keys().chain(self.terms.as_object().into_iter().flat_map(Map::keys));
        let terms = names.map(|name| {
            let pinned = json.terms.get(name).cloned().unwrap_or(Value::Null);
            (name.clone(), pinned, self.terms[name].clone())
        });
        for (name, expected, found) in [chain, bounty].into_iter().chain(terms) {
            if found != expected {
                let (found, expected) = (found.to_string(), expected.to_string());
                return Err(Error::OtherTerms { path: self.path.clone(), name, found, expected });
            }
        }
        Ok(true)
    }

    /// Writes the file.
    pub(super) fn keep(&self) -> Result<()> {
        let json = PinnedJson {
            format: FORMAT,
            chain_id: self.chain,
            bounty: self.bounty.to_string(),
            terms: self.terms.as_object().cloned().unwrap_or_default(),
        };
        let text = format!("{:#}\n", json!(json));
        replace_file(&self.path, |writer| writer.write_all(text.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn each_term_that_differs_is_named_with_both() {
        let folder = tempfile::tempdir().unwrap();
        let (address, terms) = (Address::repeat_byte(0xab), json!({ "key": ["1", "2"], "stake": "5" }));
        let pinned = |chain, terms| Pinned::of(folder.path(), chain, address, terms);
        assert!(!pinned(1, terms.clone()).compare().unwrap());
        pinned(1, terms.clone()).keep().unwrap();
        assert!(pinned(1, terms.clone()).compare().unwrap());
        assert!(!pinned(2, terms.clone()).compare().unwrap());
        for (other, expected) in [
            (
                json!({ "key": ["1", "3"], "stake": "5" }),
                r#"`key` of the bounty is ["1","3"] as the endpoint says, expected ["1","2"]"#,
            ),
            (json!({ "key": ["1", "2"], "stake": "50" }), r#"`stake` of the bounty is "50""#),
            (json!({ "key": ["1", "2"] }), "`stake` of the bounty is null"),
            (json!({ "key": ["1", "2"], "stake": "5", "more": 1 }), "`more` of the bounty is 1"),
        ] {
            let error = pinned(1, other).compare().unwrap_err().to_string();
            assert!(error.contains(expected) && error.contains("bounty-1-0xabab"), "{error}");
        }
        let path = pinned(1, terms.clone()).path;
        for (from, to, expected) in [
            ("\"format\": 2", "\"format\": 3", "has format 3"),
            ("\"chain_id\": 1", "\"chain_id\": 2", "`chain_id` of the bounty is 1"),
            ("\"format\"", "\"more\": 1, \"format\"", "unknown field `more`"),
        ] {
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.contains(from), "{text}");
            fs::write(&path, text.replace(from, to)).unwrap();
            let error = pinned(1, terms.clone()).compare().unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
            fs::write(&path, text).unwrap();
        }
    }
}
