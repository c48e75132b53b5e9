// What is compared has a range: of its bits, of what it is computed from, by another component, after the comparison.
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

template Below(n) {
    signal input a;
    signal input b;
    signal output out;
    component bits = Bits(n + 1);
    bits.in <== a - b + 2 ** n;
    out <== 1 - bits.out[n];
}

// The sign of a number in [-2^n, 2^n), which the decomposition itself proves.
template Negative(n) {
    signal input in;
    signal output out;
    component bits = Bits(n + 1);
    bits.in <== in + 2 ** n;
    out <== 1 - bits.out[n];
}

template Main() {
    signal input x[3];
    signal output out[4];
    out[0] <== Below(9)(3 * x[0] + x[1], 100);
    component of_first = Bits(6);
    of_first.in <== x[0];
    component of_second = Bits(6);
    of_second.in <== x[1];
    out[1] <== Negative(20)(x[2]);
    // A signed range, by the test of the sign.
    out[2] <== Below(20)(x[2], x[0]);
    // A product of numbers in range.
    signal product <== x[0] * x[1];
    out[3] <== Below(12)(product, x[0]);
}

component main = Main();
