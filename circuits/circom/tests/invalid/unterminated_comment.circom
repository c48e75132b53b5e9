// A comment without an end.
pragma circom 2.2.0;
template Main() { signal input a; signal output b; b <== a; }
component main = Main();
/* never ended // error: [E0002]
