//! Keras files: every layer against Keras itself, in real numbers, in integers and in the circuit; hostile files.

#![allow(clippy::unwrap_used)]

mod damaged;
mod refused;
#[allow(dead_code)]
#[path = "../support/mod.rs"]
mod support;
mod values;
mod written;
