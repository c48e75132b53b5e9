//! `tensorproof templates`: the circom template library, for use with other circuits and compilers.

use serde_json::json;

use super::Output;
use crate::build_dir::BuildDir;
use crate::cli::TemplatesArgs;
use crate::error::Result;

pub(super) fn run(args: &TemplatesArgs, output: Output) -> Result<()> {
    let dir = BuildDir::create(&args.output)?;
    for (path, text) in tensorproof_templates::FILES {
        dir.write_text(path, text)?;
    }
    let files: Vec<&str> = tensorproof_templates::FILES.iter().map(|(path, _)| *path).collect();
    output.result(&json!({ "files": files }), &files.join("\n"))
}
