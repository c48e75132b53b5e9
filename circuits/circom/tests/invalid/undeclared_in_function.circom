// A name in a function that is a template's.
pragma circom 2.2.0;
function f(x) { return x + n; } // error: [E0006]
template Main(n) {
    signal input a;
    signal output b;
    b <== a * f(1);
}
component main = Main(1);
