//! Arguments of what hides and binds values: `keygen`, `encrypt`, `decrypt`, `commit` and `cid`.

use std::path::PathBuf;

use clap::Args;

/// `tensorproof keygen`.
#[derive(Debug, Args)]
#[command(after_help = "Keys of the JSON result:
  publicKey   x and y of a point of Baby Jubjub: give it to who encrypts")]
pub struct KeygenArgs {
    /// The new file, which only you can read
    #[arg(long, short)]
    pub output: PathBuf,
}

/// `tensorproof encrypt`.
#[derive(Debug, Args)]
#[command(
    after_help = "The result is ciphertext.json: the tensors' form (shapes, order, scales, least values, bits), the elements, the first of
which encrypts the form, their tag, and the sender's public key, which is new each time."
)]
pub struct EncryptArgs {
    /// Nested lists of integers, or an object with such lists by name
    pub file: PathBuf,
    /// The recipient's public key: a file of `keygen`, or `x,y`
    #[arg(long, value_name = "KEY")]
    pub to: String,
    /// The new file
    #[arg(long, short, default_value = "ciphertext.json")]
    pub output: PathBuf,
}

/// `tensorproof decrypt`.
#[derive(Debug, Args)]
#[command(
    after_help = "The ciphertext's tag is checked, and that the form beside it is the one that was encrypted. The proof of a build
directory is not: `tensorproof verify` does that, and says that the ciphertext is of what the proof is about."
)]
pub struct DecryptArgs {
    /// A file of `encrypt`, or a build directory whose proof shows parameters or outputs encrypted
    pub source: PathBuf,
    /// The file of `keygen`
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// The new file, which only you can read [default: standard output]
    #[arg(long, short)]
    pub output: Option<PathBuf>,
}

/// `tensorproof commit`.
#[derive(Debug, Args)]
#[command(after_help = "Keys of the JSON result:
  commitment   a salted Poseidon hash of the values' form and of the values, packed tensor by tensor
  salt         keep it secret while the values are
  kind         data, or params of a build directory
  tensors      name, shape, order, scale, low, bits of each

The commitment covers the form: kind, and each tensor's shape, order, scale, least value and bits, but not its name. The
form of a file is what its integers need, with scale 1; that of a build directory is its circuit's. Values that open a
commitment are the ones that were committed to, whoever gives them.")]
pub struct CommitArgs {
    /// Nested lists of integers, an object with such lists by name, or a build directory with hashed parameters
    pub source: PathBuf,
    /// The salt [default: a random one; that of the build directory]
    #[arg(long)]
    pub salt: Option<String>,
    /// The commitment that this must be, its number or the file of `--output`, whose form is then taken: exit code 1 when it
    /// is another
    #[arg(long, value_name = "COMMITMENT")]
    pub check: Option<String>,
    /// A new file with the commitment and its form, but without the salt
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
}

/// `tensorproof cid`.
#[derive(Debug, Args)]
#[command(after_help = "Keys of the JSON result:
  cid      CIDv1, raw, sha2-256, in base 32
  bytes    length of the file
  halves   the digest as two integers of 128 bits, as the template Cid has them")]
pub struct CidArgs {
    /// Any file
    pub file: PathBuf,
}
