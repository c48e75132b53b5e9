// A signal at an unknown index is assigned with a constraint.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b[4];
    b[a] <== 1; // error: [E0009]
}
component main = Main();
