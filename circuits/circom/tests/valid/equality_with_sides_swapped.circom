// Products, constants and lines on both sides of `===`.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal input b;
    signal output o;
    o <== a * b;
    a * b === o;
    o + 1 === 1 + a * b;
    0 === o - a * b;
    3 * o - 3 * a * b === 0;
    a * b - o === b * 0;
    (2 * a) * (3 * b) === 6 * o;
}
component main = Main();
