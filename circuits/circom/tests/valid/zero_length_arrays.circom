pragma circom 2.0.0;

template Empty(n) {
    signal input in[n];
    signal input x;
    signal output out;
    var sum = x;
    for (var i = 0; i < n; i++) {
        sum += in[i];
    }
    out <== sum * x;
}

template Main() {
    signal input x;
    signal output out;
    component empty = Empty(0);
    empty.x <== x;
    out <== empty.out;
}

component main = Main();
