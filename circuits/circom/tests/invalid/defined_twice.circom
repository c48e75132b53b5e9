pragma circom 2.1.0;
template Main() { signal input a; signal output b; b <== a * a; }
template Main() { signal input a; signal output b; b <== a * a; } // error: [E0005]
component main = Main();
