//! The examples that are programs, at their smallest size.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "../examples/bounty/chain.rs"]
mod chain;
#[path = "../examples/bounty/cheats.rs"]
mod cheats;
#[path = "../examples/bounty/compute.rs"]
mod compute;
#[path = "../examples/bounty/data.rs"]
mod data;
#[path = "../examples/bounty/forgery.rs"]
mod forgery;
#[path = "../examples/bounty/stage.rs"]
mod stage;
#[path = "../examples/bounty/story.rs"]
mod story;

use stage::{Program, Stage};

/// The story checks each of its steps itself.
#[test]
fn the_bounty_is_won_and_every_cheat_refused() {
    let mut told = Vec::new();
    let program = Program { path: env!("CARGO_BIN_EXE_tensorproof").into(), first: None };
    let url = chain::start(&stage::addresses().unwrap()).unwrap();
    let outcome = Stage::new(&mut told, program, url).and_then(|mut stage| story::tell(&mut stage, 1));
    let told = String::from_utf8(told).unwrap();
    outcome.unwrap_or_else(|error| panic!("{told}\n{error}"));
    println!("{told}");
    let refusals = told.lines().filter(|line| line.contains("refused: ")).count();
    assert_eq!(refusals, 13, "{told}");
    for expected in [
        "integers are those that bob committed to",
        "no wei is left in the bounty",
        "was encrypted for another key",
        "the network reads ",
    ] {
        assert!(told.contains(expected), "{expected}: {told}");
    }
}

#[test]
fn all_digits_are_there() {
    let folder = tempfile::tempdir().unwrap();
    let most = usize::try_from(*data::SAMPLES.end()).unwrap();
    let digits = data::lay_out(folder.path(), most).unwrap();
    assert_eq!(digits.len(), most);
    for digit in digits {
        assert_eq!(std::fs::read(folder.path().join(digit)).unwrap().len(), data::SAMPLE_BYTES);
    }
}
