// An anonymous component with two outputs is given to one signal.
pragma circom 2.2.0;
template T() { signal input a; signal output b; signal output c; b <== a; c <== a; }
template Main() {
    signal input a;
    signal output b;
    b <== T()(a); // error: [E0007]
}
component main = Main();
