pragma circom 2.1.0;

include "../arith/reciprocal.circom";
include "piecewise_linear.circom";

// Returns 2^60 * e^(-2^(a - s)), rounded down term by term, for a <= s.
function exponentialOfStep(a, s) {
    var term = 2 ** 60;
    var sum = 0;
    for (var i = 1; i <= 40; i++) {
        sum += i % 2 == 1 ? term : -term;
        term = (term * 2 ** a) \ (2 ** s * i);
    }
    return sum;
}

// Returns 2^f * e^x, rounded, where each of 2^k pieces begins, and zero: piece i begins at x = (i - 2^k) * 2^(a - s).
function exponentials(k, a, s, f) {
    var values[1025];
    var step = exponentialOfStep(a, s);
    var value = 2 ** 60;
    for (var i = 2 ** k; i >= 0; i--) {
        values[i] = (value + 2 ** (59 - f)) \ 2 ** (60 - f);
        value = (value * step) \ 2 ** 60;
    }
    return values;
}

// Returns the least c with 2^c >= size.
function bitsOfCount(size) {
    var c = 0;
    while (2 ** c < size) {
        c++;
    }
    return c;
}

// Softmax in fixed point.
//
//   out[i] = e[i] * floor(2^(f + a + g) / sum of e[j]),    e[i] near 2^(f + a) * exp((in[i] - max(in)) / 2^s)
//
// with a = n - k. The exponential is straight between 2^k + 1 points, which are rounded to f bits: with points 1/8 apart
// it is off by less than 0.2 % of itself, and by 2^-f.
//
// Parameters
//   size         number of values, at least 2
//   n            bits of the difference of two values, k < n <= 64
//   s            the scale of in is 2^s, n - k <= s <= 64
//   k            bits of the pieces' index, 3 <= k <= 10
//   f            bits of the exponentials, 1 <= f <= 40
//   g            bits of the quotient, 1 <= g <= 64
// Inputs
//   in[size]     differences from the largest in (-2^n, 0]
// Outputs
//   out[size]    at the scale 2^(f + a + g): Rescale brings them to fewer bits
// Ensures
//   The ranges of the differences from the largest.
// Constraints
//   size * (P + 2) + 2 * (f + a + c) + g + 2 quadratic, with P those of PiecewiseLinear(n, 0, k) and c = ceil(log2(size));
//   2 * size + 5 linear; fewer where rows of the table are zero, because n is wide and f narrow
// Source
//   ONNX operator Softmax. Nothing exceeds the largest value, and one difference from it is zero.
template Softmax(size, n, s, k, f, g) {
    assert(2 <= size && size < 2 ** 20 && 3 <= k && k <= 10 && k < n && n <= 64);
    assert(n - k <= s && s <= 64 && 1 <= f && f <= 40 && 1 <= g && g <= 64);
    var a = n - k;
    var c = bitsOfCount(size);
    var points[1025] = exponentials(k, a, s, f);
    var values[2 ** k];
    var slopes[2 ** k];
    for (var i = 0; i < 2 ** k; i++) {
        values[i] = points[i] * 2 ** a;
        slopes[i] = points[i + 1] - points[i];
    }
    signal input in[size];
    signal output out[size];

    var best = in[0];
    for (var i = 1; i < size; i++) {
        best = in[i] > best ? in[i] : best;
    }
    signal largest <-- best;
    // before is the product of the first differences.
    signal product[size - 1];
    product[0] <== 0;
    var before = in[0] - largest;
    for (var i = 1; i < size - 1; i++) {
        product[i] <== before * (in[i] - largest);
        before = product[i];
    }
    before * (in[size - 1] - largest) === 0;

    // The difference zero is the last place of the last piece. The place that all are off by is a factor that cancels out.
    component power[size];
    var sum = 0;
    for (var i = 0; i < size; i++) {
        power[i] = PiecewiseLinear(n, 0, k, values, slopes);
        power[i].in <== in[i] - largest + 2 ** (n - 1) - 1;
        sum += power[i].out;
    }
    component inverse = Reciprocal(2 ** (f + a + g), f + a + c, g + 2);
    inverse.in <== sum;
    for (var i = 0; i < size; i++) {
        out[i] <== power[i].out * inverse.out;
    }
}
