// The main component is a bus.
pragma circom 2.2.0;
bus P() { signal x; }
component main = P(); // error: [E0008]
