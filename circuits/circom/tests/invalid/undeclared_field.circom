// A field that the bus does not have.
pragma circom 2.2.0;
bus P() { signal x; }
template Main() {
    input P() a;
    signal output b;
    b <== a.y; // error: [E0006]
}
component main = Main();
