//! Compiles a circuit and tells its size and findings: `cargo run --release -p tensorproof-circom --example compile FILE
//! [LIBRARY]`.

#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::path::Path;
use std::process::ExitCode;

use tensorproof_circom::{Options, Sources, compile};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some(file) = args.first() else {
        eprintln!("usage: compile FILE.circom [LIBRARY]");
        return ExitCode::FAILURE;
    };
    let mut sources = Sources::from_path(Path::new(file));
    for library in &args[1..] {
        sources = sources.with_library(Path::new(library));
    }
    match compile(sources, Options { inspect: true, ..Options::default() }) {
        Ok(circuit) => {
            println!("{:?}, {} wires", circuit.r1cs.counts(), circuit.r1cs.wires);
            println!("{}", circuit.render_warnings(false, true));
            ExitCode::SUCCESS
        }
        Err(diagnostics) => {
            eprintln!("{}", diagnostics.render(false));
            ExitCode::FAILURE
        }
    }
}
