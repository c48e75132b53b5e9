pragma circom 2.1.0;

template Main() {
    signal input a;
    signal input b;
    signal output out[24];
    out[0] <-- a \ (b + 1);
    out[1] <-- a % (b + 1);
    out[2] <-- a << 3;
    out[3] <-- a >> 3;
    out[4] <-- a & b;
    out[5] <-- a | b;
    out[6] <-- a ^ b;
    out[7] <-- ~a;
    out[8] <-- a < b;
    out[9] <-- a > b;
    out[10] <-- a <= b;
    out[11] <-- a >= b;
    out[12] <-- a == b;
    out[13] <-- a != b;
    out[14] <-- a && b;
    out[15] <-- a || b;
    out[16] <-- !a;
    out[17] <-- a ** 5;
    out[18] <-- a / (b + 1);
    out[19] <-- (a - b) < (b - a);
    out[20] <-- -a \ 3;
    out[21] <-- (a - b) >> 1;
    out[22] <-- a < b ? a : b;
    out[23] <-- (a * b) >> 200;
}

component main = Main();
