// A function with the parentheses of an anonymous component.
pragma circom 2.2.0;
function f(x) { return x; }
template Main() {
    signal input a;
    signal output b;
    b <== f(1)(a); // error: [E0008]
}
component main = Main();
