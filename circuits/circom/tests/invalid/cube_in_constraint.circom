// A third power in a constraint.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    b <-- a ** 3;
    b === a ** 3; // error: [E0010]
}
component main = Main();
