pragma circom 2.0.0;

function transposed(matrix, rows, columns) {
    var result[3][2];
    for (var i = 0; i < rows; i++) {
        for (var j = 0; j < columns; j++) {
            result[j][i] = matrix[i][j];
        }
    }
    return result;
}

function product(a, b) {
    var result[2][2];
    for (var i = 0; i < 2; i++) {
        for (var j = 0; j < 2; j++) {
            for (var k = 0; k < 3; k++) {
                result[i][j] += a[i][k] * b[k][j];
            }
        }
    }
    return result;
}

template Arrays() {
    signal input in[2];
    signal output out[2];
    var matrix[2][3] = [[1, 2, 3], [4, 5, 6]];
    var square[2][2] = product(matrix, transposed(matrix, 2, 3));
    out[0] <== square[0][0] * in[0] + square[0][1] * in[1];
    out[1] <== square[1][0] * in[0] + square[1][1] * in[1];
}

component main = Arrays();
