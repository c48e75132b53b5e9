//! The chores of the repository.
//!
//! ```text
//! cargo xtask test      formats, lints, licences, and every test, with the tools they compare with
//! cargo xtask oracles   installs those tools (circom, snarkjs, solc, forge from npm) into target/oracles
//! cargo xtask constants writes the constants of hash functions into the template library
//! cargo xtask certificates [TEMPLATE..]  lets two engines prove again that templates are deterministic, for `templates/CERTIFICATES.md`
//! cargo xtask bench     the figures of the README; `bench models`, `compile`, `prove` and `ezkl` a part of them
//! ```

mod bench;
mod certificates;
mod constants;
mod shell;
mod test;

use std::process::ExitCode;

const USAGE: &str = "usage: cargo xtask test|oracles|constants|certificates [TEMPLATE...]|bench [models|compile|prove [CIRCUIT...]|ezkl [MODEL...]]";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let result = match args.as_slice() {
        ["test"] => test::run_all(),
        ["oracles"] => tensorproof_oracles::install().map_err(|error| error.to_string()),
        ["constants"] => constants::write_all(),
        ["certificates", only @ ..] => certificates::write(only),
        ["bench"] => bench::run_all(),
        ["bench", "models"] => bench::run_models(),
        ["bench", "compile"] => bench::run_compile(),
        ["bench", "prove", only @ ..] => bench::run_prove(only),
        ["bench", "ezkl", only @ ..] => bench::run_ezkl(only),
        _ => Err(USAGE.to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            shell::say(&message);
            ExitCode::FAILURE
        }
    }
}
