pragma circom 2.0.0;

template Chain(n) {
    signal input in;
    signal output out;
    signal link[n];
    link[0] <== in;
    for (var i = 1; i < n; i++) {
        link[i] <== link[i - 1];
    }
    out <== link[n - 1] * link[0];
}

component main = Chain(10);
