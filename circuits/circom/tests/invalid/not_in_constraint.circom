// A negation in a constraint.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    b <== !a; // error: [E0010]
}
component main = Main();
