pragma circom 2.0.0;

// Labels follow the names of components, whatever the order in which they are set.
template Square(n) {
    signal input in;
    signal output out;
    out <== in * in + n;
}

template Main() {
    signal input in;
    signal output out;
    component z[12];
    component a[2][2];
    component m = Square(3);
    for (var i = 11; i >= 0; i--) {
        z[i] = Square(i % 2);
        z[i].in <== in;
    }
    for (var i = 1; i >= 0; i--) {
        for (var j = 0; j < 2; j++) {
            a[j][i] = Square(5);
            a[j][i].in <== in;
        }
    }
    m.in <== z[3].out;
    out <== m.out;
}

component main = Main();
