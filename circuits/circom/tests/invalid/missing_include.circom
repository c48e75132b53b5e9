pragma circom 2.1.0;
include "nowhere.circom"; // error: [E0001]
template Main() { signal input a; signal output b; b <== a * a; }
component main = Main();
