// Logical operators of known and unknown numbers.
pragma circom 2.0.0;
template Main() {
    signal input a;
    signal input b;
    signal output o[3];
    o[0] <-- a && b;
    o[1] <-- a || b;
    o[2] <-- (a > 3 && b < 10) || !(a == b);
}
component main = Main();