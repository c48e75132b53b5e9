pragma circom 2.1.0;

template Product() {
    signal input a;
    signal input b;
    signal output out;
    out <== a * b;
}

template DivMod() {
    signal input a;
    signal input b[2];
    signal output sum;
    signal output products[2];
    sum <== a + b[0] + b[1];
    products[0] <== a * b[0];
    products[1] <== a * b[1];
}

template Anonymous() {
    signal input x;
    signal input y;
    signal output out[3];
    signal output both[2];
    out[0] <== Product()(x, y);
    out[1] <== Product()(Product()(x, x), y);
    signal inner <== Product()(b <== x, a <== y + 1);
    (out[2], both) <== DivMod()(inner, [x, y]);
    signal unused;
    (unused, _) <== DivMod()(x, [inner, inner]);
}

component main = Anonymous();
