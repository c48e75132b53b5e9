//! The stages between files: each reads what it needs from the build directory and writes what it makes.

mod circuit;
mod digest;
mod interface;
mod keys;
mod outputs;
mod proof;
mod sealed;
mod seals;
mod statement;
mod verifier;
mod witness;

pub(crate) use self::circuit::{
    Draft, check_templates, compile_bundled, compile_circuit, compile_dir, compile_with, is_written,
    model_hash, read_r1cs, read_settings, read_settings_if_any, write_compiled, write_symbols,
};
pub(crate) use self::digest::{CHALLENGE, has_digest, public_values};
pub(crate) use self::interface::{check_interface, check_public_signals, check_settings};
pub(crate) use self::keys::{
    checked_key, is_verified, keep_ceremony_key, key_origin, key_summary, origin_of, read_key,
    read_verifying_key, remember_verified, remove_proofs, set_up,
};
pub(crate) use self::outputs::{Outputs, output_integers, outputs, public_integers, public_outputs};
pub(crate) use self::proof::{not_proven, prove_witness, prover, write_proof};
pub(crate) use self::sealed::check_sealed;
pub(crate) use self::seals::commitments;
pub(crate) use self::statement::{
    Statement, check_statement, read_statement, read_statement_of, verify_statement,
};
pub(crate) use self::verifier::{export, verifier_config};
pub(crate) use self::witness::{
    Data, pick_samples, quantized, read_data, read_salt, read_witness, solve, solve_data, solve_file,
    solve_inputs,
};
