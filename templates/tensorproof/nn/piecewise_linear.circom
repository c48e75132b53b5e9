pragma circom 2.1.0;

include "../arith/to_bits.circom";

// Function by a table of straight pieces of equal width.
//
//   x = in + 2^(n-1) = index * 2^(n-k) + rest,    rest of n - k bits, whose d lowest are dropped
//   out = values[index] + slopes[index] * (rest >> d)
//
// Parameters
//   n                bits of in as a signed integer, k + d < n <= 253
//   d                bits that are dropped, 0 <= d
//   k                bits of the index, 3 <= k
//   values[2^k]      integers: the function where each piece begins
//   slopes[2^k]      integers
// Inputs
//   in               [-2^(n-1), 2^(n-1))
// Outputs
//   out
// Ensures
//   The range of in.
// Constraints
//   with a = (k - 1) \ 2 and b = k - a, n + 3 * 2^a + 2^b - k - 1 quadratic + 1 linear; one quadratic less for each of
//   the 2^a rows of values, and of slopes, that is zero
// Source
//   Piecewise-linear look-up, with the index in two halves: the pieces of a row are summed by constants, and one product
//   picks the row.
template PiecewiseLinear(n, d, k, values, slopes) {
    assert(3 <= k && 0 <= d && k + d < n && n <= 253);
    signal input in;
    signal output out;

    component bits = ToBits(n, 2 ** (n - 1));
    bits.in <== in;
    var rest = 0;
    for (var i = d; i < n - k; i++) {
        rest += bits.out[i] * 2 ** (i - d);
    }

    // row[i] and column[i] are one where the upper and lower half of the index are i, else zero. They are linear in
    // products of bits; each further bit splits them in two, and the last of the new ones follows from their sum.
    var a = (k - 1) \ 2;
    var b = k - a;
    var row[2 ** a];
    var column[2 ** b];
    signal rowProduct[2 ** a - a - 1];
    signal columnProduct[2 ** b - b - 1];
    column[0] = 1;
    var next = 0;
    for (var i = 0; i < b; i++) {
        var bit = bits.out[n - k + i];
        for (var j = 0; j < 2 ** i; j++) {
            var product = bit;
            if (j < 2 ** i - 1) {
                columnProduct[next] <== column[j] * bits.out[n - k + i];
                product = columnProduct[next];
                bit -= product;
                next++;
            }
            column[j + 2 ** i] = product;
            column[j] -= product;
        }
    }
    row[0] = 1;
    next = 0;
    for (var i = 0; i < a; i++) {
        var bit = bits.out[n - a + i];
        for (var j = 0; j < 2 ** i; j++) {
            var product = bit;
            if (j < 2 ** i - 1) {
                rowProduct[next] <== row[j] * bits.out[n - a + i];
                product = rowProduct[next];
                bit -= product;
                next++;
            }
            row[j + 2 ** i] = product;
            row[j] -= product;
        }
    }

    signal value[2 ** a];
    signal slope[2 ** a];
    var sumOfValues = 0;
    var sumOfSlopes = 0;
    for (var i = 0; i < 2 ** a; i++) {
        var rowValue = 0;
        var rowSlope = 0;
        var hasValue = 0;
        var hasSlope = 0;
        for (var j = 0; j < 2 ** b; j++) {
            rowValue += values[i * 2 ** b + j] * column[j];
            rowSlope += slopes[i * 2 ** b + j] * column[j];
            hasValue = hasValue || values[i * 2 ** b + j] != 0;
            hasSlope = hasSlope || slopes[i * 2 ** b + j] != 0;
        }
        // A compiler need not see that a product with a row of zeros is a constant.
        if (hasValue) {
            value[i] <== row[i] * rowValue;
        } else {
            value[i] <== 0;
        }
        if (hasSlope) {
            slope[i] <== row[i] * rowSlope;
        } else {
            slope[i] <== 0;
        }
        sumOfValues += value[i];
        sumOfSlopes += slope[i];
    }
    out <== sumOfValues + sumOfSlopes * rest;
}
