pragma circom 2.1.0;
template Main() {
    signal input a;
    signal output b;
    b = a; // error: [E0008]
}
component main = Main();
