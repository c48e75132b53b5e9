// inputs: below 40
// Recursion that only the witness ends.
pragma circom 2.0.0;
function fibonacci(n) {
    if (n < 2) { return n; }
    var a = 0;
    var b = 1;
    for (var i = 1; i < n; i++) { var t = a + b; a = b; b = t; }
    return b;
}
function power(base, exponent) {
    if (exponent == 0) { return 1; }
    var half = power(base, exponent \ 2);
    if (exponent % 2 == 1) { return half * half * base; }
    return half * half;
}
template Main() {
    signal input n;
    signal output a;
    signal output b;
    a <-- fibonacci(n);
    b <-- power(3, n);
}
component main = Main();