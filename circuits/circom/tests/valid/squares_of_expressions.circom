// Squares of linear expressions, and powers of constants.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal input b;
    signal output o[3];
    o[0] <== (a + 2 * b - 1) ** 2;
    o[1] <== 5 * (a - b) ** 2 + b - 3;
    o[2] <== (2 * 3) ** 2 * a + 7 ** 0;
}
component main = Main();
