// Two arrays cannot be added.
pragma circom 2.2.0;
template Main() {
    signal input a[2];
    signal output b[2];
    b <== a + a; // error: [E0008]
}
component main = Main();
