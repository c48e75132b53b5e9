// Signals in two blocks have one name.
pragma circom 2.2.0;
template Main() {
    signal input a;
    signal output b;
    { signal t <== a; b <== t; }
    { signal t <== a; } // error: [E0005]
}
component main = Main();
