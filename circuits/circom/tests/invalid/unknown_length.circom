pragma circom 2.1.0;
template Main() {
    signal input a;
    signal output b[a]; // error: [E0009]
}
component main = Main();
