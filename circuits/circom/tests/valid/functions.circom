pragma circom 2.0.0;

function factorial(n) {
    if (n == 0) {
        return 1;
    }
    return n * factorial(n - 1);
}

function bits(n) {
    var length = 0;
    while (n > 0) {
        length++;
        n = n >> 1;
    }
    return length;
}

function powers(base, n) {
    var table[8];
    for (var i = 0; i < n; i++) {
        table[i] = base ** i;
    }
    return table;
}

function early(n) {
    for (var i = 0; i < n; i++) {
        if (i * i > n) {
            return i;
        }
    }
    return n;
}

template UsesFunctions() {
    signal input in;
    signal output out[4];
    var table[8] = powers(3, 8);
    out[0] <== factorial(6) * in;
    out[1] <== in + bits(1000);
    out[2] <== table[7] * in + table[2];
    out[3] <== early(50) * in;
}

component main = UsesFunctions();
