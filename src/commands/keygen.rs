//! `tensorproof keygen`: a key to which parameters and outputs are encrypted.

use serde_json::json;
use tensorproof_r1cs::fr_to_decimal;

use super::{Output, check_new};
use crate::baby_jubjub;
use crate::build_dir::replace_private_file;
use crate::cli::KeygenArgs;
use crate::error::Result;

pub(super) fn run(args: &KeygenArgs, output: Output) -> Result<()> {
    check_new(&args.output)?;
    let secret = baby_jubjub::random_secret()?;
    let public = baby_jubjub::public_key(secret)?;
    let text = format!("{:#}\n", baby_jubjub::to_json(secret, public));
    replace_private_file(&args.output, |writer| writer.write_all(text.as_bytes()))?;
    let public = public.map(|value| fr_to_decimal(&value));
    output.result(&json!({ "publicKey": public }), &public.join(","))
}
