pragma circom 2.1.0;

include "to_bits.circom";

// Returns the largest integer of n bits whose square is at most x.
function integerSquareRoot(x, n) {
    var root = 0;
    for (var i = n - 1; i >= 0; i--) {
        var next = root + 2 ** i;
        root = next * next <= x ? next : root;
    }
    return root;
}

// Square root of a multiple of a value, rounded down.
//
//   out = floor(sqrt(factor * in))
//
// Parameters
//   factor       integer, at least 1
//   n            bits of out, 1 <= n <= 125
// Inputs
//   in           factor * in in [0, 2^(2n))
// Outputs
//   out          [0, 2^n)
// Requires
//   factor * in is below p in absolute value, as an integer; else the root is that of the product modulo p.
// Ensures
//   Both ranges, of the product modulo p.
// Constraints
//   3 * n + 3 quadratic + 4 linear
// Source
//   out^2 <= factor * in < (out + 1)^2: the excess over out^2 lies in [0, 2 * out].
template SquareRoot(factor, n) {
    assert(1 <= factor && 1 <= n && n <= 125);
    signal input in;
    signal output out;

    out <-- integerSquareRoot(factor * in, n);
    signal excess <== factor * in - out * out;
    component root = ToBits(n, 0);
    root.in <== out;
    component least = ToBits(n + 1, 0);
    least.in <== excess;
    component most = ToBits(n + 1, 0);
    most.in <== 2 * out - excess;
}
