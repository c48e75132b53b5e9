//! The constants of hash functions, from their published derivations, as circom functions in the template library.
//!
//! Poseidon (eprint 2019/458, appendices E and F): round constants and an MDS matrix from the Grain LFSR, which is seeded
//! with the parameters of the instance. Numbers of rounds are those of the paper's table for 128 bits of security.
//!
//! MiMC (eprint 2016/492): round constants from Keccak-256 of a seed, hashed again and again, as iden3 instantiates it.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use num_bigint::BigUint;
use sha3::{Digest as _, Keccak256};

/// The scalar field of BN254.
const MODULUS: &str = "21888242871839275222246405745257275088548364400416034343698204186575808495617";
const FIELD_BITS: usize = 254;
const FULL_ROUNDS: usize = 8;
/// Partial rounds for states of 2, 3, ... 17 elements.
const PARTIAL_ROUNDS: [usize; 16] = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65, 70, 60, 64, 68];

const HEADER: &str = "// Generated: cargo xtask constants\n\npragma circom 2.1.0;\n";

/// Writes every file of constants into the library.
pub(crate) fn write_all() -> Result<(), String> {
    for (path, text) in files()? {
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    Ok(())
}

/// Returns path and text of every generated file.
fn files() -> Result<Vec<(PathBuf, String)>, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../templates/tensorproof/crypto");
    Ok(vec![
        (folder.join("mimc_constants.circom"), mimc()?),
        (folder.join("poseidon_constants.circom"), poseidon()?),
    ])
}

fn modulus() -> Result<BigUint, String> {
    MODULUS.parse().map_err(|error| format!("modulus: {error}"))
}

/// The self-shrinking Grain generator.
struct Grain(VecDeque<bool>);

impl Grain {
    fn new(width: usize, partial_rounds: usize) -> Self {
        // A prime field, the S-box x^5, then bits of the field, elements of the state, rounds; each with its highest bit first.
        let seed = [(1, 2), (0, 4), (FIELD_BITS, 12), (width, 12), (FULL_ROUNDS, 10), (partial_rounds, 10)];
        let mut state: VecDeque<bool> = seed
            .iter()
            .flat_map(|(value, bits)| (0..*bits).rev().map(move |bit| value >> bit & 1 == 1))
            .collect();
        state.extend([true; 30]);
        let mut grain = Self(state);
        for _ in 0..160 {
            grain.step();
        }
        grain
    }

    fn step(&mut self) -> bool {
        let next = [62, 51, 38, 23, 13, 0].iter().fold(false, |sum, tap| sum ^ self.0[*tap]);
        self.0.pop_front();
        self.0.push_back(next);
        next
    }

    fn bit(&mut self) -> bool {
        while !self.step() {
            self.step();
        }
        self.step()
    }

    fn integer(&mut self) -> BigUint {
        (0..FIELD_BITS).fold(BigUint::ZERO, |value, _| (value << 1u8) + u8::from(self.bit()))
    }

    fn below(&mut self, modulus: &BigUint) -> BigUint {
        loop {
            let value = self.integer();
            if value < *modulus {
                return value;
            }
        }
    }
}

/// Round constants of one width, round after round, and its matrix.
fn poseidon_of(width: usize, partial_rounds: usize, modulus: &BigUint) -> (Vec<BigUint>, Vec<Vec<BigUint>>) {
    let mut grain = Grain::new(width, partial_rounds);
    let constants = (0..(FULL_ROUNDS + partial_rounds) * width).map(|_| grain.below(modulus)).collect();
    let minus_two = modulus - 2u8;
    loop {
        let values: Vec<BigUint> = (0..2 * width).map(|_| grain.integer() % modulus).collect();
        let (xs, ys) = values.split_at(width);
        let distinct = (0..values.len()).all(|i| !values[..i].contains(&values[i]));
        let sums = |x: &BigUint| ys.iter().map(|y| (x + y) % modulus).collect::<Vec<_>>();
        let cauchy: Vec<Vec<BigUint>> = xs.iter().map(sums).collect();
        if distinct && cauchy.iter().flatten().all(|sum| *sum != BigUint::ZERO) {
            let inverse = |sum: &BigUint| sum.modpow(&minus_two, modulus);
            return (constants, cauchy.iter().map(|row| row.iter().map(inverse).collect()).collect());
        }
    }
}

fn poseidon() -> Result<String, String> {
    let modulus = modulus()?;
    let mut text = HEADER.to_owned();
    let (mut constants, mut matrices) = (String::new(), String::new());
    for (width, partial_rounds) in (2..).zip(PARTIAL_ROUNDS) {
        let (round, matrix) = poseidon_of(width, partial_rounds, &modulus);
        let rows: Vec<String> = matrix.iter().map(|row| format!("[{}]", list(row, "            "))).collect();
        branch(&mut constants, width, &list(&round, "        "));
        branch(&mut matrices, width, &format!("\n            {}\n        ", rows.join(",\n            ")));
    }
    function(
        &mut text,
        "Constants that each round adds, round after round.",
        "poseidonRoundConstants",
        &constants,
        "[0]",
    );
    function(&mut text, "The matrix that each round multiplies with.", "poseidonMatrix", &matrices, "[[0]]");
    let mut rounds = String::new();
    for (width, partial_rounds) in (2..).zip(PARTIAL_ROUNDS) {
        let _ = write!(rounds, "    if (t == {width}) {{\n        return {partial_rounds};\n    }}\n");
    }
    function(
        &mut text,
        "Rounds with one S-box, beside eight full ones.",
        "poseidonPartialRounds",
        &rounds,
        "0",
    );
    Ok(text)
}

/// Returns the constants of rounds, the first of which has none.
fn mimc_of(seed: &str, rounds: usize, modulus: &BigUint) -> Vec<BigUint> {
    let mut hash = Keccak256::digest(seed);
    let mut constants = vec![BigUint::ZERO];
    while constants.len() < rounds {
        hash = Keccak256::digest(hash);
        constants.push(BigUint::from_bytes_be(&hash) % modulus);
    }
    constants
}

fn mimc() -> Result<String, String> {
    let modulus = modulus()?;
    let power7 = mimc_of("mimc", 91, &modulus);
    let mut feistel = mimc_of("mimcsponge", 220, &modulus);
    // Nor has the last round of the Feistel network.
    feistel[219] = BigUint::ZERO;
    let mut text = HEADER.to_owned();
    let rows = [("x^7", "mimc7Constants", power7), ("the Feistel network", "mimcFeistelConstants", feistel)];
    for (what, name, constants) in rows {
        let list = list(&constants, "    ");
        let _ = write!(
            text,
            "\n// Constants that each round of {what} adds.\nfunction {name}() {{\n    return [{list}];\n}}\n"
        );
    }
    Ok(text)
}

fn list(values: &[BigUint], indent: &str) -> String {
    let values: Vec<String> = values.iter().map(|value| format!("\n{indent}    {value}")).collect();
    format!("{}\n{indent}", values.join(","))
}

fn branch(text: &mut String, width: usize, values: &str) {
    let _ = write!(text, "    if (t == {width}) {{\n        return [{values}];\n    }}\n");
}

/// Appends a function of `t` made of branches; circom wants a last return.
fn function(text: &mut String, doc: &str, name: &str, branches: &str, last: &str) {
    let _ = write!(
        text,
        "\n// {doc}\nfunction {name}(t) {{\n    assert(2 <= t && t <= 17);\n{branches}    return {last};\n}}\n"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_holds_what_the_generator_writes() {
        for (path, text) in files().unwrap() {
            let held = fs::read_to_string(&path).unwrap();
            assert!(held == text, "{} is not current: cargo xtask constants", path.display());
        }
    }
}
