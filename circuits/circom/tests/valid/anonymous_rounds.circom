pragma circom 2.1.0;

// Anonymous components are numbered by the rounds of the innermost loop.
template Square(n) {
    signal input in;
    signal output out;
    out <== in * in + n;
}

template Main() {
    signal input in;
    signal output out;
    signal a[3][2];
    var sum = 0;
    for (var i = 0; i < 3; i++) {
        for (var j = 0; j < 2; j++) {
            a[i][j] <== Square(i)(in + j);
            sum += a[i][j];
        }
        if (i == 1) {
            _ <== Square(4)(in);
        }
    }
    signal t <== Square(7)(Square(8)(in));
    out <== sum + t;
}

component main = Main();
