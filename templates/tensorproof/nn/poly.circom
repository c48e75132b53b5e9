pragma circom 2.1.0;

// Polynomial activation.
//
//   out = in^2 + n * in
//
// With n the scale of in, it is circomlib-ml's ZeLU, x^2 + x.
//
// Parameters
//   n            integer: the factor of the linear term times the scale of in
// Inputs
//   in
// Outputs
//   out          its scale is the square of that of in
// Requires
//   Nothing; the value is exact modulo p.
// Constraints
//   1 quadratic + 0 linear
// Source
//   Ali, So and Avestimehr 2020 (arXiv:2011.05530).
template Poly(n) {
    signal input in;
    signal output out;

    out <== in * (in + n);
}
