//! A market with a model of four integers: small circuits with the signals of real ones, their keys, a host and hunters.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use num_bigint::BigUint;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tensorproof_circom::{Inputs, Options, Sources, compile};
use tensorproof_r1cs::{Fr, fr_to_decimal};
use tensorproof_transpiler::emit::Root;
use tensorproof_transpiler::seal::{self, Packed, Subject};
use tensorproof_transpiler::settings::TensorSettings;

use crate::support::anvil::{Anvil, failure, success};
use crate::support::json as run_json;

/// The keys of anvil's first three accounts.
pub(crate) const KEYS: [&str; 3] = [
    crate::support::anvil::KEY,
    "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
    "0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
];
/// Their addresses.
pub(crate) const ACCOUNTS: [&str; 3] = [
    "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
    "0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
    "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC",
];
/// The host and the hunters.
pub(crate) const HOST: usize = 0;
/// The first to commit, who is right on one sample.
pub(crate) const WORSE: usize = 1;
/// The second, who is right on both.
pub(crate) const BETTER: usize = 2;

/// A header and three pixels each.
const SAMPLES: [[u8; 4]; 2] = [[7, 1, 2, 3], [7, 3, 0, 1]];

/// What the statements share: the root of the test set, over two images of three pixels.
const ROOT: &str = r#"pragma circom 2.1.0;
include "tensorproof/crypto/test_set_root.circom";

template Root() {
    signal input images[2][3];
    signal input labels[2];
    signal input testSetSalt;
    signal output testSetRoot;
    component root = TestSetRoot(2, 3, 9, 0, 4, 0x1);
    root.in <== images;
    root.labels <== labels;
    root.salt <== testSetSalt;
    testSetRoot <== root.out;
}
"#;

/// Looks the digests of the two samples up, where a real circuit computes them.
const TEST_SET: &str = r#"pragma circom 2.1.0;
include "images.circom";
include "tensorproof/crypto/public_digest.circom";

template Statement() {
    signal input bytes[2][4];
    signal input labels[2];
    signal input testSetSalt;
    signal input publicChallenge;
    signal output publicHash;
    signal output publicValue;
    signal testSetRoot;
    signal digests[2][2];

    // The pixels stand behind a header of one byte, and count twice.
    component root = Root();
    var known[2][2] = KNOWN;
    component publicDigest = PublicDigest(8, 8);
    for (var i = 0; i < 2; i++) {
        for (var j = 0; j < 3; j++) {
            root.images[i][j] <== 2 * bytes[i][j + 1];
        }
        for (var j = 0; j < 2; j++) {
            digests[i][j] <-- bytes[i][1] == 1 ? known[0][j] : known[1][j];
            publicDigest.in[2 + 2 * i + j] <== digests[i][j];
        }
        publicDigest.in[6 + i] <== labels[i];
    }
    root.labels <== labels;
    root.testSetSalt <== testSetSalt;
    testSetRoot <== root.testSetRoot;
    publicDigest.in[0] <== testSetRoot;
    publicDigest.in[1] <== testSetSalt;
    publicDigest.bound <== publicDigest.in;
    publicDigest.challenge <== publicChallenge;
    publicHash <== publicDigest.hash;
    publicValue <== publicDigest.value;
}

component main {public [publicChallenge]} = Statement();
"#;

/// The model says w[0] * pixel 0 + w[1] * pixel 1 + w[2] * pixel 2 + w[3].
const ACCURACY: &str = r#"pragma circom 2.1.0;
include "images.circom";
include "tensorproof/arith/is_zero.circom";
include "tensorproof/crypto/commitment.circom";
include "tensorproof/crypto/public_digest.circom";

template Statement() {
    signal input images[2][3];
    signal input labels[2];
    signal input testSetSalt;
    signal input w[4];
    signal input paramsSalt;
    signal input publicChallenge;
    signal output publicHash;
    signal output publicValue;
    signal testSetRoot;
    signal paramsHash;
    signal correct;

    component root = Root();
    root.images <== images;
    root.labels <== labels;
    root.testSetSalt <== testSetSalt;
    testSetRoot <== root.testSetRoot;
    component commitment = Commitment(4, 4, 8, 2, FORM);
    commitment.in <== w;
    commitment.salt <== paramsSalt;
    paramsHash <== commitment.out;

    component right[2];
    signal products[2][3];
    for (var i = 0; i < 2; i++) {
        var sum = w[3] - labels[i];
        for (var j = 0; j < 3; j++) {
            products[i][j] <== w[j] * images[i][j];
            sum += products[i][j];
        }
        right[i] = IsZero();
        right[i].in <== sum;
    }
    correct <== right[0].out + right[1].out;

    component publicDigest = PublicDigest(3, 3);
    publicDigest.in <== [testSetRoot, paramsHash, correct];
    publicDigest.bound <== publicDigest.in;
    publicDigest.challenge <== publicChallenge;
    publicHash <== publicDigest.hash;
    publicValue <== publicDigest.value;
}

component main {public [publicChallenge]} = Statement();
"#;

const DELIVERY: &str = r#"pragma circom 2.1.0;
include "tensorproof/crypto/commitment.circom";
include "tensorproof/crypto/encrypt_for.circom";
include "tensorproof/crypto/public_digest.circom";

template Statement() {
    signal input w[4];
    signal input paramsSalt;
    signal input paramsSecret;
    signal input recipient[2];
    signal input publicChallenge;
    signal output publicHash;
    signal output publicValue;
    signal paramsHash;
    signal paramsCiphertext[2];
    signal paramsTag;
    signal paramsSender[2];

    component commitment = Commitment(4, 4, 8, 2, FORM);
    commitment.in <== w;
    commitment.salt <== paramsSalt;
    paramsHash <== commitment.out;
    component encryption = EncryptFor(4, 4, 8, FORM);
    encryption.in <== w;
    encryption.secret <== paramsSecret;
    encryption.publicKey <== recipient;
    encryption.nonce <== 0;
    paramsCiphertext <== encryption.out;
    paramsTag <== encryption.tag;
    paramsSender <== encryption.sender;

    component publicDigest = PublicDigest(8, 8);
    publicDigest.in[0] <== paramsHash;
    for (var i = 0; i < 2; i++) {
        publicDigest.in[1 + i] <== recipient[i];
        publicDigest.in[3 + i] <== paramsCiphertext[i];
        publicDigest.in[6 + i] <== paramsSender[i];
    }
    publicDigest.in[5] <== paramsTag;
    publicDigest.bound <== publicDigest.in;
    publicDigest.challenge <== publicChallenge;
    publicHash <== publicDigest.hash;
    publicValue <== publicDigest.value;
}

component main {public [publicChallenge]} = Statement();
"#;

/// Files of everybody, and a chain.
pub(crate) struct Market {
    folder: tempfile::TempDir,
    pub(crate) anvil: Anvil,
    /// The endpoint.
    pub(crate) url: String,
}

impl Market {
    /// Starts a chain, with a folder that is empty.
    pub(crate) fn empty(anvil_args: &[&str]) -> Self {
        let anvil = Anvil::start(anvil_args);
        Self { folder: tempfile::tempdir().unwrap(), url: anvil.url(), anvil }
    }

    /// Makes the circuits, their development keys, a test set, a key of the host, and submissions of two hunters.
    pub(crate) fn new(anvil_args: &[&str]) -> Self {
        let market = Self::empty(anvil_args);
        let halves = |sample: &[u8; 4]| {
            let digest: [u8; 32] = Sha256::digest(sample).into();
            let [high, low] = [&digest[..16], &digest[16..]].map(BigUint::from_bytes_be);
            format!("[{high}, {low}]")
        };
        let known = format!("[{}, {}]", halves(&SAMPLES[0]), halves(&SAMPLES[1]));
        for (name, circuit) in [("testset", TEST_SET), ("accuracy", ACCURACY), ("delivery", DELIVERY)] {
            let circuit = circuit.replace("KNOWN", &known).replace("FORM", &form());
            market.write(&format!("bounty/{name}/circuit.circom"), &circuit);
            if name != "delivery" {
                market.write(&format!("bounty/{name}/images.circom"), ROOT);
            }
            let dir = market.path(&format!("bounty/{name}"));
            let source = dir.join("circuit.circom");
            let flags = ["--O2", "--r1cs", "-o"].map(AsRef::as_ref);
            run_json([&["compile".as_ref(), source.as_os_str()][..], &flags, &[dir.as_os_str()]].concat());
            run_json(["setup".as_ref(), dir.as_os_str()]);
        }
        market.write("bounty/testset/root.circom", &root());
        market.describe();
        for (name, bytes) in ["0.pgm", "1.pgm"].iter().zip(SAMPLES) {
            fs::write(market.path(name), bytes).unwrap();
        }
        market.write_test_set("5", &["0.pgm", "1.pgm"], &[11, 7]);
        run_json(["keygen".as_ref(), "-o".as_ref(), market.path("host.json").as_os_str()]);
        // They say 11 and 3, 11 and 7.
        market.write_hunter("worse", [0, 1, 1, 1]);
        market.write_hunter("better", [1, 1, 1, -1]);
        market
    }

    /// Returns a path beside the bounty folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file.
    pub(crate) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Reads a JSON file.
    pub(crate) fn read(&self, name: &str) -> Value {
        serde_json::from_str(&fs::read_to_string(self.path(name)).unwrap()).unwrap()
    }

    /// Writes `bounty.json`, with what the command computes from the sources.
    pub(crate) fn describe(&self) {
        self.write_description(&"0".repeat(64));
        let output = self.run(HOST, &["check", "bounty"]);
        failure(&output, "that of the sources is 0x");
        let message = String::from_utf8(output.stderr).unwrap();
        self.write_description(&message.split("that of the sources is 0x").nth(1).unwrap()[..64]);
    }

    fn write_description(&self, architecture: &str) {
        let json = json!({
            "format": 2,
            "samples": 2,
            "sample_bytes": 4,
            "image": { "first": 1, "size": 3, "factor": "2", "offset": "0", "divisor": "1" },
            "model": { "scale": "2^1", "layer_scales": [], "input_range": [0.0, 510.0], "widths": { "layers": [] } },
            "ciphertextLength": 5,
            "architecture": format!("0x{architecture}"),
            "parameters": parameters(),
            "statements": {
                "testset": { "values": ["testSetRoot", "testSetSalt", "digests", "labels"] },
                "accuracy": { "values": ["testSetRoot", "paramsHash", "correct"] },
                "delivery": {
                    "values": ["paramsHash", "recipient", "paramsCiphertext", "paramsTag", "paramsSender"]
                },
            },
        });
        self.write("bounty/bounty.json", &json.to_string());
    }

    /// Writes a test set with its root.
    pub(crate) fn write_test_set(&self, salt: &str, files: &[&str], labels: &[u64]) {
        let pixels = files.iter().flat_map(|file| fs::read(self.path(file)).unwrap().into_iter().skip(1));
        let inputs = Inputs::from([
            ("images".to_owned(), pixels.map(|pixel| Fr::from(2 * u64::from(pixel))).collect()),
            ("labels".to_owned(), labels.iter().map(|label| Fr::from(*label)).collect()),
            ("testSetSalt".to_owned(), vec![salt.parse().unwrap()]),
        ]);
        let root = compute(&root(), &inputs);
        let json = json!({
            "format": 2, "files": files, "labels": labels, "testSetSalt": salt, "testSetRoot": root,
        });
        self.write("testset.json", &json.to_string());
    }

    /// Writes a submission.
    pub(crate) fn write_hunter(&self, name: &str, w: [i64; 4]) {
        let source = format!(
            "pragma circom 2.1.0;\ninclude \"tensorproof/crypto/commitment.circom\";\n\
             component main = Commitment(4, 4, 8, 2, {});\n",
            form()
        );
        let inputs = Inputs::from([
            ("in".to_owned(), w.iter().map(|w| Fr::from(*w)).collect()),
            ("salt".to_owned(), vec![Fr::from(77)]),
        ]);
        let hash = compute(&source, &inputs);
        let parameters = json!({ "w": [w[..2], w[2..]] });
        let json = json!({ "format": 2, "parameters": parameters, "paramsSalt": "77", "paramsHash": hash });
        self.write(&format!("{name}/hunter.json"), &json.to_string());
    }

    /// Runs `tensorproof bounty` as one of the accounts.
    pub(crate) fn run(&self, account: usize, args: &[&str]) -> Output {
        self.tensorproof(account, &[&["bounty"], args].concat())
    }

    /// Runs the command as one of the accounts, in the folder of everything.
    pub(crate) fn tensorproof(&self, account: usize, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_tensorproof"))
            .args(args)
            .arg("--json")
            .current_dir(self.folder.path())
            .env("NO_COLOR", "1")
            .env("TENSORPROOF_PRIVATE_KEY", KEYS[account])
            .stdin(Stdio::null())
            .output()
            .unwrap()
    }

    /// Runs a command that asks the chain.
    pub(crate) fn chain(&self, account: usize, args: &[&str]) -> Output {
        self.run(account, &[args, &["--rpc-url", &self.url]].concat())
    }

    /// Opens a bounty of two ether, with an hour for each phase; returns its address.
    #[track_caller]
    pub(crate) fn create(&self, args: &[&str]) -> Value {
        success(&self.chain(HOST, &[&CREATE, args].concat()))
    }

    /// Lets an hour pass.
    pub(crate) fn wait(&self) {
        self.anvil.request("evm_increaseTime", &json!([3600]));
        self.anvil.request("evm_mine", &json!([]));
    }

    /// Returns the balance of an account in wei.
    pub(crate) fn balance(&self, account: &str) -> u128 {
        let balance = self.anvil.request("eth_getBalance", &json!([account, "latest"]));
        u128::from_str_radix(balance.as_str().unwrap().trim_start_matches("0x"), 16).unwrap()
    }
}

/// Arguments that open a bounty.
pub(crate) const CREATE: [&str; 18] = [
    "create",
    "bounty",
    "--test-set",
    "testset.json",
    "--reward",
    "2",
    "--stake",
    "0.5",
    "--threshold",
    "1",
    "--commit-for",
    "1h",
    "--reveal-for",
    "60m",
    "--prove-for",
    "3600s",
    "--turn=1h",
    "--key=host.json",
];

/// Returns the parameters as `bounty.json` describes them.
fn parameters() -> Value {
    json!([{ "signal": "w", "shape": [2, 2], "order": "row-major", "scale": "2", "low": "-8", "bits": 4 }])
}

/// Returns the element of the parameters' form.
fn form() -> String {
    let tensors: Vec<TensorSettings> = serde_json::from_value(parameters()).unwrap();
    let packed: Vec<Packed> = tensors.iter().map(|tensor| tensor.packed().unwrap()).collect();
    seal::form(Subject::Params, &packed).element().to_string()
}

/// Returns the circuit that computes the root alone.
fn root() -> String {
    Root { samples: 2, image: vec![3], bits: 9, offset: 0.into(), label_bits: 4, form: 1.into() }.circuit()
}

/// Returns the only output of a circuit.
fn compute(source: &str, inputs: &Inputs) -> String {
    let sources = Sources::from_text("main.circom", source).with_embedded(tensorproof_templates::FILES);
    let circuit = compile(sources, Options::default()).map_err(|error| error.render(false)).unwrap();
    fr_to_decimal(&circuit.witness(inputs).unwrap().0[1])
}
