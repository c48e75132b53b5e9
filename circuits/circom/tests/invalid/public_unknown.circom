// The public list names nothing.
pragma circom 2.2.0;
template Main() { signal input a; signal output b; b <== a; }
component main {public [c]} = Main(); // error: [E0006]
