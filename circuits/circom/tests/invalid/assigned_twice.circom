pragma circom 2.1.0;
template Main() {
    signal input a;
    signal output b;
    b <== a;
    b <== a + 1; // error: [E0011]
}
component main = Main();
