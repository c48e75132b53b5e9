//! Keys of ceremonies against snarkjs, in both directions, and files that must be refused.

#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;
use std::path::Path;

use ark_std::rand::SeedableRng as _;
use ark_std::rand::rngs::StdRng;
use support::section;
use tensorproof_circom::{Circuit, Options, Sources, compile};
use tensorproof_groth16::{
    Beacon, CeremonyError, Contribution, Label, Origin, ProvingKey, Ptau, R1csFile, ceremony_key,
    contribute_key, contribute_powers, new_powers, prepare_powers, prove, setup, verify, verify_key,
};
use tensorproof_oracles::{circom, expect_success, snarkjs};
use tensorproof_r1cs::Fr;

/// Has long rows, long columns, small, negative and large coefficients, and an input that no constraint mentions.
const CIRCUIT: &str = "
    pragma circom 2.1.0;
    template Chain(n) {
        signal input x;
        signal input y[2];
        signal input unused;
        signal output out[2];
        signal power[n];
        var sum = 0;
        power[0] <== x * y[0] + y[1];
        for (var i = 1; i < n; i++) {
            power[i] <== (power[i - 1] - 5 * x) * (x + 2 ** (2 * i)) + i;
            sum += (i - 7) * power[i];
        }
        out[0] <== sum * power[n - 1];
        out[1] <== 3 * x - y[1] * x;
    }
    component main {public [y]} = Chain(100);";

fn circuit() -> Circuit {
    compile(Sources::from_text("chain.circom", CIRCUIT), Options::default()).unwrap()
}

fn named(name: &str) -> Label {
    Label { name: Some(name.to_owned()), beacon: None }
}

fn beacon(name: &str) -> Label {
    Label { beacon: Some(Beacon { value: vec![1, 2, 3, 4], iterations: 10 }), ..named(name) }
}

fn powers(power: u32) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    new_powers(power, &mut bytes).unwrap();
    let before = bytes.into_inner();
    let mut bytes = Cursor::new(Vec::new());
    contribute_powers(&mut open(&before), &named("powers"), "", &mut bytes).unwrap();
    let mut prepared = Cursor::new(Vec::new());
    prepare_powers(&mut open(bytes.get_ref()), &mut prepared).unwrap();
    prepared.into_inner()
}

fn open(bytes: &[u8]) -> Ptau<Cursor<&[u8]>> {
    Ptau::open(Cursor::new(bytes)).unwrap()
}

fn r1cs_bytes(circuit: &Circuit) -> Vec<u8> {
    let mut bytes = Vec::new();
    circuit.r1cs.write(&mut bytes).unwrap();
    bytes
}

fn initial(r1cs: &[u8], ptau: &[u8]) -> Result<Vec<u8>, CeremonyError> {
    let mut key = Cursor::new(Vec::new());
    ceremony_key(&R1csFile::read(r1cs)?, &mut open(ptau), &mut key)?;
    Ok(key.into_inner())
}

fn contributed(key: &[u8], label: &Label) -> Vec<u8> {
    let mut output = Cursor::new(Vec::new());
    contribute_key(Cursor::new(key), label, "text", &mut output).unwrap();
    output.into_inner()
}

fn verified(r1cs: &[u8], ptau: &[u8], key: &[u8]) -> Result<Vec<Contribution>, CeremonyError> {
    verify_key(&R1csFile::read(r1cs)?, &mut open(ptau), Cursor::new(key))
}

fn run(dir: &Path, args: &[&str]) -> String {
    expect_success(&snarkjs(args, dir))
}

/// Returns a hash as snarkjs prints it.
fn printed(hash: &[u8; 64]) -> String {
    let word = |bytes: &[u8]| format!("{:08x}", u32::from_be_bytes(bytes.try_into().unwrap()));
    let words: Vec<String> = hash.chunks(4).map(word).collect();
    words.chunks(4).map(|line| line.join(" ")).collect::<Vec<_>>().join("\n\t\t")
}

#[test]
fn three_contributors_use_either_tool() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    let circuit = circuit();
    let (r1cs, ptau) = (r1cs_bytes(&circuit), powers(8));
    fs::write(dir.join("circuit.r1cs"), &r1cs).unwrap();
    fs::write(dir.join("powers.ptau"), &ptau).unwrap();
    let start = initial(&r1cs, &ptau).unwrap();
    run(dir, &["groth16", "setup", "circuit.r1cs", "powers.ptau", "0.zkey"]);
    assert!(start == fs::read(dir.join("0.zkey")).unwrap(), "the initial keys differ");

    // Whose turn it is: ours (o) or theirs (t).
    for turns in ["oto", "tot", "oot"] {
        let mut key = start.clone();
        for (index, turn) in turns.chars().enumerate() {
            let label = named(&format!("{turn}{index}"));
            key = if turn == 'o' {
                contributed(&key, &label)
            } else {
                fs::write(dir.join("before.zkey"), &key).unwrap();
                let name = format!("--name={turn}{index}");
                run(dir, &["zkey", "contribute", "before.zkey", "after.zkey", &name, "-e=entropy"]);
                fs::read(dir.join("after.zkey")).unwrap()
            };
        }
        fs::write(dir.join("key.zkey"), &key).unwrap();
        let told = run(dir, &["zkey", "verify", "circuit.r1cs", "powers.ptau", "key.zkey"]);
        assert!(told.contains("ZKey Ok!"), "{told}");
        let contributions = verified(&r1cs, &ptau, &key).unwrap();
        assert_eq!(contributions.len(), 3);
        for (index, (contribution, turn)) in contributions.iter().zip(turns.chars()).enumerate() {
            assert_eq!(contribution.label, named(&format!("{turn}{index}")));
            assert!(told.contains(&printed(&contribution.hash)), "{told}");
        }
        assert_eq!(ProvingKey::read(&key).unwrap().origin, Origin::Ceremony { contributions });

        // A beacon leaves no choice: every byte is determined.
        run(dir, &["zkey", "beacon", "key.zkey", "final.zkey", "01020304", "10", "--name=last"]);
        let last = contributed(&key, &beacon("last"));
        assert!(last == fs::read(dir.join("final.zkey")).unwrap(), "the last keys differ");
        assert_eq!(verified(&r1cs, &ptau, &last).unwrap().len(), 4);
        let key = ProvingKey::read(&last).unwrap();
        let inputs = [("x", vec![3]), ("y", vec![5, 7]), ("unused", vec![1])].map(|(name, values)| {
            (name.to_owned(), values.into_iter().map(|value: u64| Fr::from(value)).collect())
        });
        let witness = circuit.witness(&BTreeMap::from(inputs)).unwrap();
        let proof = prove(&key, &circuit.r1cs, &witness, &mut StdRng::seed_from_u64(1)).unwrap();
        verify(&key.vk, circuit.r1cs.public_values(&witness), &proof).unwrap();
    }
}

#[test]
fn keys_of_stock_circom_and_truncated_powers_are_those_of_snarkjs() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path();
    fs::write(dir.join("chain.circom"), CIRCUIT).unwrap();
    expect_success(&circom(["chain.circom", "--r1cs", "--O1"], dir));
    fs::write(dir.join("more.ptau"), powers(9)).unwrap();
    run(dir, &["powersoftau", "truncate", "more.ptau"]);
    let ptau = fs::read(dir.join("more_08.ptau")).unwrap();
    run(dir, &["groth16", "setup", "chain.r1cs", "more_08.ptau", "0.zkey"]);
    let r1cs = fs::read(dir.join("chain.r1cs")).unwrap();
    let start = initial(&r1cs, &ptau).unwrap();
    assert!(start == fs::read(dir.join("0.zkey")).unwrap(), "the initial keys differ");
    let key = contributed(&start, &named("one"));
    verified(&r1cs, &ptau, &key).unwrap();
    // The same circuit with the powers before they were truncated.
    let more = fs::read(dir.join("more.ptau")).unwrap();
    verified(&r1cs, &more, &key).unwrap();
}

#[test]
fn unfit_circuits_and_powers_are_refused() {
    let circuit = circuit();
    let r1cs = r1cs_bytes(&circuit);
    let message = initial(&r1cs, &powers(5)).unwrap_err().to_string();
    assert!(message.starts_with("the powers of tau reach 2^5 rows, expected at least 2^7"), "{message}");
    let mut unprepared = Cursor::new(Vec::new());
    new_powers(8, &mut unprepared).unwrap();
    let message = initial(&r1cs, unprepared.get_ref()).unwrap_err().to_string();
    assert!(message.contains("not prepared for phase 2: section lagrange tauG1 is missing"), "{message}");
    let mut local = Vec::new();
    let key = setup(&circuit.r1cs, &mut StdRng::seed_from_u64(1)).unwrap();
    key.write(&circuit.r1cs, &mut local).unwrap();
    let refused =
        contribute_key(Cursor::new(&local), &named("one"), "", Cursor::new(Vec::new())).unwrap_err();
    assert!(refused.to_string().contains("made by one machine"), "{refused}");
}

struct Ceremony {
    r1cs: Vec<u8>,
    ptau: Vec<u8>,
    /// After no, one, two and three contributions.
    keys: Vec<Vec<u8>>,
}

fn ceremony() -> Ceremony {
    let (r1cs, ptau) = (r1cs_bytes(&circuit()), powers(7));
    let mut keys = vec![initial(&r1cs, &ptau).unwrap()];
    for name in ["one", "two", "three"] {
        keys.push(contributed(keys.last().unwrap(), &named(name)));
    }
    Ceremony { r1cs, ptau, keys }
}

#[test]
fn tampered_keys_are_refused_by_section() {
    let Ceremony { r1cs, ptau, keys } = ceremony();
    let key = &keys[3];
    assert_eq!(verified(&r1cs, &ptau, key).unwrap().len(), 3);
    let check = |bytes: &[u8], name: &str| {
        let message = verified(&r1cs, &ptau, bytes).unwrap_err().to_string();
        assert!(message.starts_with(&format!("{name}: ")), "{name}: {message}");
    };
    let names = [
        (1, "protocol"),
        (2, "header"),
        (3, "IC"),
        (4, "coefficients"),
        (5, "A"),
        (6, "B1"),
        (7, "B2"),
        (8, "C"),
        (9, "H"),
        (10, "contributions"),
    ];
    for (kind, name) in names {
        let (at, length) = section(key, kind);
        for place in [0, length / 2] {
            let mut changed = key.clone();
            changed[at + place] ^= 1;
            check(&changed, name);
        }
    }
    // Points that are in the group, but others.
    for (kind, size, name) in
        [(3, 64, "IC"), (5, 64, "A"), (6, 64, "B1"), (7, 128, "B2"), (8, 64, "C"), (9, 64, "H")]
    {
        let (at, length) = section(key, kind);
        let mut changed = key.clone();
        changed.copy_within(at + size..at + 2 * size, at + length - size);
        check(&changed, name);
    }
    // Another factor in A or B, and one in C alone, which only the points tell of.
    for (from, to, expected) in
        [("5 * x", "4 * x", "coefficients: "), ("- y[1] * x", "- y[1] * x + 1", "IC: ")]
    {
        let text = CIRCUIT.replace(from, to);
        let other = compile(Sources::from_text("chain.circom", &text), Options::default()).unwrap();
        let message = verified(&r1cs_bytes(&other), &ptau, key).unwrap_err().to_string();
        assert!(message.starts_with(expected), "{message}");
    }
    let message = verified(&r1cs, &powers(7), key).unwrap_err().to_string();
    assert!(message.starts_with("header: sizes or points"), "{message}");
}

#[test]
fn a_contribution_cannot_be_removed_or_moved() {
    let Ceremony { r1cs, ptau, keys } = ceremony();
    let list = |key: &[u8]| {
        let (at, length) = section(key, 10);
        key[at..at + length].to_vec()
    };
    let [first, second, third] =
        [1, 2, 3].map(|index| list(&keys[index])[list(&keys[index - 1]).len()..].to_vec());
    let with = |entries: &[&[u8]]| {
        let (at, _) = section(&keys[3], 10);
        let mut section = keys[3][at..at + 64].to_vec();
        section.extend_from_slice(&u32::try_from(entries.len()).unwrap().to_le_bytes());
        section.extend_from_slice(&entries.concat());
        let mut changed = keys[3][..at - 8].to_vec();
        changed.extend_from_slice(&(section.len() as u64).to_le_bytes());
        changed.extend_from_slice(&section);
        verified(&r1cs, &ptau, &changed)
    };
    with(&[&first, &second, &third]).unwrap();
    let rows: [(&[&[u8]], &str); 6] = [
        (&[&second, &third], "contributions: contribution 1 (`two`): its transcript"),
        (&[&first, &third], "contributions: contribution 2 (`three`): its transcript"),
        (&[&first, &second], "contributions: found another delta after the last contribution"),
        (&[&second, &first, &third], "contributions: contribution 1 (`two`): its transcript"),
        (&[&first, &second, &third, &third], "contributions: contribution 4 (`three`): its transcript"),
        (&[], "contributions: there is none"),
    ];
    for (entries, expected) in rows {
        let message = with(entries).unwrap_err().to_string();
        assert!(message.starts_with(expected), "{message}");
    }
    let message = verified(&r1cs, &ptau, &keys[0]).unwrap_err().to_string();
    assert!(message.starts_with("contributions: there is none"), "{message}");
}

#[test]
fn a_beacon_of_another_value_is_refused() {
    let (r1cs, ptau) = (r1cs_bytes(&circuit()), powers(7));
    let mut key = contributed(&initial(&r1cs, &ptau).unwrap(), &beacon("last"));
    assert_eq!(verified(&r1cs, &ptau, &key).unwrap()[0].label, beacon("last"));
    *key.last_mut().unwrap() ^= 1;
    let message = verified(&r1cs, &ptau, &key).unwrap_err().to_string();
    assert!(message.ends_with("it does not come from its beacon"), "{message}");
}
