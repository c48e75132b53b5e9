// Operators of one precedence from left to right: comparisons, powers, shifts and divisions.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output o[4];
    o[0] <== a * (1 == 1 == 1) + (5 < 6 < 2);
    o[1] <== a * (2 ** 3 ** 2) + (1 << 2 << 3);
    o[2] <== a * (100 \ 7 \ 2) + 100 % 7 % 2;
    o[3] <== a * (3 - 2 - 1 + 5) / 5 / 2;
}
component main = Main();
