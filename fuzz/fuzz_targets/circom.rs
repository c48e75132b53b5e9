//! circom programs; loops that would take long are cut by the limit of the compiler.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    use tensorproof_circom::{Level, Options, Sources, compile};
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = compile(Sources::from_text("fuzz.circom", text), Options { level: Level::O1 });
    }
});
