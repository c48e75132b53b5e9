// Linear and quadratic expressions divided by constants, and by variables that are constant.
pragma circom 2.2.0;
template Main(n) {
    signal input a;
    signal input b;
    signal output o[3];
    var d = n * 2 + 1;
    o[0] <== a / 3 - b / d;
    o[1] <== (a * b + 1) / d / 2;
    o[2] <== (a - b) / -7 * b;
}
component main = Main(4);
