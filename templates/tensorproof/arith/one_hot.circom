pragma circom 2.1.0;

// Bits that mark the place of an index.
//
//   out[i] = 1 if i = in, else 0
//
// Parameters
//   size         number of places, 2 <= size < 2^32
// Inputs
//   in           [0, size)
// Outputs
//   out[size]    bits, one of which is one
// Ensures
//   The range.
// Constraints
//   size quadratic + 1 linear
// Source
//   ONNX operator OneHot. Only the place of the index can differ from zero, and the sum is one.
template OneHot(size) {
    assert(2 <= size && size < 2 ** 32);
    signal input in;
    signal output out[size];

    var sum = 0;
    for (var i = 0; i < size; i++) {
        out[i] <-- in == i ? 1 : 0;
        out[i] * (in - i) === 0;
        sum += out[i];
    }
    sum === 1;
}
