// The public list names a signal that is no input.
pragma circom 2.2.0;
template Main() { signal input a; signal s; signal output b; s <== a; b <== s; }
component main {public [s]} = Main(); // error: [E0006]
