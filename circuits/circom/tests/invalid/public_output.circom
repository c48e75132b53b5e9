pragma circom 2.1.0;
template Main() { signal input a; signal output b; b <== a * a; }
component main {public [b]} = Main(); // error: [E0006]
