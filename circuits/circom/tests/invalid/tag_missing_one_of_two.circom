// An input needs two tags and gets one.
pragma circom 2.2.0;
template Need() { signal input {binary, small} a; signal output b; b <== a; }
template Main() {
    signal input a;
    signal output b;
    signal {binary} t <== a;
    component need = Need();
    need.a <== t; // error: [E0016]
    b <== need.b;
}
component main = Main();
