// inputs: below 10
pragma circom 2.0.0;

template Ternaries() {
    signal input x;
    signal input y;
    signal output out[4];
    out[0] <-- x < y ? x : y;
    out[1] <-- x == 3 ? y * y : (y > 5 ? x \ 2 : x * y + 1);
    out[2] <-- (x && y) ? 1 / x : 0;
    var known = 3 < 4 ? 5 : 6;
    out[3] <== known * x;
}

component main = Ternaries();
