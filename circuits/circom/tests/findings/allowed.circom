// What was looked at is not told again: at the place itself, or anywhere on the way of the signal.
pragma circom 2.1.0;

template Select() {
    signal input s;
    signal input a;
    signal input b;
    signal output out;
    // allow(W0012): a mixture of both is meant.
    out <== s * (a - b) + b;
}

template Slope() {
    signal input dx;
    signal input dy;
    signal output out;
    // allow(W0010): the two points differ, as who uses this must prove.
    out <-- dy / dx;
    out * dx === dy;
}

template Main() {
    signal input x[3];
    signal output out[3];
    out[0] <== Select()(x[0], x[1], x[2]);
    out[1] <== Slope()(x[0], x[1]);
    out[2] <== x[0] + 256 * x[1]; // allow(W0013): no packing.
}

component main = Main();
