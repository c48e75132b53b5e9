// fewer: a factor that cancels leaves no product
pragma circom 2.0.0;

template Forms() {
    signal input a;
    signal input b;
    signal input c;
    signal output out[7];
    out[0] <== (a + 2 * b - 3) * (c - a) + 5 * b - 7;
    out[1] <== -(a * b);
    out[2] <== 4 - a * (b + c);
    out[3] <== (a * b) * 3 / 2;
    out[4] <== (a + b) ** 2;
    out[5] <== (a - a) * b + c;
    out[6] <== a / 4 + b / (1 + 1);
}

component main = Forms();
