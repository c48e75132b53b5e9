pragma circom 2.1.0;

include "poseidon_constants.circom";

// Matrices of functions have room for the largest state, as stock circom's functions have no arrays of variable length.

// The inverse of a matrix whose leading minors are not zero, as those of a Cauchy matrix.
function inverseMatrix(t, matrix) {
    var m[17][17];
    for (var i = 0; i < t; i++) {
        for (var j = 0; j < t; j++) {
            m[i][j] = matrix[i][j];
        }
    }
    for (var k = 0; k < t; k++) {
        var pivot = 1 / m[k][k];
        for (var j = 0; j < t; j++) {
            if (j != k) {
                m[k][j] = m[k][j] * pivot;
            }
        }
        for (var i = 0; i < t; i++) {
            if (i != k) {
                var factor = m[i][k];
                for (var j = 0; j < t; j++) {
                    if (j != k) {
                        m[i][j] = m[i][j] - factor * m[k][j];
                    }
                }
                m[i][k] = -factor * pivot;
            }
        }
        m[k][k] = pivot;
    }
    return m;
}

function rowTimes(n, row, matrix) {
    var product[17];
    for (var i = 0; i < n; i++) {
        for (var j = 0; j < n; j++) {
            product[j] += row[i] * matrix[i][j];
        }
    }
    return product;
}

function timesColumn(n, matrix, column) {
    var product[17];
    for (var i = 0; i < n; i++) {
        for (var j = 0; j < n; j++) {
            product[i] += matrix[i][j] * column[j];
        }
    }
    return product;
}

function matrixPower(n, matrix, exponent) {
    var power[17][17] = matrix;
    var bit = 1;
    while (2 * bit <= exponent) {
        bit = 2 * bit;
    }
    while (bit > 1) {
        bit = bit \ 2;
        var product[17][17];
        for (var i = 0; i < n; i++) {
            product[i] = rowTimes(n, power[i], power);
            if ((exponent \ bit) % 2 == 1) {
                product[i] = rowTimes(n, product[i], matrix);
            }
        }
        power = product;
    }
    return power;
}

// The Poseidon permutation, and a block that is added to what it returns.
//
//   out[i] = permutation(state)[i] + add[i], where state is in, behind the constant initial if fixed is 1, before zeros
//
// Of each full round the signals are what follows its matrix, so that the product that ends an S-box equals a row of the
// inverse matrix; of a partial round the only one is the next element that enters an S-box. A first round with zeros has few
// S-boxes, and the signals are what they return.
//
// Parameters
//   t            elements of the state, 2 <= t <= 17
//   fixed        1 if the first element is a constant, else 0
//   initial      that constant
//   zeros        zeros at the end of the state, 0 <= zeros < t - fixed
// Inputs
//   in[t - fixed - zeros]
//   add[t]
// Outputs
//   out[t]
// Ensures
//   The equation.
// Constraints
//   3 * (8 * t + partial rounds - fixed - zeros) quadratic + 0 linear
// Source
//   Grassi et al. 2019 (eprint 2019/458), x^5, 8 full rounds.
template PoseidonRounds(t, fixed, initial, zeros) {
    assert(2 <= t && t <= 17);
    assert(fixed == 0 || fixed == 1);
    assert(0 <= zeros && zeros < t - fixed);
    signal input in[t - fixed - zeros];
    signal input add[t];
    signal output out[t];

    var partial = poseidonPartialRounds(t);
    var constants[(8 + partial) * t] = poseidonRoundConstants(t);
    var matrix[t][t] = poseidonMatrix(t);
    var inverse[17][17] = inverseMatrix(t, matrix);

    signal square[8][t];
    signal fourth[8][t];
    signal mixed[8][t];
    signal partialSquare[partial];
    signal partialFourth[partial];
    signal next[partial];

    var reduced[17][17];
    var row[17];
    for (var i = 1; i < t; i++) {
        row[i - 1] = matrix[0][i];
        for (var j = 1; j < t; j++) {
            reduced[i - 1][j - 1] = matrix[i][j] - matrix[i][0] * matrix[0][j] / matrix[0][0];
        }
    }
    var moved[17];
    var taps[partial];

    var state[t];
    state[0] = initial;
    for (var i = fixed; i < t - zeros; i++) {
        state[i] = in[i - fixed];
    }
    for (var round = 0; round < 8 + partial; round++) {
        if (round < 4 || round >= 4 + partial) {
            for (var i = 0; i < t; i++) {
                state[i] += constants[round * t + i];
            }
            var r = round < 4 ? round : round - partial;
            // A constant element has a constant S-box.
            var first = round == 0 ? fixed : 0;
            var last = round == 0 ? t - zeros : t;
            for (var i = 0; i < t; i++) {
                if (i >= first && i < last) {
                    square[r][i] <== state[i] * state[i];
                    fourth[r][i] <== square[r][i] * square[r][i];
                } else {
                    square[r][i] <== state[i] ** 2;
                    fourth[r][i] <== state[i] ** 4;
                }
            }
            var after[t];
            for (var i = 0; i < t && last < t; i++) {
                if (i >= first && i < last) {
                    mixed[0][i] <== fourth[0][i] * state[i];
                } else {
                    mixed[0][i] <== state[i] ** 5;
                }
                for (var j = 0; j < t; j++) {
                    after[j] += matrix[j][i] * mixed[0][i];
                }
            }
            for (var i = 0; i < t && last == t; i++) {
                var sum = r == 7 ? add[i] : 0;
                for (var j = 0; j < t; j++) {
                    sum += matrix[i][j] * fourth[r][j] * state[j];
                }
                if (i >= first) {
                    mixed[r][i] <-- sum;
                } else {
                    mixed[r][i] <== 0;
                }
            }
            for (var i = first; i < t && last == t; i++) {
                after[i] = mixed[r][i];
            }
            if (first == 1 && last == t) {
                // The first row of the inverse matrix gives the first element from the others.
                after[0] = state[0] ** 5;
                for (var j = 1; j < t; j++) {
                    after[0] -= inverse[0][j] * mixed[r][j];
                }
                after[0] = after[0] / inverse[0][0];
            }
            for (var i = first; i < t && last == t; i++) {
                var sum = 0;
                for (var j = 0; j < t; j++) {
                    sum += inverse[i][j] * (after[j] - (r == 7 ? add[j] : 0));
                }
                fourth[r][i] * state[i] === sum;
            }
            state = after;
        } else {
            // In round r the other elements are N^r v + sum of N^(r-1-k) b next[k] + moved, where v is what they were before
            // the first of these rounds, b the first column of the matrix over its corner, and N what that leaves.
            var r = round - 4;
            for (var i = 1; i < t; i++) {
                moved[i - 1] += constants[round * t + i];
            }
            var entering = constants[round * t] + state[0];
            partialSquare[r] <== entering * entering;
            partialFourth[r] <== partialSquare[r] * partialSquare[r];
            var rest = 0;
            for (var i = 0; i < t - 1; i++) {
                rest += row[i] * mixed[3][i + 1] + matrix[0][i + 1] * moved[i];
                taps[r] += row[i] * matrix[i + 1][0] / matrix[0][0];
            }
            for (var k = 0; k < r; k++) {
                rest += taps[r - 1 - k] * next[k];
            }
            next[r] <== matrix[0][0] * partialFourth[r] * entering + rest;
            state[0] = next[r];
            row = rowTimes(t - 1, row, reduced);
            moved = timesColumn(t - 1, reduced, moved);
            if (r == partial - 1) {
                var power[17][17] = matrixPower(t - 1, reduced, partial);
                for (var i = 1; i < t; i++) {
                    state[i] = moved[i - 1];
                    for (var j = 1; j < t; j++) {
                        state[i] += power[i - 1][j - 1] * mixed[3][j];
                    }
                }
                var column[17];
                for (var i = 1; i < t; i++) {
                    column[i - 1] = matrix[i][0] / matrix[0][0];
                }
                for (var k = partial - 1; k >= 0; k--) {
                    for (var i = 1; i < t; i++) {
                        state[i] += column[i - 1] * next[k];
                    }
                    column = timesColumn(t - 1, reduced, column);
                }
            }
        }
    }
    for (var i = 0; i < t; i++) {
        out[i] <== state[i];
    }
}
