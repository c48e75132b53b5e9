pragma circom 2.1.0;

// Product of two values.
//
//   out = in[0] * in[1]
//
// Inputs
//   in[2]
// Outputs
//   out          its scale is the product of the inputs' scales
// Requires
//   Nothing; the product is exact modulo p.
// Constraints
//   1 quadratic + 0 linear
// Source
//   ONNX operator Mul.
template Mul() {
    signal input in[2];
    signal output out;

    out <== in[0] * in[1];
}
