pragma circom 2.0.0;

template Branches(n) {
    signal input in;
    signal output out;
    var value = in;
    for (var i = 0; i < n; i++) {
        if (i % 3 == 0) {
            value = value + i;
        } else if (i % 3 == 1) {
            value = 2 * value;
        } else {
            var j = 0;
            while (j < i) {
                value = value - j;
                j += 2;
            }
        }
    }
    if (n > 100) {
        out <== in * in;
    } else {
        out <== value * in;
    }
}

component main = Branches(11);
