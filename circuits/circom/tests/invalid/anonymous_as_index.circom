// An anonymous component as an index.
pragma circom 2.2.0;
template T() { signal input a; signal output b; b <== a; }
template Main() {
    signal input a[2];
    signal output b;
    b <== a[T()(1)]; // error: [E0008]
}
component main = Main();
