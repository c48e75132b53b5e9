// A tuple as an argument of a function.
pragma circom 2.2.0;
function f(x, y) { return x + y; }
template Main() {
    signal input a;
    signal output b;
    b <== f((a, a)); // error: [E0008]
}
component main = Main();
