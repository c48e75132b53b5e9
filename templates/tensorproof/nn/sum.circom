pragma circom 2.1.0;

// Sum of values with constant factors, which bring them to a common scale.
//
//   out = constant + sum of factors[i] * in[i]
//
// Parameters
//   size             number of values, at least 1
//   factors[size]    integers
//   constant         integer
// Inputs
//   in[size]
// Outputs
//   out
// Requires
//   Nothing; the sum is exact modulo p.
// Constraints
//   0 quadratic + 1 linear
// Source
//   ONNX operators Add, Sub, Sum, Mean, Neg.
template Sum(size, factors, constant) {
    assert(1 <= size);
    signal input in[size];
    signal output out;

    var sum = constant;
    for (var i = 0; i < size; i++) {
        sum += factors[i] * in[i];
    }
    out <== sum;
}
