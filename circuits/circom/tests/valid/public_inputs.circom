pragma circom 2.0.0;

// The public inputs stand in the order of their declarations, whatever the list says.
template Sum() {
    signal input hidden;
    signal input first[2];
    signal output out[2];
    signal input second;
    out[0] <== hidden * first[0];
    out[1] <== hidden * first[1] + second;
}

component main {public [second, first]} = Sum();
