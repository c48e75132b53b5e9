// An unknown pragma.
pragma circom 2.1.0;
pragma solidity 0.8.0; // error: [E0002]
template Main() { signal input a; signal output b; b <== a; }
component main = Main();
