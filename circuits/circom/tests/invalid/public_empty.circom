// An empty public list.
pragma circom 2.2.0;
template Main() { signal input a; signal output b; b <== a; }
component main {public []} = Main(); // error: [E0002]
