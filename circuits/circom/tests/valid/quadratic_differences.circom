// Constraints whose two sides are both quadratic in part.
pragma circom 2.0.0;
template Main() {
    signal input a;
    signal input b;
    signal output c;
    c <== a * b;
    (a + 1) * (b + 1) === c + a + b + 1;
    c === b * a;
    0 === c - a * b;
}
component main = Main();