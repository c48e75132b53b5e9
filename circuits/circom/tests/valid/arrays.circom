pragma circom 2.1.0;

template Copy(n, m) {
    signal input in[n][m];
    signal output out[n][m];
    out <== in;
}
template Main() {
    signal input a[2][3];
    signal output out[3];
    component copy = Copy(2, 3);
    copy.in <== a;
    var weights[3] = [1, 20, 300];
    weights[1] = 5;
    for (var i = 0; i < 3; i++) {
        out[i] <== copy.out[0][i] * copy.out[1][i] + weights[i];
    }
}

component main = Main();
