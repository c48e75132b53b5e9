// A signal has the name of its template, a variable that of a function, and parameters change.
pragma circom 2.2.0;
function f(x) { x *= 2; return x; }
template Main(n) {
    signal input Main;
    signal output c;
    n = n + 3;
    var f = f(n);
    c <== Main * f + n;
}
component main = Main(2);
