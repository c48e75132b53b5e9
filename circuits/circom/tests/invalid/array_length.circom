pragma circom 2.1.0;
template Main() {
    signal input a[3];
    signal output b[2];
    b <== a; // error: [E0007]
}
component main = Main();
