//! An assignment of a value to every wire.

use crate::Fr;

/// The value of each wire; the first is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness<F = Fr>(pub Vec<F>);
