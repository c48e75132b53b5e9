// Digits without a range, in one number: other digits have the same.
pragma circom 2.1.0;

template Pack(n) {
    signal input in[n];
    signal output out;
    var sum = 0;
    for (var i = 0; i < n; i++) { sum += in[i] * 256 ** i; }
    out <== sum;
}

template Horner(n) {
    signal input in[n];
    signal output out;
    signal acc[n];
    acc[0] <== in[0];
    for (var i = 1; i < n; i++) { acc[i] <== 256 * acc[i - 1] + in[i]; }
    out <== acc[n - 1];
}

template Main() {
    signal input bytes[4];
    signal output out[3];
    component pack = Pack(4);
    pack.in <== bytes; // finding: [W0013]
    out[0] <== pack.out;
    signal products[3];
    for (var i = 0; i < 3; i++) { products[i] <== bytes[i] * bytes[i + 1]; }
    out[1] <== Horner(3)(products); // finding: [W0013]
    out[2] <== bytes[0] + bytes[1] * 2 ** 64; // finding: [W0013]
}

component main = Main();
