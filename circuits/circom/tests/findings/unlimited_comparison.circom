// What is compared has no range: the difference of two wraps around the prime.
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

template AtLeast(n) {
    signal input a;
    signal input b;
    signal output out;
    signal below <== Below(n)(a, b);
    out <== 1 - below;
}

// A sum of two, of which the low bits count.
template Wrapping(n) {
    signal input a;
    signal input b;
    signal output out;
    component bits = Bits(n + 1);
    bits.in <== a + b;
    var low = 0;
    for (var i = 0; i < n; i++) { low += bits.out[i] * 2 ** i; }
    out <== low;
}

template Main() {
    signal input nonce;
    signal input age;
    signal input words[2];
    signal output out;
    component below = Below(8);
    below.a <== nonce; // finding: [W0011]
    below.b <== 5;
    below.out === 1;
    component adult = AtLeast(7);
    adult.a <== 2 * age + 1; // finding: [W0011]
    adult.b <== 18;
    adult.out === 1;
    component wrapping = Wrapping(32);
    wrapping.a <== words[0]; // finding: [W0011]
    wrapping.b <== words[1]; // finding: [W0011]
    out <== wrapping.out;
}

component main = Main();
