// A signal is declared twice in a template that nothing uses.
pragma circom 2.2.0;
template T() { signal input a; signal input a; } // error: [E0005]
template Main() { signal input a; signal output b; b <== a; }
component main = Main();
