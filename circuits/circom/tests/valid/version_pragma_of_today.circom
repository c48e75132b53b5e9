// The version of the pragma is the compiler's own.
pragma circom 2.2.3;
bus B() { signal x; }
template Main() { input B() a; signal output b; b <== a.x * a.x; }
component main = Main();
