// Two buses contain one another.
pragma circom 2.2.0;
bus P() { Q() q; } bus Q() { P() p; } // error: [E0015]
template Main() { input P() a; signal output b; b <== 1; }
component main = Main();
