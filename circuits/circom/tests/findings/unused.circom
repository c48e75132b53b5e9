// Assertions, results and ports that no constraint needs, and bits that are no number's alone.
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

template Square() {
    signal input in;
    signal output out;
    out <== in * in;
}

template Main() {
    signal input in;
    signal input unused; // finding: [W0008]
    signal output out;
    signal output free; // finding: [W0009]
    assert(in > 3); // finding: [W0003]
    free <-- in; // finding: [W0004]
    component square = Square(); // finding: [W0007]
    square.in <== in;
    component bits = Bits(254); // finding: [W0006]
    bits.in <== in;
    out <== bits.out[0];
}

component main = Main();
