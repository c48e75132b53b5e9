//! The `tensorproof` command.

fn main() {}
