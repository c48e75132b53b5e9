pragma circom 2.1.0;

template Initialised() {
    signal input a;
    signal input b[2];
    signal product <== a * b[0];
    signal copy[2] <== b;
    signal hint <-- product \ 7;
    signal output out[2] <== [product * hint, copy[0] * copy[1]];
}

component main = Initialised();
