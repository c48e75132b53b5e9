pragma circom 2.0.0;

template Dot(n, weights) {
    signal input in[n];
    signal output out;
    var sum = 0;
    for (var i = 0; i < n; i++) {
        sum += weights[i] * in[i];
    }
    out <== sum;
}

template Pair() {
    signal input in[2][3];
    signal output out[4];
    component dots[4];
    for (var i = 0; i < 4; i++) {
        dots[i] = Dot(3, i % 2 == 0 ? [1, 2, 3] : [4, 5, 6]);
        dots[i].in <== in[i \ 2];
        out[i] <== dots[i].out;
    }
}

component main = Pair();
