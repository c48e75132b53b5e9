// A signal that is not an array has no elements.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    b <== a[0]; // error: [E0007]
}
component main = Main();
