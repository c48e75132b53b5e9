// differs: buses are not supported yet
pragma circom 2.2.0;
bus Point() { signal x; signal y; } // error: [E0016]
template Main() { signal input a; signal output b; b <== a * a; }
component main = Main();
