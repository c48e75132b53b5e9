//! Powers of tau against snarkjs, in both directions, and files that must be refused.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs::{self, File};
use std::io::Cursor;
use std::path::Path;

use ark_std::rand::rngs::StdRng;
use ark_std::rand::{Rng as _, SeedableRng as _};
use support::section;
use tensorproof_groth16::{
    Beacon, CeremonyError, Contribution, Label, Ptau, contribute_powers, new_powers, prepare_powers,
    truncate_powers, verify_powers,
};
use tensorproof_oracles::{expect_success, snarkjs};

const POWER: u32 = 8;

fn named(name: &str) -> Label {
    Label { name: Some(name.to_owned()), beacon: None }
}

fn beacon(name: &str) -> Label {
    Label { beacon: Some(Beacon { value: vec![1, 2, 3, 4], iterations: 10 }), ..named(name) }
}

fn open(bytes: &[u8]) -> Result<Ptau<Cursor<&[u8]>>, CeremonyError> {
    Ptau::open(Cursor::new(bytes))
}

/// Runs a step from one file of a folder to another.
fn step(
    dir: &Path,
    from: &str,
    to: &str,
    step: impl FnOnce(&mut Ptau<File>, File) -> Result<(), CeremonyError>,
) {
    let mut ptau = Ptau::open(File::open(dir.join(from)).unwrap()).unwrap();
    let output = File::options().read(true).write(true).create_new(true).open(dir.join(to)).unwrap();
    step(&mut ptau, output).unwrap();
}

fn contribute(dir: &Path, from: &str, to: &str, label: &Label) {
    step(dir, from, to, |ptau, output| contribute_powers(ptau, label, "text", output).map(|_| ()));
}

fn verified(dir: &Path, file: &str) -> Result<Vec<Contribution>, CeremonyError> {
    verify_powers(&mut Ptau::open(File::open(dir.join(file)).unwrap())?)
}

fn same(dir: &Path, one: &str, other: &str) {
    assert!(
        fs::read(dir.join(one)).unwrap() == fs::read(dir.join(other)).unwrap(),
        "{one} and {other} differ"
    );
}

fn run(dir: &Path, args: &[&str]) -> String {
    expect_success(&snarkjs(args, dir))
}

#[test]
fn a_ceremony_goes_on_with_either_tool() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    new_powers(POWER, File::create(dir.join("0.ptau")).unwrap()).unwrap();
    run(dir, &["powersoftau", "new", "bn128", "8", "0s.ptau"]);
    same(dir, "0.ptau", "0s.ptau");

    contribute(dir, "0.ptau", "1.ptau", &named("ours"));
    run(dir, &["powersoftau", "contribute", "1.ptau", "2.ptau", "--name=theirs", "-e=entropy"]);
    contribute(dir, "2.ptau", "3.ptau", &named("ours again"));
    // A beacon leaves no choice: every byte is determined, but for the unused end of a saved block.
    contribute(dir, "3.ptau", "4.ptau", &beacon("last"));
    run(dir, &["powersoftau", "beacon", "3.ptau", "4s.ptau", "01020304", "10", "--name=last"]);
    let [ours, theirs] = ["4.ptau", "4s.ptau"].map(|file| fs::read(dir.join(file)).unwrap());
    let differing: Vec<_> = (0..ours.len()).filter(|&at| ours[at] != theirs[at]).collect();
    assert_eq!(ours.len(), theirs.len());
    assert!(differing[differing.len() - 1] - differing[0] < 32, "{differing:?}");
    step(dir, "4.ptau", "5.ptau", prepare_powers);
    run(dir, &["powersoftau", "prepare", "phase2", "4.ptau", "5s.ptau"]);
    same(dir, "5.ptau", "5s.ptau");
    run(dir, &["powersoftau", "truncate", "5s.ptau"]);
    step(dir, "5.ptau", "6.ptau", |ptau, output| truncate_powers(ptau, 6, output));
    same(dir, "6.ptau", "5s_06.ptau");

    for file in ["1.ptau", "4.ptau", "5.ptau", "6.ptau"] {
        assert!(run(dir, &["powersoftau", "verify", file]).contains("Powers of Tau Ok!"));
    }
    for file in ["2.ptau", "4.ptau", "5s.ptau", "6.ptau"] {
        let contributions = verified(dir, file).unwrap();
        assert_eq!(contributions[1].label, named("theirs"));
    }
    let names: Vec<_> = verified(dir, "4.ptau").unwrap().into_iter().map(|one| one.label).collect();
    assert_eq!(names, [named("ours"), named("theirs"), named("ours again"), beacon("last")]);
    // Prepared anew, truncated powers end in zero where the others end in the true power: both are right.
    step(dir, "6.ptau", "7.ptau", prepare_powers);
    verified(dir, "7.ptau").unwrap();
    let mut truncated = Ptau::open(File::open(dir.join("6.ptau")).unwrap()).unwrap();
    let refused = contribute_powers(&mut truncated, &named("late"), "", Cursor::new(Vec::new())).unwrap_err();
    assert!(refused.to_string().contains("truncated from 2^8 to 2^6"), "{refused}");
}

/// Returns prepared powers with two contributions, and their section of contributions after the first and the second.
fn prepared() -> (Vec<u8>, [Vec<u8>; 2]) {
    let mut bytes = Cursor::new(Vec::new());
    new_powers(3, &mut bytes).unwrap();
    let contributions = ["one", "two"].map(|name| {
        let before = std::mem::take(bytes.get_mut());
        bytes.set_position(0);
        contribute_powers(&mut open(&before).unwrap(), &named(name), "", &mut bytes).unwrap();
        let (at, length) = section(bytes.get_ref(), 7);
        bytes.get_ref()[at..at + length].to_vec()
    });
    let mut output = Cursor::new(Vec::new());
    prepare_powers(&mut open(bytes.get_ref()).unwrap(), &mut output).unwrap();
    (output.into_inner(), contributions)
}

fn verdict(bytes: &[u8]) -> Result<Vec<Contribution>, CeremonyError> {
    verify_powers(&mut open(bytes)?)
}

#[test]
fn errors_name_the_section() {
    let (bytes, _) = prepared();
    assert_eq!(verdict(&bytes).unwrap().len(), 2);
    let names = [
        (1, "header"),
        (2, "tauG1"),
        (3, "tauG2"),
        (4, "alphaTauG1"),
        (5, "betaTauG1"),
        (6, "betaG2"),
        (7, "contributions"),
        (12, "lagrange tauG1"),
        (13, "lagrange tauG2"),
        (14, "lagrange alphaTauG1"),
        (15, "lagrange betaTauG1"),
    ];
    for (kind, name) in names {
        let (at, length) = section(&bytes, kind);
        // In the contributions, names and the hashes of all but the last are free.
        let middle = if kind == 7 { 100 } else { length / 2 };
        for (place, mask) in [(length - 1, 0xff), (0, 1), (middle, 0x10)] {
            let mut changed = bytes.clone();
            changed[at + place] ^= mask;
            let message = verdict(&changed).unwrap_err().to_string();
            assert!(message.starts_with(&format!("{name}: ")), "{name}: {message}");
        }
        let mut renamed = bytes.clone();
        renamed[at - 12] = 99;
        let message = verdict(&renamed).unwrap_err().to_string();
        assert!(message.contains("section 99"), "{message}");
    }
}

#[test]
fn points_that_are_valid_but_wrong_are_refused() {
    let (bytes, _) = prepared();
    for (kind, size, expected) in [
        (2, 64, "tauG1: the points are not"),
        (3, 128, "tauG2: the points are not"),
        (4, 64, "alphaTauG1: the points are not"),
        (5, 64, "betaTauG1: the points are not"),
        (12, 64, "lagrange tauG1: the points are not"),
        (13, 128, "lagrange tauG2: the points are not"),
        (14, 64, "lagrange alphaTauG1: the points are not"),
        (15, 64, "lagrange betaTauG1: the points are not"),
    ] {
        let (at, length) = section(&bytes, kind);
        for index in [length / size - 1, length / size / 2 + 1] {
            let mut changed = bytes.clone();
            changed.copy_within(at + 2 * size..at + 3 * size, at + index * size);
            let message = verdict(&changed).unwrap_err().to_string();
            assert!(message.starts_with(expected), "{message}");
        }
    }
    let (at, length) = section(&bytes, 6);
    let (other, _) = section(&bytes, 3);
    let mut changed = bytes.clone();
    changed.copy_within(other..other + length, at);
    let message = verdict(&changed).unwrap_err().to_string();
    assert!(message.starts_with("contributions: the last one leads to other powers"), "{message}");
}

#[test]
fn a_contribution_cannot_be_removed() {
    let (bytes, [first, both]) = prepared();
    let (at, length) = section(&bytes, 7);
    assert_eq!(bytes[at..at + length], both);
    let with = |contributions: &[u8]| {
        let mut changed = bytes[..at - 8].to_vec();
        changed.extend_from_slice(&(contributions.len() as u64).to_le_bytes());
        changed.extend_from_slice(contributions);
        changed.extend_from_slice(&bytes[at + length..]);
        verdict(&changed).unwrap_err().to_string()
    };
    let message = with(&first);
    assert!(message.starts_with("contributions: the last one leads to other powers"), "{message}");
    let mut second = 1u32.to_le_bytes().to_vec();
    second.extend_from_slice(&both[first.len()..]);
    let message = with(&second);
    assert!(
        message.starts_with("contributions: contribution 1 (`two`): its maker did not prove"),
        "{message}"
    );
    assert!(with(&[0; 4]).starts_with("contributions: there is none"));
    let mut swapped = 2u32.to_le_bytes().to_vec();
    swapped.extend_from_slice(&both[first.len()..]);
    swapped.extend_from_slice(&first[4..]);
    assert!(with(&swapped).starts_with("contributions: contribution 1"));
}

/// Files of public ceremonies are parts of one of 2^28, whose start would take over ten minutes to hash.
#[test]
fn parts_of_the_largest_ceremony_are_told_from_it_at_once() {
    let mut file = Cursor::new(Vec::new());
    new_powers(3, &mut file).unwrap();
    let mut bytes = file.into_inner();
    let (header, _) = section(&bytes, 1);
    // Behind the length of an element, the prime and the power of the file.
    bytes[header + 4 + 32 + 4..][..4].copy_from_slice(&28u32.to_le_bytes());
    assert_eq!(open(&bytes).unwrap().ceremony_power(), 28);
    assert!(matches!(verdict(&bytes), Err(CeremonyError::NoContribution)));
}

#[test]
fn truncated_files_are_errors() {
    let (bytes, _) = prepared();
    for length in (0..bytes.len()).step_by(41) {
        open(&bytes[..length]).unwrap_err();
    }
    new_powers(0, Cursor::new(Vec::new())).unwrap_err();
    new_powers(28, Cursor::new(Vec::new())).unwrap_err();
}

#[test]
fn a_flipped_bit_is_an_error_or_a_free_byte() {
    let (bytes, _) = prepared();
    let rng = &mut StdRng::seed_from_u64(1);
    let (contributions, length) = section(&bytes, 7);
    for _ in 0..200 {
        let mut flipped = bytes.clone();
        let at = rng.gen_range(0..bytes.len());
        flipped[at] ^= 1 << rng.gen_range(0..8);
        // Names, and the unused end of a saved block, are bound to nothing.
        if verdict(&flipped).is_ok() {
            assert!((contributions..contributions + length).contains(&at), "byte {at}");
        }
    }
}

/// The state of the response's hash is behind the points of a contribution. How many bytes it stands for follows from the power.
#[test]
fn a_saved_state_that_the_powers_do_not_lead_to_is_refused() {
    let (bytes, _) = prepared();
    let (section, _) = section(&bytes, 7);
    let state = section + 4 + 3 * 64 + 2 * 128 + 6 * 64 + 3 * 128;
    let word = |at: usize| u64::from_le_bytes(bytes[state + at..][..8].try_into().unwrap());
    // The challenge's hash, then 15 points of G1 in 32 bytes, 8 of G2 in 64, twice 8 of G1, and one of G2.
    let length = 64 + 32 * (15 + 2 * 8) + 64 * (8 + 1);
    assert_eq!((word(192), word(200), word(208)), (length / 128 * 128, length % 128, 0));
    for (at, value) in [
        // Adding the next block overflows; so does adding what is in the block.
        (192, u64::MAX / 128 * 128),
        (192, u64::MAX),
        (192, 0),
        (192, length / 128 * 128 + 128),
        (192, length / 128 * 128 - 128),
        (192, length / 128 * 128 + 1),
        (200, 0),
        (200, length % 128 + 1),
        (200, 128),
        (200, 129),
        (200, u64::MAX),
        (200, length % 128 + (1 << 32)),
        (208, 1),
        (208, u64::MAX),
    ] {
        let mut changed = bytes.clone();
        changed[state + at..][..8].copy_from_slice(&value.to_le_bytes());
        let message = open(&changed).unwrap_err().to_string();
        assert!(
            message.starts_with("contributions: found another state of the response's hash"),
            "{message}"
        );
    }
    // No block was compressed, though there were some.
    let mut changed = bytes.clone();
    let first =
        [0x6a09_e667_f2bd_c948u64, 0xbb67_ae85_84ca_a73b, 0x3c6e_f372_fe94_f82b, 0xa54f_f53a_5f1d_36f1];
    let second =
        [0x510e_527f_ade6_82d1u64, 0x9b05_688c_2b3e_6c1f, 0x1f83_d9ab_fb41_bd6b, 0x5be0_cd19_137e_2179];
    let chain: Vec<u8> = first.iter().chain(&second).flat_map(|word| word.to_le_bytes()).collect();
    changed[state + 128..][..64].copy_from_slice(&chain);
    open(&changed).unwrap_err();
    // The rest of the block means nothing: other tools leave there what they hashed before.
    let mut changed = bytes.clone();
    changed[state + 127] ^= 1;
    assert_eq!(verdict(&changed).unwrap(), verdict(&bytes).unwrap());
}
