pragma circom 2.1.0;
template Main() {
    signal input a;
    signal output b;
    b <== a * a * a; // error: [E0010]
}
component main = Main();
