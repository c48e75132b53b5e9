pragma circom 2.1.0;

// Binary decomposition.
//
//   in = sum of out[i] * 2^i
//
// Parameters
//   n            number of bits, 1 <= n <= 253, so that a value has one decomposition modulo p
// Inputs
//   in           [0, 2^n)
// Outputs
//   out[n]       bits, the lowest first
// Ensures
//   Both ranges.
// Constraints
//   n quadratic + 1 linear
// Source
//   Bit decomposition as in Pinocchio, Parno et al. 2013 (eprint 2013/279), section 4.3.
template ToBits(n) {
    assert(1 <= n && n <= 253);
    signal input in;
    signal output out[n];

    var sum = 0;
    for (var i = 0; i < n; i++) {
        out[i] <-- (in >> i) & 1;
        out[i] * (out[i] - 1) === 0;
        sum += out[i] * 2 ** i;
    }
    in === sum;
}
