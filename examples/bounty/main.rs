//! The bounty market from the first call to the last: a host, two honest hunters, and everybody who tries to cheat them.
//!
//! ```text
//! cargo run --release --example bounty [-- --samples K] [--rpc-url URL]
//! ```
//!
//! It runs on a chain in this process; with `--rpc-url` on a development chain of Foundry, such as anvil.

mod chain;
mod cheats;
mod compute;
mod data;
mod forgery;
mod stage;
mod story;

use std::env;
use std::error::Error;
use std::io::{Write as _, stderr, stdout};
use std::process::ExitCode;

use clap::Parser;
use tensorproof::cli::Cli;
use tensorproof::{commands, terminal};

use stage::{Program, Stage};

/// Runs the bounty market with a host, two hunters and their cheats.
#[derive(Parser)]
struct Args {
    /// Digits in the test set
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u32).range(data::SAMPLES))]
    samples: u32,
    /// A development chain with Foundry's accounts, such as anvil [default: a chain in this process]
    #[arg(long, value_name = "URL")]
    rpc_url: Option<String>,
}

/// The first argument that makes this program the command `tensorproof`, as which it runs itself.
const COMMAND: &str = "tensorproof";

fn main() -> ExitCode {
    let outcome = if env::args_os().nth(1).is_some_and(|first| first == COMMAND) {
        let cli = Cli::parse_from(env::args_os().skip(1));
        commands::run(&cli).map_err(Into::into)
    } else {
        tell(&Args::parse())
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            match error.downcast_ref() {
                Some(error) => terminal::print_error(error),
                None => drop(writeln!(stderr(), "error: {error}")),
            }
            ExitCode::FAILURE
        }
    }
}

fn tell(args: &Args) -> Result<(), Box<dyn Error>> {
    let program = Program { path: env::current_exe()?, first: Some(COMMAND) };
    let url = match &args.rpc_url {
        Some(url) => url.clone(),
        None => chain::start(&stage::addresses()?)?,
    };
    story::tell(&mut Stage::new(&mut stdout(), program, url)?, args.samples)
}
