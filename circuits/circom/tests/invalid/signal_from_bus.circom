// A bus is assigned to a signal.
pragma circom 2.2.0;
bus P() { signal x; }
template Main() {
    input P() p;
    signal output a;
    a <== p; // error: [E0008]
}
component main = Main();
