// An array is given to an input of another length.
pragma circom 2.2.0;
template T() { signal input a[3]; signal output b; b <== a[0]; }
template Main() {
    signal input a[2];
    signal output b;
    b <== T()(a); // error: [E0007]
}
component main = Main();
