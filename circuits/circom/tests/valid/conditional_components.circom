pragma circom 2.0.0;

template Square() {
    signal input in;
    signal output out;
    out <== in * in;
}

template Cube() {
    signal input in;
    signal output out;
    signal square <== in * in;
    out <== square * in;
}

template Alternate(n) {
    signal input in;
    signal output out;
    component square[n];
    component cube[n];
    var value = in;
    for (var i = 0; i < n; i++) {
        if (i % 2 == 0) {
            square[i] = Square();
            square[i].in <== value;
            value = square[i].out;
        } else {
            cube[i] = Cube();
            cube[i].in <== value;
            value = cube[i].out;
        }
    }
    out <== value;
}

component main = Alternate(4);
