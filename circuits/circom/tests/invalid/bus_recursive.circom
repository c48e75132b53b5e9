// A bus that contains itself.
pragma circom 2.2.0;
bus P(n) { signal x; P(n - 1) rest; } // error: [E0015]
template Main() { input P(2) p; signal output a; a <== p.x; }
component main = Main();
