// Tags on fields of buses, and on buses.
pragma circom 2.2.0;
bus Flags() { signal {binary} a; signal b; }
template Take() { input Flags() {checked} f; signal output out; out <== f.a * f.b; }
template Main() {
    signal input x;
    signal output y;
    Flags() {checked} flags;
    flags.a <== x;
    flags.b <== x + 1;
    y <== Take()(flags);
}
component main = Main();