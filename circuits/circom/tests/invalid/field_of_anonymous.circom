// An anonymous component has no fields.
pragma circom 2.2.0;
template T() { signal input a; signal output x; x <== a; }
template Main() {
    signal input a;
    signal output b;
    b <== T()(a).x; // error: [E0002]
}
component main = Main();
