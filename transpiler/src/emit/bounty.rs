//! The statements of a bounty for a model: what it classifies right, what the test set is, what is delivered.
//!
//! Each is a circuit of three public signals, the digest of values that the bounty's contract knows. The test set is known by
//! a salted root over its images and labels, the parameters by the commitment of [`crate::seal`].

use std::collections::BTreeSet;
use std::fmt::Write as _;

use num_bigint::BigInt;
use num_integer::Integer as _;
use num_rational::BigRational;
use num_traits::{One as _, Signed as _, Zero as _};

use super::constants::Constants;
use super::digest::PublicValue;
use super::interface::{Interface, Signals, Template, plain};
use super::place::{Place, copy};
use super::{CircomProgram, DIGEST, comment, digest, model, seals, statement};
use crate::error::{Error, Result};
use crate::form::{Form, TensorForm};
use crate::interval::Interval;
use crate::kernel::Kernel;
use crate::quantize::{QuantizedGraph, Scope};
use crate::seal::{Packed, RECIPIENT, Seal, Subject, sealed_elements};

/// Most samples of a test set, and most bytes of one.
const MOST: usize = 1 << 20;

/// A test set: so many files, whose last bytes are the pixels of an image.
#[derive(Clone, Copy, Debug)]
pub struct TestSet {
    /// How many files.
    pub samples: usize,
    /// Bytes of each, at least as many as the model's input has values.
    pub bytes: usize,
}

/// A statement as a circuit, with the values that its digest stands for.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The circuit.
    pub program: CircomProgram,
    /// The signals whose values the digest stands for, in its order, with the lengths of their axes.
    pub values: Vec<(String, Vec<usize>)>,
}

/// The statements of a bounty.
#[derive(Clone, Debug)]
pub struct Bounty {
    /// Committed parameters classify so many samples of the root right. Private inputs `images`, `labels`, `testSetSalt`, the
    /// parameters and `paramsSalt`; values `testSetRoot`, `paramsHash`, `correct`.
    pub accuracy: Statement,
    /// The root's images are made of files with these SHA-256 digests. Private inputs `bytes`, `labels`, `testSetSalt`; values
    /// `testSetRoot`, `testSetSalt`, `digests` (halves of 128 bits), `labels`.
    pub test_set: Statement,
    /// A ciphertext holds committed parameters. Private inputs the parameters, `paramsSalt`, `paramsSecret`; values
    /// `paramsHash`, `recipient`, `paramsCiphertext`, `paramsTag`, `paramsSender`.
    pub delivery: Statement,
    /// A small circuit that computes the root: private inputs `images`, `labels`, `testSetSalt`; output `testSetRoot`.
    pub root: String,
    /// The parameters as they are packed.
    pub params: Vec<Packed>,
    /// Elements of a ciphertext with its tag and its sender's key.
    pub ciphertext_length: usize,
    /// What images are made of.
    pub pixels: Pixels,
}

/// How a byte becomes an integer of the model's input: `floor((factor * byte + offset) / divisor)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pixels {
    /// At least 1.
    pub factor: BigInt,
    /// Half of the divisor with the value of the byte zero.
    pub offset: BigInt,
    /// At least 1.
    pub divisor: BigInt,
}

impl Pixels {
    /// Returns how bytes from 0 to 255 become round(v * scale), v from `low` to `high`.
    fn new(low: f64, high: f64, scale: &BigRational) -> Result<Self> {
        let real = |value| {
            BigRational::from_float(value)
                .ok_or_else(|| Error::model(format!("{value} is no bound of a range")))
        };
        let (low, high) = (real(low)?, real(high)?);
        let least = &low * scale;
        let step = (high - low) * scale / BigRational::from_integer(BigInt::from(255));
        let unit = least.denom().lcm(step.denom());
        let whole = |value: &BigRational| (value * &unit).to_integer();
        let two = BigInt::from(2);
        if unit.is_one() {
            return Ok(Self { factor: whole(&step), offset: whole(&least), divisor: unit });
        }
        Ok(Self { factor: &two * whole(&step), offset: &two * whole(&least) + &unit, divisor: two * unit })
    }

    /// Returns the integer of a byte.
    pub fn integer(&self, byte: u8) -> BigInt {
        (&self.factor * byte + &self.offset).div_floor(&self.divisor)
    }

    fn dividend(&self) -> Interval {
        Interval { low: self.offset.clone(), high: &self.factor * 255u32 + &self.offset }
    }
}

/// Emits the statements of a bounty for models of the architecture of a quantized one.
///
/// # Errors
/// When the model's circuit is not one for any parameters, has several inputs, proves no class, or the test set does not fit.
pub fn bounty(quantized: &QuantizedGraph, test_set: TestSet) -> Result<Bounty> {
    let setting = Setting::new(quantized, test_set)?;
    let params = seals::packed(quantized, Subject::Params);
    let pixels = setting.pixels()?;
    Ok(Bounty {
        accuracy: setting.accuracy(&params)?,
        test_set: setting.files(&pixels)?,
        delivery: setting.delivery(&params)?,
        root: setting.root().circuit(),
        ciphertext_length: sealed_elements(&params) + 3,
        params,
        pixels,
    })
}

/// The root of a test set as a circuit computes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// How many images.
    pub samples: usize,
    /// The lengths of the axes of an image.
    pub image: Vec<usize>,
    /// The bits that the images' values are packed in.
    pub bits: usize,
    /// What makes the least of them zero.
    pub offset: BigInt,
    /// The bits of labels.
    pub label_bits: usize,
    /// The element that stands for the form of images and labels.
    pub form: BigInt,
}

impl Root {
    /// Reads the numbers of a circuit that computes a root alone; nothing if the text is another than [`Self::circuit`] writes.
    pub fn read(circuit: &str) -> Option<Self> {
        let between =
            |from: &str, to: char| circuit.split_once(from)?.1.split_once(to).map(|(found, _)| found);
        let axes = between("signal input images[", ';')?.strip_suffix(']')?;
        let axes: Vec<usize> = axes.split("][").map(|axis| axis.parse().ok()).collect::<Option<_>>()?;
        axes.iter()
            .try_fold(1, |count: usize, length| count.checked_mul(*length).filter(|count| *count > 0))?;
        let (&samples, image) = axes.split_first()?;
        let arguments: Vec<&str> = between("TestSetRoot(", ')')?.split(", ").collect();
        let [_, _, bits, offset, label_bits, form] = *arguments.as_slice() else { return None };
        let root = Self {
            samples,
            image: image.to_vec(),
            bits: bits.parse().ok()?,
            offset: offset.parse().ok()?,
            label_bits: label_bits.parse().ok()?,
            form: BigInt::parse_bytes(form.strip_prefix("0x")?.as_bytes(), 16)?,
        };
        (root.circuit() == circuit).then_some(root)
    }

    /// Returns a circuit that computes the root and does nothing else: private inputs `images`, `labels`, `testSetSalt`; output
    /// `testSetRoot`.
    pub fn circuit(&self) -> String {
        let mut text = format!("pragma circom 2.1.0;\n\ninclude \"{ROOT}\";\n\ntemplate Statement() {{\n");
        self.declare_images(&mut text);
        text.push_str("    signal output testSetRoot;\n");
        self.write(&mut text, &self.images());
        text.push_str("}\n\ncomponent main = Statement();\n");
        text
    }

    fn images(&self) -> Place {
        Place::plain("images", &[&[self.samples], self.image.as_slice()].concat())
    }

    fn declare_images(&self, text: &mut String) {
        let _ = writeln!(
            text,
            "    signal input images{};\n    signal input labels[{}];\n    signal input testSetSalt;",
            self.images().brackets(),
            self.samples
        );
    }

    /// Writes the root over images at a place.
    fn write(&self, text: &mut String, images: &Place) {
        let Self { samples, bits, offset, label_bits, form, .. } = self;
        let size: usize = self.image.iter().product();
        let _ = writeln!(
            text,
            "\n    component root = TestSetRoot({samples}, {size}, {bits}, {offset}, {label_bits}, {form:#x});"
        );
        text.push_str(&copy(&Place::plain("root.in", &[*samples, size]), images));
        text.push_str(
            "    root.labels <== labels;\n    root.salt <== testSetSalt;\n    testSetRoot <== root.out;\n",
        );
    }
}

/// What the statements have in common.
struct Setting<'q> {
    quantized: &'q QuantizedGraph,
    test_set: TestSet,
    /// The lengths of the axes of an image, and the range of its values.
    image: Vec<usize>,
    range: Interval,
    classes: usize,
}

impl<'q> Setting<'q> {
    fn new(quantized: &'q QuantizedGraph, test_set: TestSet) -> Result<Self> {
        if quantized.config.scope == Scope::Model {
            return Err(Error::model("its circuit is for its own parameters only, expected one for any"));
        }
        let (inputs, outputs) = (&quantized.inputs, &quantized.outputs);
        let ([input], [_]) = (inputs.as_slice(), outputs.as_slice()) else {
            let found = format!("{} inputs and {} outputs", inputs.len(), outputs.len());
            return Err(Error::model(format!("has {found}, expected an image and a class")));
        };
        let Some(Kernel::ArgMax { rows, .. }) = quantized.layers.last().map(|layer| &layer.kernel) else {
            return Err(Error::model(
                "proves values, expected a class: a `Softmax` or an `ArgMax` at its end",
            ));
        };
        let quantity = &quantized.quantities[input.place];
        let size: usize = quantity.shape.iter().product();
        let fits = (1..=MOST).contains(&test_set.samples) && (size..=MOST).contains(&test_set.bytes);
        if !fits {
            let reason = format!(
                "{} files of {} bytes, expected 1 to {MOST} files of {size} to {MOST} bytes",
                test_set.samples, test_set.bytes
            );
            return Err(Error::Input { input: "test set".to_owned(), reason });
        }
        let range = Interval::hull(&quantity.intervals);
        Ok(Self { quantized, test_set, image: quantity.shape.clone(), range, classes: rows.length })
    }

    fn size(&self) -> usize {
        self.image.iter().product()
    }

    fn pixels(&self) -> Result<Pixels> {
        let (low, high) = self.quantized.config.input_range.ok_or_else(|| {
            Error::model("the range of its input is not known, expected one: bytes are values from its low to its high end")
        })?;
        Pixels::new(low, high, &self.quantized.quantities[self.quantized.inputs[0].place].scale)
    }

    fn root(&self) -> Root {
        let TestSet { samples, .. } = self.test_set;
        let scale = &self.quantized.quantities[self.quantized.inputs[0].place].scale;
        let shape = [&[samples], self.image.as_slice()].concat();
        let images = TensorForm::new(&shape, scale, &self.range.low, &self.range.high);
        let labels = TensorForm::whole(&[samples], &BigInt::zero(), &BigInt::from(self.classes - 1));
        let (bits, offset, label_bits) = (images.bits, -&images.low, labels.bits);
        let form = Form { kind: "test set".to_owned(), tensors: vec![images, labels], names: None }.element();
        Root { samples, image: self.image.clone(), bits, offset, label_bits, form }
    }

    /// Returns what is known of a test set as inputs of a circuit; each sample is an array of a name.
    fn test_set_inputs(&self, (name, axes): (&str, &[usize])) -> Signals {
        let samples = self.test_set.samples;
        vec![
            (name.to_owned(), [&[samples], axes].concat()),
            ("labels".to_owned(), vec![samples]),
            ("testSetSalt".to_owned(), Vec::new()),
        ]
    }

    fn accuracy(&self, params: &[Packed]) -> Result<Statement> {
        let constants = Constants::of(self.quantized);
        let samples = self.test_set.samples;
        let input = &self.quantized.inputs[0].signal;
        let class = &self.quantized.outputs[0].signal;
        let mut includes = model::includes(self.quantized);
        includes.extend(seals::files(&[(Subject::Params, Seal::Hashed)]).into_iter().map(str::to_owned));
        includes.extend([ROOT, "tensorproof/arith/is_zero.circom"].map(str::to_owned));
        let mut body = String::new();
        let root = self.root();
        root.declare_images(&mut body);
        let parameters = statement::parameters(self.quantized, &constants);
        statement::declare(&mut body, "input ", &parameters, &[])?;
        seals::declare_sealed_inputs(&mut body, &[(Subject::Params, Seal::Hashed)]);
        body.push_str("    signal testSetRoot;\n    signal paramsHash;\n    signal correct;\n");
        root.write(&mut body, &root.images());
        let _ = write!(
            body,
            "\n    component model[{samples}];\n    component isRight[{samples}];\n    var count = 0;\n    for (var s = 0; s < {samples}; s++) {{\n        model[s] = Model();\n        model[s].{input} <== images[s];\n"
        );
        for parameter in &parameters {
            let _ = writeln!(body, "        model[s].{} <== {};", parameter.name, parameter.name);
        }
        let _ = write!(
            body,
            "        isRight[s] = IsZero();\n        isRight[s].in <== model[s].{class} - labels[s];\n        count += isRight[s].out;\n    }}\n    correct <== count;\n"
        );
        let places: Vec<Place> =
            params.iter().map(|values| Place::plain(&values.signal, &values.form.shape)).collect();
        seals::write_seal(&mut body, Subject::Params, Seal::Hashed, params, &places);
        let values = [("testSetRoot", vec![]), ("paramsHash", vec![]), ("correct", vec![])];
        let title = "So many samples of a test set are classified right by the parameters of a commitment.";
        let hashed = [(Subject::Params, Seal::Hashed)];
        let mut main =
            Template { inputs: self.test_set_inputs(("images", &self.image)), ..Template::default() };
        main.inputs.extend(plain(&parameters));
        main.inputs.extend(seals::sealed_inputs(&hashed));
        main.intermediates = named(&values);
        main.components = seals::seal_components(Subject::Params, Seal::Hashed, params);
        main.components.extend([
            ("root".to_owned(), "TestSetRoot", 1),
            ("model".to_owned(), "Model", samples),
            ("isRight".to_owned(), "IsZero", samples),
        ]);
        self.statement(title, &includes, Some(&constants), (main, &body), &values)
    }

    fn delivery(&self, params: &[Packed]) -> Result<Statement> {
        let seals = [(Subject::Params, Seal::Hashed), (Subject::Params, Seal::Encrypted)];
        let includes = seals::files(&seals).into_iter().map(str::to_owned).collect();
        let mut body = String::new();
        let mut places = Vec::new();
        for Packed { signal, form, .. } in params {
            let place = Place::plain(signal, &form.shape);
            let _ = writeln!(body, "    signal input {signal}{};", place.brackets());
            places.push(place);
        }
        seals::declare_sealed_inputs(&mut body, &seals);
        for (subject, seal) in seals {
            seals::declare_seal(&mut body, "", subject, seal, params);
        }
        seals::write_seals(&mut body, Subject::Params, &[Seal::Hashed, Seal::Encrypted], params, &places);
        let [ciphertext, tag, sender] = Subject::Params.cipher_signals();
        let length = sealed_elements(params);
        let hash = Subject::Params.hash_signal();
        let values = [
            (hash.as_str(), vec![]),
            (RECIPIENT, vec![2]),
            (&ciphertext, vec![length]),
            (&tag, vec![]),
            (&sender, vec![2]),
        ];
        let title = "A ciphertext for a recipient holds the parameters of a commitment.";
        let mut main = Template::default();
        main.inputs.extend(params.iter().map(|packed| (packed.signal.clone(), packed.form.shape.clone())));
        main.inputs.extend(seals::sealed_inputs(&seals));
        main.intermediates = named(&values).into_iter().filter(|(name, _)| name != RECIPIENT).collect();
        main.components = seals::seal_components(Subject::Params, Seal::Hashed, params);
        // Both seals are of one packing.
        main.components.extend(seals::seal_components(Subject::Params, Seal::Encrypted, &[]));
        main.components.retain(|(_, _, count)| *count > 0);
        self.statement(title, &includes, None, (main, &body), &values)
    }

    fn files(&self, pixels: &Pixels) -> Result<Statement> {
        let TestSet { samples, bytes } = self.test_set;
        let size = self.size();
        let first = bytes - size;
        let mut includes = BTreeSet::from(["tensorproof/crypto/cid.circom", ROOT].map(str::to_owned));
        let mut body = String::new();
        comment(&mut body, 4, &format!("Files, whose last {size} bytes are pixels."))?;
        let _ = write!(
            body,
            "    signal input bytes[{samples}][{bytes}];\n    signal input labels[{samples}];\n    signal input testSetSalt;\n    signal testSetRoot;\n    signal digests[{samples}][2];\n\n    component cid[{samples}];\n    for (var s = 0; s < {samples}; s++) {{\n        cid[s] = Cid({bytes});\n        cid[s].in <== bytes[s];\n        digests[s] <== cid[s].out;\n    }}\n"
        );
        let Pixels { factor, offset, divisor } = pixels;
        let _ = writeln!(body, "\n    signal images[{samples}][{size}];");
        if divisor.is_one() {
            let sign = if offset.is_negative() { "-" } else { "+" };
            let _ = write!(
                body,
                "    for (var s = 0; s < {samples}; s++) {{\n        for (var i = 0; i < {size}; i++) {{\n            images[s][i] <== {factor} * bytes[s][{first} + i] {sign} {};\n        }}\n    }}\n",
                offset.abs()
            );
        } else {
            let n = pixels.dividend().bits();
            if n > 250 || divisor.bits() > 250 {
                return Err(Error::model(
                    "the ends of its input's range have too many digits, expected short ones",
                ));
            }
            includes.insert("tensorproof/arith/floor_divide.circom".to_owned());
            let _ = write!(
                body,
                "    component pixel[{samples}][{size}];\n    for (var s = 0; s < {samples}; s++) {{\n        for (var i = 0; i < {size}; i++) {{\n            pixel[s][i] = FloorDivide({n}, {divisor}, {offset});\n            pixel[s][i].in <== {factor} * bytes[s][{first} + i];\n            images[s][i] <== pixel[s][i].out;\n        }}\n    }}\n"
            );
        }
        self.root().write(&mut body, &Place::plain("images", &[samples, size]));
        let values = [
            ("testSetRoot", vec![]),
            ("testSetSalt", vec![]),
            ("digests", vec![samples, 2]),
            ("labels", vec![samples]),
        ];
        let title = "The images of a test set are made of the bytes of files with these digests.";
        let mut main = Template { inputs: self.test_set_inputs(("bytes", &[bytes])), ..Template::default() };
        main.intermediates = vec![
            ("testSetRoot".to_owned(), vec![]),
            ("digests".to_owned(), vec![samples, 2]),
            ("images".to_owned(), vec![samples, size]),
        ];
        main.components = vec![("root".to_owned(), "TestSetRoot", 1), ("cid".to_owned(), "Cid", samples)];
        if !divisor.is_one() {
            main.components.push(("pixel".to_owned(), "FloorDivide", samples * size));
        }
        self.statement(title, &includes, None, (main, &body), &values)
    }

    /// Writes a statement around its body: what it includes, the model, the digest.
    fn statement(
        &self,
        title: &str,
        includes: &BTreeSet<String>,
        constants: Option<&Constants>,
        (mut main, body): (Template, &str),
        values: &[(&str, Vec<usize>)],
    ) -> Result<Statement> {
        let mut includes = includes.clone();
        includes.extend(DIGEST.map(str::to_owned));
        let has_tables = constants.is_some_and(Constants::has_tables);
        let mut text = model::header(&includes, has_tables.then_some("tables.circom").as_slice());
        if let Some(constants) = constants {
            model::template(&mut text, self.quantized, constants, false)?;
        }
        comment(&mut text, 0, title)?;
        let _ = write!(text, "template Statement() {{\n{body}");
        let wide: Vec<PublicValue> =
            values.iter().map(|(name, shape)| PublicValue::wide((*name).to_owned(), shape)).collect();
        text.push_str(
            "\n    signal input publicChallenge;\n    signal output publicHash;\n    signal output publicValue;\n",
        );
        digest::write_digest(&mut text, &wide)?;
        text.push_str("}\n\ncomponent main {public [publicChallenge]} = Statement();\n");
        let mut files = vec![("circuit.circom".to_owned(), text)];
        if let Some(constants) = constants.filter(|_| has_tables) {
            files.push(("tables.circom".to_owned(), constants.tables_text()?));
        }
        files.extend(model::library(&includes));
        let weights = constants.map(Constants::weights).unwrap_or_default();
        main.name = "Statement";
        main.digest();
        let model =
            constants.map(|constants| (self.test_set.samples, Template::of_model(self.quantized, constants)));
        let public = BTreeSet::from(["publicChallenge".to_owned()]);
        let interface = Interface { main, public, model, cost: None };
        let values = values.iter().map(|(name, shape)| ((*name).to_owned(), shape.clone())).collect();
        Ok(Statement { program: CircomProgram { files, weights: weights.into(), interface }, values })
    }
}

fn named(values: &[(&str, Vec<usize>)]) -> Signals {
    values.iter().map(|(name, axes)| ((*name).to_owned(), axes.clone())).collect()
}

/// The template of the root.
const ROOT: &str = "tensorproof/crypto/test_set_root.circom";
