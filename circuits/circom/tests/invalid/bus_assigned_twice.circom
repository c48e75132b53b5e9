// A field gets a value before and with the whole bus.
pragma circom 2.2.0;
bus P() { signal x; signal y; }
template Main() {
    input P() p;
    output P() q;
    q.x <== p.y;
    q <== p; // error: [E0011]
}
component main = Main();
