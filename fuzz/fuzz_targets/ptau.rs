//! Powers of tau.

#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use tensorproof_groth16::{Ptau, beacon_hashes, verify_powers};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(mut ptau) = Ptau::open(Cursor::new(bytes)) {
        // The hash of the first powers takes as long as the ceremony was large, that of a beacon as its maker wants.
        if ptau.ceremony_power() <= 6 && beacon_hashes(ptau.labels()).is_ok_and(|hashes| hashes <= 1 << 16) {
            let _ = verify_powers(&mut ptau);
        }
    }
});
