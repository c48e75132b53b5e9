// inputs: below 256
pragma circom 2.0.0;

template Bits(n) {
    signal input in;
    signal output out[n];
    var sum = 0;
    for (var i = 0; i < n; i++) {
        out[i] <-- (in >> i) & 1;
        out[i] * (1 - out[i]) === 0;
        sum += out[i] * (1 << i);
    }
    sum === in;
}

template Grid(rows, columns) {
    signal input in[rows][columns];
    signal output out[columns][rows];
    component bits[rows][columns];
    for (var i = 0; i < rows; i++) {
        for (var j = 0; j < columns; j++) {
            bits[i][j] = Bits(8);
            bits[i][j].in <== in[i][j];
            out[j][i] <== bits[i][j].out[i] * bits[i][j].out[7 - j];
        }
    }
}

component main = Grid(3, 2);
