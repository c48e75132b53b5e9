// A template contains itself.
pragma circom 2.2.0;
template Main() { signal input a; component m = Main(); m.a <== a; } // error: [E0015]
component main = Main();
