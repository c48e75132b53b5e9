// inputs: below 60
pragma circom 2.0.0;

function gcd(a, b) {
    if (b == 0) {
        return a;
    }
    return gcd(b, a % b);
}

function ackermann(m, n) {
    if (m == 0) {
        return n + 1;
    }
    if (n == 0) {
        return ackermann(m - 1, 1);
    }
    return ackermann(m - 1, ackermann(m, n - 1));
}

function power(x, n) {
    if (n == 0) {
        return 1;
    }
    var half = power(x, n >> 1);
    return (n & 1) ? half * half * x : half * half;
}

template Recursion() {
    signal input x;
    signal input y;
    signal output out[4];
    out[0] <-- gcd(x, y);
    out[1] <-- ackermann(2, x & 7);
    out[2] <-- power(x, y);
    out[3] <-- power(x, 13);
}

component main = Recursion();
