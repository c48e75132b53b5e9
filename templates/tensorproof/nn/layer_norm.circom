pragma circom 2.1.0;

include "../arith/reciprocal.circom";
include "../arith/square_root.circom";

// Layer normalization in fixed point; factors and offsets of the places follow as BatchNorm(size, 1, 1).
//
//   out[i] = (size * in[i] - total) * floor(floor(2^g * sqrt(size)) / root)
//   root = floor(sqrt(epsilon + sum of (size * in[j] - total)^2))
//   total = sum of in[j]
//
// which is near 2^g * (in[i] - mean) / sqrt(variance + epsilon / size^3).
//
// Parameters
//   size         number of values, 2 <= size < 2^20
//   r            bits of the root, 1 <= r <= 100
//   g            fractional bits of out, 1 <= g <= 100; the last quotient has about g - r significant bits
//   epsilon      integer, at least 1: size^3 * s^2 times the layer's, where s is the scale of in
// Inputs
//   in[size]     epsilon + sum of (size * in[j] - total)^2 in [1, 2^(2r))
// Outputs
//   out[size]    at the scale 2^g
// Requires
//   in are known to be integers so small that the sum of squares stays below p.
// Ensures
//   The range of the root.
// Constraints
//   with c the bits of floor(2^g * sqrt(size)), 2 * size + 5 * r + c + 4 quadratic + 10 linear
// Source
//   ONNX operator LayerNormalization; Ba, Kiros and Hinton 2016 (arXiv:1607.06450).
template LayerNorm(size, r, g, epsilon) {
    assert(2 <= size && size < 2 ** 20 && 1 <= r && r <= 100 && 1 <= g && g <= 100);
    assert(1 <= epsilon && epsilon < 2 ** (2 * r));
    var numerator = integerSquareRoot(size * 4 ** g, g + 10);
    var c = 1;
    while (2 ** c <= numerator) {
        c++;
    }
    signal input in[size];
    signal output out[size];

    var sum = 0;
    for (var i = 0; i < size; i++) {
        sum += in[i];
    }
    signal total <== sum;
    signal square[size];
    var squares = epsilon;
    for (var i = 0; i < size; i++) {
        square[i] <== (size * in[i] - total) * (size * in[i] - total);
        squares += square[i];
    }
    component root = SquareRoot(1, r);
    root.in <== squares;
    component inverse = Reciprocal(numerator, r, c);
    inverse.in <== root.out;
    for (var i = 0; i < size; i++) {
        out[i] <== (size * in[i] - total) * inverse.out;
    }
}
