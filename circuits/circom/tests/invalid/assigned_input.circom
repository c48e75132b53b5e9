pragma circom 2.1.0;
template Main() {
    signal input a;
    signal output b;
    a <== 5; // error: [E0011]
    b <== a;
}
component main = Main();
