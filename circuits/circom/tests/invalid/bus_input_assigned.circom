// A field of a bus that is an input gets a value.
pragma circom 2.2.0;
bus P() { signal x; }
template Main() {
    input P() p;
    signal output b;
    p.x <== 3; // error: [E0011]
    b <== p.x;
}
component main = Main();
