//! Keras models, `.keras` and `.h5`, up to the simplified graph.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(model) = tensorproof_transpiler::keras::read(bytes) {
        if let Ok(mut graph) = tensorproof_transpiler::Graph::build(&model) {
            let _ = tensorproof_transpiler::passes::simplify(&mut graph);
        }
    }
});
