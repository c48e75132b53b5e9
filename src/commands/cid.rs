//! `tensorproof cid`: the IPFS identifier of a file's bytes.

use std::io::Read as _;

use data_encoding::BASE32_NOPAD;
use num_bigint::BigUint;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::Output;
use crate::cli::CidArgs;
use crate::error::{Error, Result};

/// CIDv1, raw, sha2-256 of 32 bytes.
///
/// Source: <https://github.com/multiformats/cid>, <https://github.com/multiformats/multicodec>.
const PREFIX: [u8; 4] = [0x01, 0x55, 0x12, 0x20];

pub(super) fn run(args: &CidArgs, output: Output) -> Result<()> {
    let failed = |source| Error::read(&args.file, source);
    let mut file = std::fs::File::open(&args.file).map_err(failed)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    let mut length = 0;
    loop {
        let count = file.read(&mut buffer).map_err(failed)?;
        if count == 0 {
            break;
        }
        length += count;
        hash.update(&buffer[..count]);
    }
    let digest: [u8; 32] = hash.finalize().into();
    let cid = text(&digest);
    let half = |bytes: &[u8]| BigUint::from_bytes_be(bytes).to_string();
    let json = json!({
        "cid": cid,
        "bytes": length,
        "halves": [half(&digest[..16]), half(&digest[16..])],
    });
    output.result(&json, &cid)
}

/// Returns the identifier in base 32, as `ipfs add --cid-version 1` prints it.
fn text(digest: &[u8; 32]) -> String {
    let bytes = [PREFIX.as_slice(), digest].concat();
    format!("b{}", BASE32_NOPAD.encode(&bytes).to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_known_identifiers() {
        // `ipfs add --cid-version 1 --raw-leaves` of an empty file, and of "hello world\n".
        let empty = Sha256::digest(b"").into();
        assert_eq!(text(&empty), "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku");
        let hello = Sha256::digest(b"hello world\n").into();
        assert_eq!(text(&hello), "bafkreifjjcie6lypi6ny7amxnfftagclbuxndqonfipmb64f2km2devei4");
    }
}
