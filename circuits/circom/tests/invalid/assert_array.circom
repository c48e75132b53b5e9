// An assertion of an array.
pragma circom 2.2.0;
template Main() {
    signal input a[2];
    signal output b;
    assert(a); // error: [E0008]
    b <== a[0];
}
component main = Main();
