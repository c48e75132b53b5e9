//! Models compute what Keras computes, whatever their format, and circuits what models compute.

use std::cell::Cell;
use std::fs::File;
use std::path::{Path, PathBuf};

use ndarray::{Array2, ArrayD, Ix2, OwnedRepr};
use ndarray_npy::NpzReader;
use tensorproof_transpiler::data::{input_shapes, load_samples};
use tensorproof_transpiler::{Graph, load, load_graph};

use crate::support::{check_witness, close, in_integers};
use crate::written::{data, here, models, written};

/// Most constraints of a circuit whose witness is computed.
const MOST_CONSTRAINTS: usize = 10_000;

fn computes(path: &Path) -> Result<(), String> {
    let graph = load(path).and_then(|model| Graph::build(&model)).map_err(|error| error.to_string())?;
    let [inputs, outputs] = data(path);
    let values = graph.eval(&inputs);
    if graph.outputs.len() != outputs.len() {
        return Err(format!("{} outputs, expected {}", graph.outputs.len(), outputs.len()));
    }
    for (edge, expected) in graph.outputs.iter().zip(&outputs) {
        let actual = &values[edge.0];
        if actual.shape() != expected.shape() {
            return Err(format!("shape {:?}, expected {:?}", actual.shape(), expected.shape()));
        }
        close(actual.as_slice().unwrap(), expected.as_slice().unwrap(), 1e-5)?;
    }
    Ok(())
}

/// Checks that no path fails.
fn all(paths: &[PathBuf], check: impl Fn(&Path) -> Result<(), String>) {
    let problems: Vec<String> =
        paths.iter().filter_map(|path| Some(format!("{}: {}", path.display(), check(path).err()?))).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn graphs_compute_what_keras_computes() {
    let paths = models(&written());
    assert!(paths.len() > 500, "{}", paths.len());
    all(&paths, computes);
}

#[test]
fn graphs_compute_what_keras_2_computes() {
    let paths = models(&here().join("keras2"));
    assert_eq!(paths.len(), 7);
    all(&paths, computes);
}

#[test]
fn trained_models_compute_what_keras_computed() {
    let rows = [
        ("mnist_cnn", ["conv2d", "batch_normalization", "re_lu_1", "average_pooling2d", "dense_2"]),
        (
            "mnist_mobilenet_block",
            ["conv2d_4", "depthwise_conv2d", "add_1", "global_average_pooling2d", "dense_8"],
        ),
    ];
    for (name, layers) in rows {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/models").join(name);
        let mut archive = NpzReader::new(File::open(folder.join("samples.npz")).unwrap()).unwrap();
        let outputs: Array2<f64> = archive.by_name::<OwnedRepr<f32>, Ix2>("outputs").unwrap().mapv(f64::from);
        for file in ["model.keras", "model.h5"] {
            let graph = Graph::build(&load(&folder.join(file)).unwrap()).unwrap();
            for name in layers {
                assert!(graph.nodes.iter().any(|node| node.name == name), "{name}");
            }
            let samples = load_samples(&folder.join("samples.npz"), &input_shapes(&graph)).unwrap();
            assert_eq!(samples.len(), outputs.nrows());
            for (sample, expected) in samples.iter().zip(outputs.rows()) {
                let actual = &graph.eval(sample)[graph.outputs[0].0];
                close(actual.as_slice().unwrap(), expected.as_slice().unwrap(), 1e-4).unwrap();
            }
        }
    }
}

/// The formats differ in where weights and calls are; what comes of them may not.
#[test]
fn both_formats_give_the_same_graph() {
    let text = |path: &Path| {
        let model = load(path).unwrap();
        format!("{:?}", (model.nodes, model.constants, model.inputs, model.integers, model.outputs))
    };
    for path in models(&written()).iter().filter(|path| path.extension().is_some_and(|kind| kind == "keras"))
    {
        assert!(text(path) == text(&path.with_extension("h5")), "{}", path.display());
    }
}

/// Padding with `same` may not depend on where the channels are.
#[test]
fn both_orders_of_channels_give_the_same_outputs() {
    let [last, first] = ["order_last.keras", "order_first.keras"]
        .map(|name| Graph::build(&load(&written().join(name)).unwrap()).unwrap());
    let [inputs, _] = data(&written().join("order_last.keras"));
    let moved = inputs[0].clone().permuted_axes(vec![0, 3, 1, 2]).as_standard_layout().into_owned();
    let output = |graph: &Graph, input: ArrayD<f64>| graph.eval(&[input])[graph.outputs[0].0].clone();
    let (last, first) = (output(&last, inputs[0].clone()), output(&first, moved));
    close(first.as_slice().unwrap(), last.as_slice().unwrap(), 1e-9).unwrap();
}

#[test]
fn circuits_compute_what_graphs_compute() {
    let mut paths = models(&written());
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "keras"));
    paths.extend(models(&here().join("keras2")));
    let witnesses = Cell::new(0);
    all(&paths, |path| {
        let graph = load_graph(path).map_err(|error| error.to_string())?;
        let [sample, _] = data(path);
        let (quantized, integers) = in_integers(&graph, &sample)?;
        let cost = quantized.cost();
        if cost.quadratic + cost.linear > MOST_CONSTRAINTS {
            return Ok(());
        }
        witnesses.set(witnesses.get() + 1);
        check_witness(&quantized, &sample, &integers)
    });
    assert!(witnesses.get() > 200, "{}", witnesses.get());
}
