// A row is no number.
pragma circom 2.2.0;
template Main() {
    signal input a[2][2];
    signal output b;
    b <== a[0]; // error: [E0007]
}
component main = Main();
