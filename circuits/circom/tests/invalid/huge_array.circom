pragma circom 2.1.0;
template Main() {
    signal input a[1 << 40][1 << 40]; // error: [E0015]
    signal output b;
    b <== a[0][0];
}
component main = Main();
