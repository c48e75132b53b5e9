pragma circom 2.1.0;

include "../arith/to_bits.circom";

// Bounded integers, as many to a field element as fit.
//
//   out[e] = sum of (in[e * k + i] + offset) * 2^(n * i) over i < k, k = floor(253 / n)
//
// Parameters
//   size         number of values, at least 1
//   n            bits of a value, 1 <= n <= 253
//   offset       integer that makes the values non-negative: 2^(n-1) for signed integers of n bits
// Inputs
//   in[size]     [-offset, 2^n - offset)
// Outputs
//   out[ceil(size / k)]
// Ensures
//   The range of the values, so that an element has one reading, and the elements.
// Constraints
//   size * n quadratic + size + ceil(size / k) linear; no linear one for an element of one value without
//   offset, nor for a value of one bit without offset
// Source
//   Bit decomposition as in Pinocchio, Parno et al. 2013 (eprint 2013/279), section 4.3.
template Pack(size, n, offset) {
    assert(1 <= size && 1 <= n && n <= 253);
    var k = 253 \ n;
    var elements = (size + k - 1) \ k;
    signal input in[size];
    signal output out[elements];

    component bits[size];
    for (var e = 0; e < elements; e++) {
        var packed = 0;
        for (var i = 0; i < k && e * k + i < size; i++) {
            var at = e * k + i;
            bits[at] = ToBits(n, offset);
            bits[at].in <== in[at];
            packed += (in[at] + offset) * 2 ** (n * i);
        }
        out[e] <== packed;
    }
}
