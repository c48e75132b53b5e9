pragma circom 2.1.0;

include "to_bits.circom";

// Entry of a constant table.
//
//   out = values[in]
//
// Parameters
//   k              bits of the index, 2 <= k
//   values[2^k]    field elements
// Inputs
//   in             [0, 2^k)
// Outputs
//   out
// Ensures
//   The range.
// Constraints
//   with b = k \ 2 and a = k - b, 2^a + 2^b + b - 2 quadratic + 1 linear; one quadratic less for each pair of equal rows,
//   and of equal halves of four rows, eight rows and so on
// Source
//   Look-up with the index in two halves: the entries of a row are summed by constants, and the bits of the row halve the
//   number of rows one by one.
template LookUp(k, values) {
    assert(2 <= k && k <= 32);
    signal input in;
    signal output out;

    component bits = ToBits(k, 0);
    bits.in <== in;

    // column[i] is one where the lower half of the index is i, else zero. The columns are linear in products of bits; each
    // further bit splits them in two, and the last of the new ones follows from their sum.
    var b = k \ 2;
    var a = k - b;
    var column[2 ** a];
    signal columnProduct[2 ** a - a - 1];
    column[0] = 1;
    var next = 0;
    for (var i = 0; i < a; i++) {
        var bit = bits.out[i];
        for (var j = 0; j < 2 ** i; j++) {
            var product = bit;
            if (j < 2 ** i - 1) {
                columnProduct[next] <== column[j] * bits.out[i];
                product = columnProduct[next];
                bit -= product;
                next++;
            }
            column[j + 2 ** i] = product;
            column[j] -= product;
        }
    }

    var row[2 ** b];
    for (var i = 0; i < 2 ** b; i++) {
        row[i] = 0;
        for (var j = 0; j < 2 ** a; j++) {
            row[i] += values[i * 2 ** a + j] * column[j];
        }
    }
    // change[m + j] is what the upper row of the j-th pair adds to the lower one; m is the number of pairs.
    signal change[2 ** b];
    change[0] <== 0;
    change[1] <== 0;
    for (var i = 0; i < b - 1; i++) {
        var m = 2 ** (b - 1 - i);
        var size = 2 ** (a + i);
        for (var j = 0; j < m; j++) {
            var isSame = 1;
            for (var l = 0; l < size; l++) {
                isSame = isSame && values[2 * j * size + l] == values[(2 * j + 1) * size + l];
            }
            // A compiler need not see that a product with the difference of equal rows is a constant.
            if (isSame) {
                change[m + j] <== 0;
            } else {
                change[m + j] <== bits.out[a + i] * (row[2 * j + 1] - row[2 * j]);
            }
            row[j] = row[2 * j] + change[m + j];
        }
    }
    out <== row[0] + bits.out[k - 1] * (row[1] - row[0]);
}
