// A custom template without its pragma.
pragma circom 2.2.0;
template custom Gate() { signal input a; signal output b; b <-- a; } // error: [E0017]
template Main() { signal input a; signal output b; b <== Gate()(a); }
component main = Main();
