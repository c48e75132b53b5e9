//! circom programs, from the lexer to the witness, within a budget of steps: a hostile program gets an error, not a hang.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    use tensorproof_circom::{Inputs, Level, Options, Sources, compile};
    use tensorproof_r1cs::Fr;
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for level in [Level::O0, Level::O2] {
        let options = Options { level, steps: 100_000, inspect: true };
        if let Ok(circuit) = compile(Sources::from_text("fuzz.circom", text), options) {
            let ports = circuit.inputs().into_iter();
            let inputs: Inputs = ports.map(|port| (port.name.clone(), vec![Fr::from(3u64); port.len()])).collect();
            let _ = circuit.witness(&inputs);
        }
    }
});
