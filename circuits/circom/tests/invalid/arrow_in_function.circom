// A function assigns with an arrow.
pragma circom 2.2.0;
function f(x) {
    var y;
    y <== x; // error: [E0008]
    return y;
}
template Main() { signal input a; signal output b; b <== a * f(1); }
component main = Main();
