// inputs: below 200
pragma circom 2.0.0;

function root(x) {
    var r = 0;
    while ((r + 1) * (r + 1) <= x) {
        r++;
    }
    return r;
}

template Root() {
    signal input in;
    signal output out;
    signal rest;
    out <-- root(in);
    rest <-- in - out * out;
    in === out * out + rest;
}

template Roots(n) {
    signal input in[n];
    signal output out;
    component roots[n];
    var sum = 0;
    for (var i = 0; i < n; i++) {
        roots[i] = Root();
        roots[i].in <== in[i];
        sum += roots[i].out;
    }
    component last = Root();
    last.in <== sum;
    var table[3] = [last.out, 7, roots[0].out];
    var chosen = 0;
    var i = 0;
    while (i < last.out) {
        chosen += table[i % 3] * roots[1].out;
        i++;
    }
    signal hint;
    hint <-- chosen;
    out <== hint * last.out;
}

component main = Roots(3);
