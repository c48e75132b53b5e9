//! The `tensorproof` command.

use std::process::ExitCode;

use clap::Parser as _;
use clap::error::ErrorKind;
use tensorproof::cli::Cli;
use tensorproof::{commands, terminal};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Nothing is left to tell when the terminal is gone.
            let _ = error.print();
            let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            return if asked { ExitCode::SUCCESS } else { ExitCode::FAILURE };
        }
    };
    match commands::run(&cli) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            terminal::print_error(&error);
            ExitCode::from(error.exit_code())
        }
    }
}
