pragma circom 2.0.0;

template Vars(n) {
    signal input in[n];
    signal output out[3];
    var copy[n] = in;
    var sums[n];
    sums[0] = copy[0];
    for (var i = 1; i < n; i++) {
        sums[i] = sums[i - 1] + i * copy[i];
    }
    out[0] <== sums[n - 1];
    out[1] <== sums[1] * sums[2];
    var product = copy[0] * copy[1];
    product += copy[2];
    out[2] <== product;
}

component main = Vars(4);
