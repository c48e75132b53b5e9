// A variable takes a bus.
pragma circom 2.2.0;
bus P() { signal x; signal y; }
template Main() {
    input P() p;
    signal output a;
    var v = p; // error: [E0008]
    a <== p.x;
}
component main = Main();
