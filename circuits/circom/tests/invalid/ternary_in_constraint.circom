// A ternary with an unknown condition in a constraint.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    b <== a == 1 ? 2 : 3; // error: [E0010]
}
component main = Main();
