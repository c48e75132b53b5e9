// An input needs a tag that the signal does not have.
pragma circom 2.2.0;
template Need() { signal input {binary} a; signal output b; b <== a; }
template Main() {
    signal input a;
    signal output b;
    component need = Need();
    need.a <== a; // error: [E0016]
    b <== need.b;
}
component main = Main();
