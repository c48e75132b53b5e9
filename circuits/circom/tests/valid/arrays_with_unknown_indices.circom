// inputs: below 4
pragma circom 2.0.0;

template Lookup() {
    signal input index;
    signal input other;
    signal output out[3];
    var table[4] = [10, 20, 30, 40];
    out[0] <-- table[index];
    var matrix[4][4];
    for (var i = 0; i < 4; i++) {
        for (var j = 0; j < 4; j++) {
            matrix[i][j] = 5 * i + j * other;
        }
    }
    out[1] <-- matrix[index][other];
    matrix[other][index] = 1000;
    out[2] <-- matrix[index][index] + matrix[other][index];
}

component main = Lookup();
