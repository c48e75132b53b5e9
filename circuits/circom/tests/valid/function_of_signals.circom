// inputs: below 1000
pragma circom 2.0.0;

function minimum(a, b) {
    if (a < b) {
        return a;
    } else {
        return b;
    }
}

function horner(coefficients, x) {
    var result = 0;
    for (var i = 0; i < 4; i++) {
        result = result * x + coefficients[i];
    }
    return result;
}

function digits(x) {
    var result[4];
    for (var i = 0; i < 4; i++) {
        result[i] = x % 10;
        x = x \ 10;
    }
    return result;
}

template Calls() {
    signal input x;
    signal input y;
    signal output out[3];
    signal output digit[4];
    out[0] <-- minimum(x, y);
    out[1] <-- horner([1, x, y, 5], x);
    out[2] <-- minimum(horner([1, 2, 3, 4], y), x * x);
    digit <-- digits(x);
}

component main = Calls();
