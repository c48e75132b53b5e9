// A function's result is no place.
pragma circom 2.2.0;
function f(n) { return n; }
template Main() {
    signal input a;
    signal output b;
    f(1) = 3; // error: [E0008]
    b <== a;
}
component main = Main();
