pragma circom 2.0.0;

template Duplicates() {
    signal input a;
    signal input b;
    signal output out;
    signal twin;
    out <== a * b;
    out === a * b;
    twin <-- a;
    twin === a;
    2 * twin === 2 * a;
    a + b + twin === 2 * a + b;
}

component main = Duplicates();
