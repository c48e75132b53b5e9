// An anonymous component with `<--`.
pragma circom 2.2.0;
template T() { signal input a; signal output b; b <== a; }
template Main() {
    signal input a;
    signal output b;
    b <-- T()(a); // error: [E0008]
}
component main = Main();
