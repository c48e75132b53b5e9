//! Proving keys.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = tensorproof_groth16::ProvingKey::read(bytes);
});
