// Constraints between arrays of two axes.
pragma circom 2.0.0;
template Main() {
    signal input a[2][2];
    signal output b[2][2];
    signal c[2][2];
    c <-- a;
    c === a;
    b <== c;
}
component main = Main();