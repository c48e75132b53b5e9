pragma circom 2.1.0;
template Main() {
    signal input a;
    signal input c;
    signal output b;
    b <== a * a + c * c; // error: [E0010]
}
component main = Main();
