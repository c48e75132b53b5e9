//! Constraint systems.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = <tensorproof_r1cs::R1cs>::read(bytes);
});
