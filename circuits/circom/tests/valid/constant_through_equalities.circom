pragma circom 2.0.0;

template Inner() {
    signal input factor;
    signal input in;
    signal output out;
    out <== factor * in;
}

template Outer() {
    signal input in;
    signal output out[2];
    component inner[2];
    for (var i = 0; i < 2; i++) {
        inner[i] = Inner();
        inner[i].factor <== 3 + i;
        inner[i].in <== in;
    }
    out[0] <== inner[0].out * inner[1].out;
    out[1] <== inner[0].out + inner[1].out;
}

component main = Outer();
