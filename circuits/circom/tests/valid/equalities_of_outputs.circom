pragma circom 2.0.0;

template Copy() {
    signal input in;
    signal output out[3];
    signal output alias;
    out[0] <== in;
    out[1] <== out[0];
    out[2] <== 9;
    alias <== out[1] + 0;
}

component main {public [in]} = Copy();
