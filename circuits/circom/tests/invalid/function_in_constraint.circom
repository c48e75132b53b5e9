// A function decides by a signal, in a constraint.
pragma circom 2.2.0;
function f(x) { if (x == 1) { return 2; } return 3; }
template Main() {
    signal input a;
    signal output b;
    b <== f(a); // error: [E0010]
}
component main = Main();
