pragma circom 2.1.0;
template Main() {
    signal input a[2];
    signal output b;
    b <== a[2]; // error: [E0009]
}
component main = Main();
