pragma circom 2.1.0;

template Square() {
    signal input in;
    signal output out;
    out <== in * in;
}

template Sums(n) {
    signal input in[n];
    signal output out;
    signal partial[n];
    var sum = 0;
    for (var i = 0; i < n; i++) {
        partial[i] <== Square()(in[i]);
        sum += partial[i];
    }
    out <== sum;
}

component main = Sums(4);
