//! ONNX files of one layer, written by hand.

fn varint(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 0x80 {
        bytes.push(u8::try_from(value & 0x7f).unwrap() | 0x80);
        value >>= 7;
    }
    bytes.push(u8::try_from(value).unwrap());
    bytes
}

fn number(field: u64, value: u64) -> Vec<u8> {
    [varint(field << 3), varint(value)].concat()
}

fn bytes(field: u64, content: &[u8]) -> Vec<u8> {
    [varint(field << 3 | 2), varint(content.len() as u64), content.to_vec()].concat()
}

fn text(field: u64, content: &str) -> Vec<u8> {
    bytes(field, content.as_bytes())
}

fn value(name: &str, shape: &[u64]) -> Vec<u8> {
    let dims: Vec<u8> = shape.iter().flat_map(|length| bytes(1, &number(1, *length))).collect();
    let tensor = [number(1, 1), bytes(2, &dims)].concat();
    [text(1, name), bytes(2, &bytes(1, &tensor))].concat()
}

/// Returns `output = Gemm(input, weights)` with a square matrix, whose node has a name.
pub(crate) fn gemm(node: &str, input: &str, weights: &str, output: &str, matrix: &[&[f32]]) -> Vec<u8> {
    gemms(&[(node, weights, matrix)], input, output)
}

/// Returns one [`gemm`] behind the other, each of the names of node and weights and a matrix, all of one size.
pub(crate) fn gemms(layers: &[(&str, &str, &[&[f32]])], input: &str, output: &str) -> Vec<u8> {
    let size = layers[0].2.len() as u64;
    let mut graph = text(2, "graph");
    let mut from = input.to_owned();
    for (at, (node, weights, matrix)) in layers.iter().enumerate() {
        let to = if at + 1 == layers.len() { output.to_owned() } else { format!("{output}_{at}") };
        let raw: Vec<u8> =
            matrix.iter().flat_map(|row| row.iter().flat_map(|value| value.to_le_bytes())).collect();
        let tensor = [number(1, size), number(1, size), number(2, 1), text(8, weights), bytes(9, &raw)];
        let node = [text(1, &from), text(1, weights), text(2, &to), text(3, node), text(4, "Gemm")];
        graph.extend([bytes(1, &node.concat()), bytes(5, &tensor.concat())].concat());
        from = to;
    }
    graph.extend([bytes(11, &value(input, &[1, size])), bytes(12, &value(output, &[1, size]))].concat());
    [number(1, 8), bytes(7, &graph), bytes(8, &number(2, 17))].concat()
}

/// Returns a model that takes a part of its input: the elements from `start` to before `end`.
pub(crate) fn slice(input: &str, output: &str, length: u64, start: i64, end: i64) -> Vec<u8> {
    let integers = |name: &str, value: i64| {
        [number(1, 1), number(2, 7), text(8, name), bytes(9, &value.to_le_bytes())].concat()
    };
    let node = [
        text(1, input),
        text(1, "starts"),
        text(1, "ends"),
        text(1, "axes"),
        text(2, output),
        text(3, "slice"),
        text(4, "Slice"),
    ]
    .concat();
    let graph = [
        bytes(1, &node),
        text(2, "graph"),
        bytes(5, &integers("starts", start)),
        bytes(5, &integers("ends", end)),
        bytes(5, &integers("axes", 1)),
        bytes(11, &value(input, &[1, length])),
        bytes(12, &value(output, &[1, u64::try_from(end - start).unwrap()])),
    ]
    .concat();
    [number(1, 8), bytes(7, &graph), bytes(8, &number(2, 17))].concat()
}
