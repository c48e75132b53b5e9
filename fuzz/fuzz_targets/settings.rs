//! `Settings::from_json`, and what is computed from settings that it takes.

#![no_main]

use libfuzzer_sys::fuzz_target;
use tensorproof_transpiler::Settings;

fuzz_target!(|text: &str| {
    if let Ok(settings) = Settings::from_json(text) {
        let _ = settings.public_outputs();
        let _ = settings.input_shapes();
        let _ = settings.quantize_samples(&[]);
        assert_eq!(Settings::from_json(&settings.to_json()).ok(), Some(settings));
    }
});
