//! The README's table: constraints of cryptographic templates beside those of circomlib and circomlib-ml.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use tensorproof_circom::{Options, Sources, compile};
use tensorproof_oracles::package;
use tensorproof_r1cs::ConstraintCounts;

/// What is proven, by our file and template, and by a peer's.
type Row = (&'static str, (&'static str, &'static str), Option<(&'static str, &'static str)>);

const ROWS: &[Row] = &[
    (
        "1,000 elements encrypted",
        ("encrypt_poseidon", "EncryptPoseidon(17, 1000)"),
        Some(("circomlib-ml/circuits/crypto/encrypt.circom", "EncryptBits(1000)")),
    ),
    ("1,000 numbers of 16 bits, for a public key", ("encrypt_for", "EncryptFor(1000, 16, 32768)"), None),
    ("... committed to", ("commitment", "Commitment(1000, 16, 32768, 0)"), None),
    (
        "Diffie-Hellman",
        ("baby_ecdh", "BabyEcdh()"),
        Some(("circomlib-ml/circuits/crypto/ecdh.circom", "Ecdh()")),
    ),
    (
        "public key of a private one",
        ("baby_public_key", "BabyPublicKey()"),
        Some(("circomlib-ml/circuits/crypto/publickey_derivation.circom", "PublicKey()")),
    ),
    (
        "EdDSA signature",
        ("eddsa_poseidon", "EddsaPoseidon()"),
        Some(("circomlib/circuits/eddsaposeidon.circom", "EdDSAPoseidonVerifier()")),
    ),
    (
        "Poseidon of 2",
        ("poseidon", "Poseidon(2)"),
        Some(("circomlib/circuits/poseidon.circom", "Poseidon(2)")),
    ),
    (
        "Poseidon of 16",
        ("poseidon", "Poseidon(16)"),
        Some(("circomlib/circuits/poseidon.circom", "Poseidon(16)")),
    ),
    (
        "MiMC7 of 2",
        ("multi_mimc7", "MultiMimc7(2)"),
        Some(("circomlib/circuits/mimc.circom", "MultiMiMC7(2, 91)")),
    ),
    (
        "SHA-256, a block of 64 bytes",
        ("sha256_compression", "Sha256Compression(0, 512, 0, 0)"),
        Some(("circomlib/circuits/sha256/sha256compression.circom", "Sha256compression()")),
    ),
    (
        "SHA-256 of 797 bytes, or their CID",
        ("cid", "Cid(797)"),
        Some(("circomlib/circuits/sha256/sha256.circom", "Sha256(6376)")),
    ),
    ("Keccak-256 of 64 bytes", ("keccak256_bytes", "Keccak256Bytes(64)"), None),
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
fn readme_has_the_constraints_of_templates_and_their_peers() {
    let mut table =
        "| | template | constraints | circomlib, circomlib-ml | constraints |\n|---|---|---|---|---|\n"
            .to_owned();
    for (what, (file, main), peer) in ROWS {
        let ours = constraints(&format!("tensorproof/crypto/{file}.circom"), main);
        let theirs = peer.map_or("– | –".to_owned(), |(include, main)| {
            format!("`{main}` | {}", constraints(include, main))
        });
        writeln!(table, "| {what} | `{main}` | {ours} | {theirs} |").unwrap();
    }
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md")).unwrap();
    assert!(readme.contains(&table), "the README's table is not current; it should be\n{table}");
}
