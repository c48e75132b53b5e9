pragma circom 2.0.0;

template Constant(value) {
    signal output out;
    out <== value;
}

template Table(n) {
    signal input in;
    signal output out;
    component constants[n];
    var sum = 0;
    for (var i = 0; i < n; i++) {
        constants[i] = Constant(i * i);
        sum += constants[i].out * (i + 1);
    }
    out <== sum * in;
}

component main = Table(4);
