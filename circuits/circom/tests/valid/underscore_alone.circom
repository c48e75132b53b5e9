// Underscores take signals, expressions and outputs of components.
pragma circom 2.2.0;
template T() { signal input a; signal output b; b <== a * a; }
template Main() {
    signal input a;
    signal output o;
    _ <== a;
    _ <== a * a + 1;
    _ <-- a \ 2;
    _ <== T()(a);
    _ = 5;
    (_, _) <== (T()(a), a);
    T()(a) ==> _;
    o <== a;
}
component main = Main();
