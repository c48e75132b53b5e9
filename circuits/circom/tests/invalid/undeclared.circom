pragma circom 2.1.0;
template Main() {
    signal input a;
    signal output b;
    b <== a * c; // error: [E0006]
}
component main = Main();
