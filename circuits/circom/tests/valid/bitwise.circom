// Bitwise operators on known and unknown numbers.
pragma circom 2.0.0;
template Main() {
    signal input a;
    signal input b;
    signal output o[7];
    o[0] <-- a & b;
    o[1] <-- a | b;
    o[2] <-- a ^ b;
    o[3] <-- ~a;
    o[4] <-- a & 255;
    o[5] <== (12 & 10) + (12 | 3) + (5 ^ 1);
    o[6] <-- !a + !(!b);
}
component main = Main();