// inputs: below 300
pragma circom 2.0.0;

template Operators() {
    signal input x;
    signal input y;
    signal output out[12];
    out[0] <-- x \ (y + 1);
    out[1] <-- x % (y + 1);
    out[2] <-- x >> y;
    out[3] <-- x << y;
    out[4] <-- x >> (0 - y);
    out[5] <-- x << (0 - y);
    out[6] <-- x ** y;
    out[7] <-- (x - y) < 0;
    out[8] <-- (x - y) \ 2;
    out[9] <-- (x - y) % 7;
    out[10] <-- ~(x - y);
    out[11] <-- (x < y) + (x == y) * 2;
}

component main = Operators();
