pragma circom 2.0.0;

template Compound() {
    signal input in;
    signal output out[12];
    var a = 100;
    a += 7; out[0] <== a * in;
    a -= 200; out[1] <== a * in;
    a *= 3; out[2] <== a * in;
    a /= 3; out[3] <== a * in;
    a = 1000;
    a \= 7; out[4] <== a * in;
    a %= 60; out[5] <== a * in;
    a <<= 3; out[6] <== a * in;
    a >>= 1; out[7] <== a * in;
    a |= 5; out[8] <== a * in;
    a &= 13; out[9] <== a * in;
    a ^= 255; out[10] <== a * in;
    a **= 3; out[11] <== a * in;
    a++;
    a--;
}

component main = Compound();
