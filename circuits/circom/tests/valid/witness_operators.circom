pragma circom 2.0.0;

template Operators() {
    signal input x;
    signal input y;
    signal output out[26];
    out[0] <-- x + y;
    out[1] <-- x - y;
    out[2] <-- x * y;
    out[3] <-- x / (y + 3);
    out[4] <-- x \ (y + 3);
    out[5] <-- x % (y + 3);
    out[6] <-- x & y;
    out[7] <-- x | y;
    out[8] <-- x ^ y;
    out[9] <-- ~x;
    out[10] <-- x < y;
    out[11] <-- x > y;
    out[12] <-- x <= y;
    out[13] <-- x >= y;
    out[14] <-- x == y;
    out[15] <-- x != y;
    out[16] <-- x && y;
    out[17] <-- x || y;
    out[18] <-- !x;
    out[19] <-- -x;
    out[20] <-- x ** 5;
    out[21] <-- x >> 3;
    out[22] <-- x << 5;
    out[23] <-- x >> y;
    out[24] <-- x << y;
    out[25] <-- x ** y;
}

component main = Operators();
