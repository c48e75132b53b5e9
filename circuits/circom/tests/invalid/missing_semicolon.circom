pragma circom 2.1.0;
template Main() {
    signal input a
    signal output b; // error: [E0002]
    b <== a;
}
component main = Main();
