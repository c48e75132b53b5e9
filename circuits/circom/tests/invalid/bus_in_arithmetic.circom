// A bus is no number.
pragma circom 2.2.0;
bus P() { signal x; signal y; }
template Main() {
    input P() p;
    signal output b;
    b <== p + 1; // error: [E0008]
}
component main = Main();
