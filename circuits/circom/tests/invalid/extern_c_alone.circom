// Only custom templates are `extern_c`.
pragma circom 2.1.0;
template extern_c Main() { signal input a; signal output b; b <-- a; } // error: [E0017]
component main = Main();
