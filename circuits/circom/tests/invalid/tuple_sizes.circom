// Tuples of different sizes.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    signal c;
    (b, c) <== (a, a, a); // error: [E0007]
}
component main = Main();
