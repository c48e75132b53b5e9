//! ONNX and Keras models to quantized circom circuits.
//!
//! ```text
//! model.onnx ──load──► Model ──Graph::build, simplify──► Graph ──quantize──► QuantizedGraph ──emit──► circuit.circom
//! ```
//!
//! [`quantize::QuantizedGraph::eval`] is the specification in integers: the circuit's outputs equal it, always.

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
mod names;
pub mod onnx;
pub mod ops;
pub mod passes;
pub mod quantize;
pub mod seal;
pub mod settings;
mod tensor;

use std::path::Path;

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
    Ok(load_graph_with_hash(path)?.0)
}

/// Does what [`load_graph`] does. Returns also the hash that [`load_with_hash`] does.
///
/// # Errors
/// As [`load_graph`].
pub fn load_graph_with_hash(path: &Path) -> Result<(Graph, [u8; 32])> {
    let (model, hash) = load_with_hash(path)?;
    let mut graph = Graph::build(&model)?;
    passes::simplify(&mut graph);
    Ok((graph, hash))
}
