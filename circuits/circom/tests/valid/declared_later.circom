pragma circom 2.0.0;

template Uses(n) {
    signal input in[n];
    signal output out;
    component used;
    used = Used(n + square(1));
    for (var i = 0; i < n; i++) {
        used.in[i] <== in[i];
    }
    used.in[n] <== 1;
    out <== used.out;
}

template Used(m) {
    signal input in[m];
    signal output out;
    var sum = 0;
    for (var i = 0; i < m; i++) {
        sum += (i + 1) * in[i];
    }
    out <== sum * sum;
}

function square(x) {
    return x * x;
}

component main = Uses(2);
