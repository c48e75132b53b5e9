// inputs: below 16
pragma circom 2.0.0;

template Ifs() {
    signal input x;
    signal input y;
    signal output out[3];
    var smaller;
    var count = 0;
    if (x < y) {
        smaller = x;
        count = 1;
    } else {
        smaller = y;
        if (x == y) {
            count = 10;
        }
    }
    out[0] <-- smaller;
    out[1] <-- count;
    var table[4];
    for (var i = 0; i < 4; i++) {
        if ((x >> i) & 1) {
            table[i] = y + i;
        }
        count += table[i];
    }
    out[2] <-- count * table[2];
}

component main = Ifs();
