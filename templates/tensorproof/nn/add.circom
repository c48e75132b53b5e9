pragma circom 2.1.0;

// Sum of two values, brought to a common scale.
//
//   out = a * in[0] + b * in[1]
//
// Parameters
//   a, b         integers
// Inputs
//   in[2]
// Outputs
//   out
// Requires
//   Nothing; the sum is exact modulo p.
// Constraints
//   0 quadratic + 1 linear
// Source
//   ONNX operator Add.
template Add(a, b) {
    signal input in[2];
    signal output out;

    out <== a * in[0] + b * in[1];
}
