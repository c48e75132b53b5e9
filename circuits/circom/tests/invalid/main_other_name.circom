// The main component has another name.
pragma circom 2.2.0;
template Main() { signal input a; signal output b; b <== a; }
component other = Main(); // error: [E0002]
