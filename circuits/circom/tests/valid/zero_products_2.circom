// fewer: a product with a constant that comes out of signals is linear
// Products of a signal with zero and sums that cancel: what is left is a constant or a line.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal input b;
    signal output o[3];
    o[0] <== 0 * a * b;
    o[1] <== (a - a) * b;
    o[2] <== (a * b) * 0 + 4;
    0 * a === 0;
    (a - a) * (b - b) === a - a;
}
component main = Main();
