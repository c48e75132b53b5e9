// A bus is assigned to one of another kind with the same fields.
pragma circom 2.2.0;
bus P() { signal x; signal y; }
bus Q() { signal x; signal y; }
template Main() {
    input P() p;
    output Q() q;
    q <== p; // error: [E0008]
}
component main = Main();
