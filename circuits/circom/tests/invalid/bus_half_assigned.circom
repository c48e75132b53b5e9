// A bus of which one field has no value is read as a whole.
pragma circom 2.2.0;
bus P() { signal x; signal y; }
template Main() {
    signal input a;
    output P() q;
    P() p;
    p.x <== a;
    q <== p; // error: [E0012]
}
component main = Main();
