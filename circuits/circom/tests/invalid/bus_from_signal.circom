// A signal is assigned to a bus.
pragma circom 2.2.0;
bus P() { signal x; }
template Main() {
    signal input a;
    output P() q;
    q <== a; // error: [E0008]
}
component main = Main();
