pragma circom 2.1.0;

// Binary decomposition of a value that is moved by a constant, which makes a signed one non-negative.
//
//   in + offset = sum of out[i] * 2^i
//
// Parameters
//   n            number of bits, 1 <= n <= 253, so that a value has one decomposition modulo p
//   offset       integer
// Inputs
//   in           [-offset, 2^n - offset)
// Outputs
//   out[n]       bits, the lowest first
// Ensures
//   Both ranges.
// Constraints
//   n quadratic + 1 linear
// Source
//   Bit decomposition as in Pinocchio, Parno et al. 2013 (eprint 2013/279), section 4.3.
template ToBits(n, offset) {
    assert(1 <= n && n <= 253);
    signal input in;
    signal output out[n];

    var sum = 0;
    for (var i = 0; i < n; i++) {
        out[i] <-- ((in + offset) >> i) & 1;
        out[i] * (out[i] - 1) === 0;
        sum += out[i] * 2 ** i;
    }
    in + offset === sum;
}
