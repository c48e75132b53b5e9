// Arrays of different lengths are constrained to be equal.
pragma circom 2.2.0;
template Main() {
    signal input a[2];
    signal input c[3];
    signal output b;
    b <== a[0];
    a === c; // error: [E0007]
}
component main = Main();
