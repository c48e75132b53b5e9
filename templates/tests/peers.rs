//! The README's tables: constraints of templates beside those of circomlib and circomlib-ml.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use tensorproof_circom::{Options, Sources, compile};
use tensorproof_oracles::package;
use tensorproof_r1cs::ConstraintCounts;

/// What is proven, by our file and template, and by a peer's.
type Row = (&'static str, (&'static str, &'static str), Option<(&'static str, &'static str)>);

/// Layers of a small convolutional network on images of 28x28, weights private, values of 32 bits before a rescale.
const LAYERS: &[Row] = &[
    (
        "convolution of 3x3, 1 to 8 channels, 28x28",
        ("nn/conv2d_tiled", "Conv2DTiled(1, 28, 28, 8, 3, 3, 0, 0, 0, 0, 1, 6, 6)"),
        Some(("circomlib-ml/circuits/Conv2D.circom", "Conv2D(28, 28, 1, 8, 3, 1)")),
    ),
    (
        "convolution of 5x5, 6 to 16 channels, 14x14",
        ("nn/conv2d_tiled", "Conv2DTiled(6, 14, 14, 16, 5, 5, 0, 0, 0, 0, 1, 5, 5)"),
        Some(("circomlib-ml/circuits/Conv2D.circom", "Conv2D(14, 14, 6, 16, 5, 1)")),
    ),
    (
        "dense, 400 to 120",
        ("nn/dense", "Dense(400, 120)"),
        Some(("circomlib-ml/circuits/Dense.circom", "Dense(400, 120)")),
    ),
    ("ReLU of a value", ("nn/relu", "Relu(32)"), Some(("circomlib-ml/circuits/ReLU.circom", "ReLU()"))),
    ("... and its rescale by 2^12", ("nn/relu_rescale", "ReluRescale(32, 12)"), None),
    (
        "largest of windows of 2x2, 6 channels of 24x24",
        ("nn/max_pool2d", "MaxPool2D(6, 24, 24, 2, 2, 2, 2, 0, 0, 0, 0, 20)"),
        Some(("circomlib-ml/circuits/MaxPooling2D.circom", "MaxPooling2D(24, 24, 6, 2, 2)")),
    ),
    (
        "means of windows of 2x2, 6 channels of 24x24",
        ("nn/sum_pool2d", "SumPool2D(6, 24, 24, 2, 2, 2, 2, 0, 0, 0, 0)"),
        Some(("circomlib-ml/circuits/SumPooling2D.circom", "SumPooling2D(24, 24, 6, 2, 2)")),
    ),
    (
        "convolution along 128 places, kernel of 3, 8 to 16 channels",
        ("nn/conv1d", "Conv1D(8, 128, 16, 3, 1, 1, 0, 0, 1)"),
        Some(("circomlib-ml/circuits/Conv1D.circom", "Conv1D(128, 8, 16, 3, 1)")),
    ),
    (
        "batch normalization, 6 channels of 24x24",
        ("nn/batch_norm", "BatchNorm(6, 24, 24)"),
        Some(("circomlib-ml/circuits/BatchNormalization2D.circom", "BatchNormalization2D(24, 24, 6)")),
    ),
    (
        "polynomial activation of a value",
        ("nn/poly", "Poly(1000)"),
        Some(("circomlib-ml/circuits/Poly.circom", "Poly(1000)")),
    ),
    (
        "class of 10 logits",
        ("nn/arg_max", "ArgMax(10, 32)"),
        Some(("circomlib-ml/circuits/ArgMax.circom", "ArgMax(10)")),
    ),
];

const ROWS: &[Row] = &[
    (
        "1,000 elements encrypted",
        ("crypto/encrypt_poseidon", "EncryptPoseidon(17, 1000)"),
        Some(("circomlib-ml/circuits/crypto/encrypt.circom", "EncryptBits(1000)")),
    ),
    (
        "1,000 numbers of 16 bits, for a public key",
        ("crypto/encrypt_for", "EncryptFor(1000, 16, 32768, 1)"),
        None,
    ),
    ("... committed to", ("crypto/commitment", "Commitment(1000, 16, 32768, 0, 1)"), None),
    (
        "Diffie-Hellman",
        ("crypto/baby_ecdh", "BabyEcdh()"),
        Some(("circomlib-ml/circuits/crypto/ecdh.circom", "Ecdh()")),
    ),
    (
        "public key of a private one",
        ("crypto/baby_public_key", "BabyPublicKey()"),
        Some(("circomlib-ml/circuits/crypto/publickey_derivation.circom", "PublicKey()")),
    ),
    (
        "EdDSA signature",
        ("crypto/eddsa_poseidon", "EddsaPoseidon()"),
        Some(("circomlib/circuits/eddsaposeidon.circom", "EdDSAPoseidonVerifier()")),
    ),
    (
        "Poseidon of 2",
        ("crypto/poseidon", "Poseidon(2)"),
        Some(("circomlib/circuits/poseidon.circom", "Poseidon(2)")),
    ),
    (
        "Poseidon of 16",
        ("crypto/poseidon", "Poseidon(16)"),
        Some(("circomlib/circuits/poseidon.circom", "Poseidon(16)")),
    ),
    (
        "MiMC7 of 2",
        ("crypto/multi_mimc7", "MultiMimc7(2)"),
        Some(("circomlib/circuits/mimc.circom", "MultiMiMC7(2, 91)")),
    ),
    (
        "SHA-256, a block of 64 bytes",
        ("crypto/sha256_compression", "Sha256Compression(0, 512, 0, 0)"),
        Some(("circomlib/circuits/sha256/sha256compression.circom", "Sha256compression()")),
    ),
    (
        "SHA-256 of 797 bytes, or their CID",
        ("crypto/cid", "Cid(797)"),
        Some(("circomlib/circuits/sha256/sha256.circom", "Sha256(6376)")),
    ),
    ("Keccak-256 of 64 bytes", ("crypto/keccak256_bytes", "Keccak256Bytes(64)"), None),
];

fn constraints(include: &str, main: &str) -> String {
    let text = format!("pragma circom 2.1.0;\ninclude \"{include}\";\ncomponent main = {main};\n");
    let sources = Sources::from_text("main.circom", &text)
        .with_library(package("circomlib").parent().unwrap())
        .with_embedded(tensorproof_templates::FILES);
    let circuit = compile(sources, Options::default())
        .unwrap_or_else(|diagnostics| panic!("{}", diagnostics.render(false)));
    let ConstraintCounts { quadratic, linear } = circuit.r1cs.counts();
    format!("{} + {}", grouped(quadratic), grouped(linear))
}

fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap()).collect();
    groups.join(",")
}

#[test]
fn readme_has_the_constraints_of_layers_and_their_peers() {
    check("circomlib-ml", LAYERS);
}

#[test]
fn readme_has_the_constraints_of_templates_and_their_peers() {
    check("circomlib, circomlib-ml", ROWS);
}

fn check(peers: &str, rows: &[Row]) {
    let mut table = format!("| | template | constraints | {peers} | constraints |\n|---|---|---|---|---|\n");
    for (what, (file, main), peer) in rows {
        let ours = constraints(&format!("tensorproof/{file}.circom"), main);
        let theirs = peer.map_or("– | –".to_owned(), |(include, main)| {
            format!("`{main}` | {}", constraints(include, main))
        });
        writeln!(table, "| {what} | `{main}` | {ours} | {theirs} |").unwrap();
    }
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md")).unwrap();
    assert!(readme.contains(&table), "the README's table is not current; it should be\n{table}");
}
