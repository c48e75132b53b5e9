// As many equations as hints: within a component, through what is computed, by a square.
pragma circom 2.1.0;

template Bits(n) {
    signal input in;
    signal output out[n];
    var sum = 0;
    for (var i = 0; i < n; i++) {
        out[i] <-- (in >> i) & 1;
        out[i] * (out[i] - 1) === 0;
        sum += out[i] * 2 ** i;
    }
    sum === in;
}

template Divide(d, n) {
    signal input in;
    signal output quotient;
    signal output remainder;
    quotient <-- in \ d;
    remainder <-- in % d;
    quotient * d + remainder === in;
    component low = Bits(n);
    low.in <== remainder;
    component high = Bits(n);
    high.in <== d - 1 - remainder;
    component range = Bits(32);
    range.in <== quotient;
}

template Cube() {
    signal input in;
    signal output out;
    signal square <== in * in;
    out <== square * in;
}

template Root() {
    signal input in;
    signal output out;
    out <-- in;
    component cube = Cube();
    cube.in <== out;
    cube.out === in;
}

template Main() {
    signal input in;
    signal output out[3];
    component divide = Divide(10, 4);
    divide.in <== in;
    out[0] <== divide.quotient;
    out[1] <== divide.remainder;
    out[2] <== Root()(in);
}

component main = Main();
