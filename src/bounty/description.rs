//! The content of `bounty.json`, which may say anything until it is checked.

use std::collections::BTreeSet;

use num_bigint::{BigInt, Sign};
use serde::{Deserialize, Serialize};
use tensorproof_contracts::B256;
use tensorproof_contracts::bounty::{MAX_CIPHERTEXT, MAX_SAMPLES};
use tensorproof_transpiler::emit::Pixels;
use tensorproof_transpiler::quantize::{Architecture, MOST_BITS, Power};
use tensorproof_transpiler::settings::TensorSettings;

/// The most bytes of a sample that circuits are made for.
const MOST: u64 = 1 << 20;

/// The most digits of an integer in it.
const MOST_DIGITS: usize = 100;

/// The inputs of the circuits that are no parameters.
const INPUTS: [&str; 8] = [
    "bytes",
    "images",
    "labels",
    "testSetSalt",
    "paramsSalt",
    "paramsSecret",
    "recipient",
    "publicChallenge",
];

/// The content of `bounty.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FolderJson {
    /// The version of the format.
    pub(crate) format: u32,
    /// Samples in the test set, k.
    pub(crate) samples: u32,
    /// Bytes of a sample, as its CID hashes them.
    pub(crate) sample_bytes: usize,
    /// Where the image is in a sample.
    pub(crate) image: ImageJson,
    /// Field elements in a ciphertext: that of the form, those of the parameters, the tag, and the sender's key of two.
    #[serde(rename = "ciphertextLength")]
    pub(crate) ciphertext_length: u32,
    /// [`super::architecture`] of the accuracy circuit, as hexadecimal.
    pub(crate) architecture: String,
    /// The parameters in the order in which the ciphertext packs them.
    pub(crate) parameters: Vec<TensorSettings>,
    /// How a model becomes integers.
    pub(crate) model: ModelJson,
    /// The circuits.
    pub(crate) statements: StatementsJson,
}

impl FolderJson {
    /// Checks what the file says, before anything is computed from it.
    ///
    /// # Errors
    /// The text names the first field that cannot be so, what it is, and what was expected.
    pub(super) fn check(&self) -> std::result::Result<(), String> {
        let within = |field: &str, found: u64, (least, most): (u64, u64)| {
            if (least..=most).contains(&found) {
                return Ok(());
            }
            Err(format!("{field} is {found}, expected {least} to {most}"))
        };
        let Self { image, model, .. } = self;
        within("`samples`", self.samples.into(), (1, MAX_SAMPLES.into()))?;
        within("`sample_bytes`", self.sample_bytes as u64, (1, MOST))?;
        within("`image.size`", image.size as u64, (1, self.sample_bytes as u64))?;
        within("`image.first`", image.first as u64, (0, (self.sample_bytes - image.size) as u64))?;
        image.pixels()?;

        if Power::parse(&model.scale).is_none() {
            return Err(format!(
                "`model.scale` is `{}`, expected 10^1 to 10^75 or 2^1 to 2^249",
                model.scale
            ));
        }
        // A layer may have any name.
        let is_scale =
            |text: &str| text.rsplit_once('=').is_some_and(|(_, scale)| Power::parse(scale).is_some());
        if let Some(other) = model.layer_scales.iter().find(|text| !is_scale(text)) {
            let expected = "expected a layer and its scale, such as `Conv=2^6`";
            return Err(format!("`model.layer_scales` has `{other}`, {expected}"));
        }
        let [low, high] = model.input_range;
        if !(low.is_finite() && high.is_finite() && low < high) {
            let expected = "expected two finite numbers, the lower first";
            return Err(format!("`model.input_range` is [{low}, {high}], {expected}"));
        }
        for layer in &model.widths.layers {
            let field = |what: &str| format!("{what} of `{}` in `model.widths`", layer.component);
            within(&field("sums"), layer.sums, (1, MOST_BITS))?;
            layer
                .parameters
                .iter()
                .try_for_each(|bits| within(&field("parameters"), *bits, (1, MOST_BITS)))?;
        }

        let mut names = BTreeSet::from(INPUTS);
        if let Some(TensorSettings { signal, .. }) =
            self.parameters.iter().find(|tensor| !names.insert(tensor.signal.as_str()))
        {
            return Err(format!(
                "`parameters` has `{signal}`, which is the name of another input of the circuits"
            ));
        }
        let packed = |tensor: &TensorSettings| {
            let TensorSettings { signal, shape, scale, low, bits, .. } = tensor;
            let found =
                format!("`{signal}` of shape {shape:?}, of {bits} bits from `{low}` on at scale `{scale}`");
            tensor
                .packed()
                .map_err(|_| format!("`parameters` has {found}, expected integers of 1 to 253 bits"))
        };
        let packed = self.parameters.iter().map(packed).collect::<std::result::Result<Vec<_>, _>>()?;
        let elements = packed.iter().map(|packed| packed.form.elements() as u64).fold(4, u64::saturating_add);
        if u64::from(self.ciphertext_length) != elements {
            return Err(format!(
                "`ciphertextLength` is {}, expected {elements} for the form, the parameters, the tag and the sender",
                self.ciphertext_length
            ));
        }
        // What no transaction carries nobody can deliver.
        within("`ciphertextLength`", self.ciphertext_length.into(), (1, MAX_CIPHERTEXT.into()))?;
        let architecture = &self.architecture;
        if architecture.parse::<B256>().is_err() {
            return Err(format!("`architecture` is `{architecture}`, expected 32 bytes in hexadecimal"));
        }
        Ok(())
    }
}

/// The image of a sample: each value is that of one byte, `floor((factor * byte + offset) / divisor)`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ImageJson {
    /// The first byte of the image: what is before it is the file's header.
    pub(crate) first: usize,
    /// Values of the image.
    pub(crate) size: usize,
    /// An integer, in decimal digits as the others.
    pub(crate) factor: String,
    /// An integer.
    pub(crate) offset: String,
    /// An integer, at least 1.
    pub(crate) divisor: String,
}

impl ImageJson {
    /// Returns how a byte becomes a value.
    ///
    /// # Errors
    /// When a number is none, or factor or divisor are below 1; the text says which.
    pub(super) fn pixels(&self) -> std::result::Result<Pixels, String> {
        let integer = |field: &str, text: &String, is_positive: bool| {
            let number = if text.len() <= MOST_DIGITS { text.parse::<BigInt>().ok() } else { None };
            number.filter(|number| !is_positive || number.sign() == Sign::Plus).ok_or_else(|| {
                let least = if is_positive { ", at least 1" } else { "" };
                format!(
                    "`image.{field}` is `{text}`, expected an integer of at most {MOST_DIGITS} digits{least}"
                )
            })
        };
        Ok(Pixels {
            factor: integer("factor", &self.factor, true)?,
            offset: integer("offset", &self.offset, false)?,
            divisor: integer("divisor", &self.divisor, true)?,
        })
    }
}

/// How a model becomes integers, so that a hunter's becomes what the circuits take.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ModelJson {
    /// The scale of inputs and weights, `2^5`.
    pub(crate) scale: String,
    /// Scales of the weights of single layers, `Conv=2^6`.
    pub(crate) layer_scales: Vec<String>,
    /// The real numbers that bytes 0 and 255 stand for.
    pub(crate) input_range: [f64; 2],
    /// The bits of parameters and of sums.
    pub(crate) widths: Architecture,
}

/// What is known of the circuits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatementsJson {
    /// The root's images are the bytes behind the CIDs.
    pub(crate) testset: StatementJson,
    /// Committed parameters are right on so many samples.
    pub(crate) accuracy: StatementJson,
    /// The ciphertext holds committed parameters.
    pub(crate) delivery: StatementJson,
}

/// What is known of a circuit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StatementJson {
    /// The signals of template `Statement` whose values are public, in the order of its digest.
    pub(crate) values: Vec<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::bounty::Folder;
    use crate::error::Result;

    /// Reads a folder with a description that is changed at a pointer.
    fn read(pointer: &str, value: Value) -> Result<Folder> {
        let mut json = json!({
            "format": 2,
            "samples": 2,
            "sample_bytes": 4,
            "image": { "first": 1, "size": 3, "factor": "2", "offset": "0", "divisor": "1" },
            "ciphertextLength": 5,
            "architecture": format!("0x{}", "0".repeat(64)),
            "parameters": [
                { "signal": "w", "shape": [2, 2], "order": "row-major", "scale": "2", "low": "-8", "bits": 4 },
            ],
            "model": {
                "scale": "2^1",
                "layer_scales": [],
                "input_range": [0.0, 510.0],
                "widths": { "layers": [{ "component": "Gemm", "parameters": [4, 5], "sums": 12 }] },
            },
            "statements": {
                "testset": { "values": [] }, "accuracy": { "values": [] }, "delivery": { "values": [] },
            },
        });
        *json.pointer_mut(pointer).expect(pointer) = value;
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("bounty.json"), json.to_string()).expect("a file");
        Folder::read(folder.path())
    }

    #[test]
    fn says_which_number_cannot_be() {
        let rows = [
            (
                "/format",
                json!(1),
                "was made by an earlier version, whose commitments do not cover their form",
            ),
            ("/format", json!(3), "has format 3, expected 2"),
            ("/samples", json!(0), "`samples` is 0, expected 1 to 2000"),
            ("/samples", json!(2001), "`samples` is 2001, expected 1 to 2000"),
            ("/samples", json!(u32::MAX), "`samples` is 4294967295"),
            ("/samples", json!(-1), "u32"),
            ("/sample_bytes", json!(0), "`sample_bytes` is 0, expected 1 to 1048576"),
            ("/sample_bytes", json!(1u64 << 60), "`sample_bytes` is 1152921504606846976"),
            ("/image/size", json!(0), "`image.size` is 0, expected 1 to 4"),
            ("/image/size", json!(u64::MAX), "`image.size` is 18446744073709551615, expected 1 to 4"),
            ("/image/first", json!(2), "`image.first` is 2, expected 0 to 1"),
            ("/image/first", json!(u64::MAX), "expected 0 to 1"),
            (
                "/image/factor",
                json!("0"),
                "`image.factor` is `0`, expected an integer of at most 100 digits, at least 1",
            ),
            ("/image/factor", json!("1".repeat(101)), "at most 100 digits"),
            ("/image/offset", json!("x"), "`image.offset` is `x`, expected an integer"),
            ("/image/divisor", json!("-1"), "`image.divisor` is `-1`"),
            ("/model/scale", json!("auto"), "`model.scale` is `auto`, expected 10^1"),
            ("/model/scale", json!("10^76"), "`model.scale` is `10^76`"),
            ("/model/layer_scales", json!(["Conv"]), "`model.layer_scales` has `Conv`, expected a layer"),
            ("/model/layer_scales", json!(["Conv=3^1"]), "`model.layer_scales` has `Conv=3^1`"),
            (
                "/model/input_range",
                json!([1.0, 1.0]),
                "`model.input_range` is [1, 1], expected two finite numbers",
            ),
            ("/model/input_range", json!([3.0, -1.0]), "`model.input_range` is [3, -1]"),
            ("/model/input_range", json!([0.0]), "length 2"),
            ("/model/input_range", json!([0.0, null]), "null"),
            (
                "/model/widths/layers/0/sums",
                json!(0),
                "sums of `Gemm` in `model.widths` is 0, expected 1 to 250",
            ),
            ("/model/widths/layers/0/sums", json!(u64::MAX), "expected 1 to 250"),
            (
                "/model/widths/layers/0/parameters/1",
                json!(251),
                "parameters of `Gemm` in `model.widths` is 251",
            ),
            (
                "/parameters/0/bits",
                json!(254),
                "`w` of shape [2, 2], of 254 bits from `-8` on at scale `2`, expected integers of 1 to 253 bits",
            ),
            ("/parameters/0/bits", json!(0), "`parameters`"),
            ("/parameters/0/low", json!("?"), "`?` is not an integer"),
            (
                "/parameters/0/signal",
                json!("images"),
                "`parameters` has `images`, which is the name of another input",
            ),
            ("/parameters/0/signal", json!("paramsSalt"), "`parameters` has `paramsSalt`"),
            ("/parameters/0/shape", json!([u64::MAX, u64::MAX]), "`parameters`"),
            ("/parameters/0/scale", json!("0"), "`0` is not a scale"),
            ("/parameters/0/order", json!("column-major"), "expected `row-major`"),
            ("/ciphertextLength", json!(4), "`ciphertextLength` is 4, expected 5"),
            ("/architecture", json!("0x00"), "`architecture` is `0x00`, expected 32 bytes"),
        ];
        assert!(read("/samples", json!(2)).is_ok());
        for (pointer, value, expected) in rows {
            let message = read(pointer, value.clone()).map(|_| ()).expect_err(pointer).to_string();
            assert!(message.contains("bounty.json"), "{message}");
            assert!(message.contains(expected), "{pointer} {value}: {message}");
        }
    }
}
