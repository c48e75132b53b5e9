//! Inputs: NumPy, JSON, CSV and images of any bytes.

#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use tensorproof_transpiler::data::{InputShape, read_samples};

fuzz_target!(|bytes: &[u8]| {
    let inputs = [InputShape { name: "x".to_owned(), shape: vec![1, 2], is_integer: false }];
    for name in ["x.npz", "x.npy", "x.json", "x.csv", "x.png"] {
        let _ = read_samples(Path::new(name), bytes, &inputs);
    }
});
