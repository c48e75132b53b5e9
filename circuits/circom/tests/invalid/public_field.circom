// The public list names a field of a bus.
pragma circom 2.2.0;
bus P() { signal x; signal y; }
template Main() { input P() p; signal output b; b <== p.x; }
component main {public [p.x]} = Main(); // error: [E0002]
