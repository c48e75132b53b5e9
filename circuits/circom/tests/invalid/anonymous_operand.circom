pragma circom 2.1.0;
template T() { signal input a; signal output b; b <== a * a; }
template Main() {
    signal input a;
    signal output b;
    b <== 1 + T()(a); // error: [E0008]
}
component main = Main();
