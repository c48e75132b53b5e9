// Integer division and remainder of unsigned numbers.
pragma circom 2.0.0;
template Main() {
    signal input a;
    signal output o[4];
    o[0] <-- a \ 7;
    o[1] <-- a % 7;
    o[2] <== 23 \ 4 + 23 % 4;
    o[3] <-- (0 - 1) \ (a * a + 1);
}
component main = Main();