// A signal is read before it gets its value.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    signal s;
    b <== s * 2; // error: [E0012]
    s <== a;
}
component main = Main();
