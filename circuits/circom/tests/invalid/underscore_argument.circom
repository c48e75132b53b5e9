// An underscore as an argument.
pragma circom 2.2.0;
template T() { signal input a; signal output b; b <== 1; }
template Main() {
    signal input a;
    signal output b;
    b <== T()(_); // error: [E0008]
}
component main = Main();
