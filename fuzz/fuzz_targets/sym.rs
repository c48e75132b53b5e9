//! Symbols.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(text) = String::from_utf8(bytes.to_vec()) {
        let _ = tensorproof_r1cs::Symbols::read(text, 1000);
    }
});
