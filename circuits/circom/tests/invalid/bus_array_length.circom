// Arrays of buses of different lengths.
pragma circom 2.2.0;
bus P() { signal x; }
template Main() {
    input P() p[2];
    output P() q[3];
    q <== p; // error: [E0007]
}
component main = Main();
