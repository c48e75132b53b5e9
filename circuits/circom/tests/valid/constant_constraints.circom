pragma circom 2.0.0;

template Trivial() {
    signal input a;
    signal output out;
    a - a === 0;
    3 === 1 + 2;
    a === a;
    0 * a === 0;
    out <== a * a;
}

component main = Trivial();
