//! The chores of the repository: `cargo xtask oracles`, `cargo xtask test`, `cargo xtask bench`.

use std::process::ExitCode;

fn main() -> ExitCode {
    match std::env::args().nth(1).as_deref() {
        Some("oracles") => match tensorproof_oracles::install() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => panic!("{error}"),
        },
        _ => ExitCode::from(1),
    }
}
