// Arrays of buses of two axes.
pragma circom 2.2.0;
bus Pair() { signal a[2]; signal b; }
template Main() {
    input Pair() in[2][2];
    output Pair() out[2][2];
    signal output total;
    var sum = 0;
    for (var i = 0; i < 2; i++) {
        for (var j = 0; j < 2; j++) {
            out[i][j].a[0] <== in[j][i].a[1];
            out[i][j].a[1] <== in[j][i].a[0];
            out[i][j].b <== in[i][j].b * in[j][i].b;
            sum += in[i][j].a[0];
        }
    }
    total <== sum;
}
component main = Main();