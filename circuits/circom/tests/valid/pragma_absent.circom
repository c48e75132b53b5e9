// A file without a version.
template Main() { signal input a; signal output b; b <== a * a; }
component main = Main();
