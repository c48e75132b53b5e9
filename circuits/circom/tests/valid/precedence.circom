pragma circom 2.0.0;

template Precedence() {
    signal input in;
    signal output out[10];
    out[0] <== in * (2 + 3 * 4 ** 2);
    out[1] <== in * (1 + 2 << 3);
    out[2] <== in * (7 & 3 == 3 ? 5 : 6);
    out[3] <== in * (1 | 6 & 3 ^ 5);
    out[4] <== in * (-2 ** 2);
    out[5] <== in * (100 - 10 - 1);
    out[6] <== in * (2 ** 3 ** 2);
    out[7] <== in * (!0 + ~0 * 0);
    out[8] <== in * (17 \ 3 % 4 * 2);
    out[9] <== in * (1 < 2 == 1 && 3 >= 3 || 0 ? 11 : 12);
}

component main = Precedence();
