pragma circom 2.0.0;

template Large() {
    signal input in;
    signal output out[4];
    var p = 21888242871839275222246405745257275088548364400416034343698204186575808495617;
    out[0] <== in * p + 1;
    out[1] <== in * (p - 1);
    out[2] <== in * 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF;
    out[3] <== in * (2 ** 253) + (1 << 252);
}

component main = Large();
