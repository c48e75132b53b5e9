pragma circom 2.0.0;

template Fixed() {
    signal output out[2];
    out[0] <== 3;
    out[1] <== 4 * 5 - 2;
}

template NoInputs() {
    signal output out;
    component fixed = Fixed();
    out <== fixed.out[0] * fixed.out[1];
}

component main = NoInputs();
