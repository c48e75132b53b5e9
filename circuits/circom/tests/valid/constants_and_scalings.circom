pragma circom 2.0.0;

template Scalings() {
    signal input in;
    signal output out[3];
    signal fixed;
    signal doubled;
    signal shifted;
    fixed <== 7;
    doubled <== 2 * in;
    shifted <== doubled + 5;
    out[0] <== fixed * in;
    out[1] <== doubled * shifted;
    out[2] <== fixed * fixed + shifted;
}

component main = Scalings();
