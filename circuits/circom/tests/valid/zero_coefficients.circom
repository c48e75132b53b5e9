// fewer: a product with a constant that comes out of signals is linear
// Terms that cancel.
pragma circom 2.0.0;
template Main() {
    signal input a;
    signal input b;
    signal output o;
    signal t <== 0 * a + b - b + a;
    o <== (a - a + 3) * t + 0;
}
component main = Main();