// A component is made of a function.
pragma circom 2.2.0;
function f(n) { return n; }
template Main() {
    signal input a;
    signal output b;
    component c = f(1); // error: [E0008]
    b <== a;
}
component main = Main();
