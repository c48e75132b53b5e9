// An element at an unknown index, in a constraint.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal input t[4];
    signal output b;
    b <== t[a]; // error: [E0010]
}
component main = Main();
