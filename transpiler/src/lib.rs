//! ONNX and Keras models to quantized circom circuits.
//!
//! ```text
//! model.onnx ──load──► Model ──Graph::build, simplify──► Graph ──quantize──► QuantizedGraph ──emit──► circuit.circom
//! ```
//!
//! [`quantize::QuantizedGraph::eval`] is the specification in integers: the circuit's outputs equal it, always.

pub mod axes;
mod batch;
mod control;
pub mod data;
pub mod emit;
mod error;
mod fold;
pub mod form;
pub mod graph;
pub mod interval;

pub mod keras;
pub mod kernel;
mod known;
mod names;
pub mod onnx;
pub mod ops;
pub mod passes;
pub mod quantize;
pub mod seal;
pub mod settings;
mod tensor;

use std::path::Path;

pub use axes::Lengths;
pub use emit::{CircomProgram, emit};
pub use error::{Error, Result};
pub use graph::Graph;
pub use keras::{load, load_with_hash};
pub use onnx::Model;
pub use quantize::{QuantizeConfig, QuantizedGraph, quantize};
pub use settings::Settings;

/// Reads a model and simplifies its graph.
///
/// # Errors
/// When the file is not a model that can be proven.
pub fn load_graph(path: &Path) -> Result<Graph> {
    Ok(load_graph_of(path, &Lengths::default())?.0)
}

/// Reads a model that leaves lengths of axes open, and simplifies its graph. Returns also the hash that [`load_with_hash`] does.
///
/// # Errors
/// As those of [`load_graph`], and when a length is not known.
pub fn load_graph_of(path: &Path, lengths: &Lengths<'_>) -> Result<(Graph, [u8; 32])> {
    let (model, hash) = keras::load_of(path, lengths)?;
    let mut graph = Graph::build_of(&model, lengths)?;
    passes::simplify(&mut graph);
    Ok((graph, hash))
}
