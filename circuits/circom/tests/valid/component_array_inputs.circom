// Inputs of components by element, by row and whole.
pragma circom 2.0.0;
template Trace() { signal input m[2][2]; signal output t; t <== m[0][0] + m[1][1]; }
template Main() {
    signal input m[2][2];
    signal output o;
    component a = Trace();
    component b = Trace();
    component c = Trace();
    a.m <== m;
    b.m[0] <== m[1];
    b.m[1] <== m[0];
    for (var i = 0; i < 2; i++) { for (var j = 0; j < 2; j++) { c.m[i][j] <== m[j][i]; } }
    o <== a.t * b.t + c.t;
}
component main = Main();