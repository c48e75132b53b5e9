//! What the people of the story bring along: digits with labels, and models.
//!
//! `digits` holds the last four images of MNIST's test set as PGM files of 28x28 bytes behind a header of 13. `models` holds
//! networks of the architecture of `mnist_cnn`: `shuffled.onnx` has its weights in random order, and knows nothing;
//! `noisy.onnx` has noise of half their standard deviation on them, and is right on 71 % of the test set.

use std::error::Error;
use std::fs;
use std::ops::RangeInclusive;
use std::path::Path;

use serde_json::Value;

/// Digits that a test set may have: there are no more.
pub(crate) const SAMPLES: RangeInclusive<i64> = 1..=4;
/// Bytes of a digit's file.
pub(crate) const SAMPLE_BYTES: usize = 797;

/// The models by the names that they get.
const MODELS: [(&str, &str); 3] = [
    ("architecture.onnx", "bounty/models/shuffled.onnx"),
    ("alice.onnx", "models/mnist_cnn/model.onnx"),
    ("bob.onnx", "bounty/models/noisy.onnx"),
];

/// Copies models, so many digits and their labels into a folder. Returns the digits' names.
///
/// # Errors
/// When they cannot be read or written.
pub(crate) fn lay_out(folder: &Path, samples: usize) -> Result<Vec<String>, Box<dyn Error>> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    for (name, model) in MODELS {
        fs::copy(examples.join(model), folder.join(name))?;
    }
    let digits = examples.join("bounty/digits");
    let labels: Vec<Value> = serde_json::from_str(&fs::read_to_string(digits.join("labels.json"))?)?;
    fs::write(folder.join("labels.json"), serde_json::to_string(&labels[..samples.min(labels.len())])?)?;
    fs::create_dir(folder.join("digits"))?;
    let names: Vec<String> = (9996..).take(samples).map(|number| format!("digits/{number}.pgm")).collect();
    for name in &names {
        fs::copy(examples.join("bounty").join(name), folder.join(name))?;
    }
    Ok(names)
}
