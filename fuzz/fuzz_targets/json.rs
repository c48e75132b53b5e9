//! Proofs, public signals and verifying keys.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = tensorproof_groth16::proof_from_json(text);
        let _ = tensorproof_groth16::public_from_json(text);
        let _ = tensorproof_groth16::verifying_key_from_json(text);
    }
});
