// An anonymous component without outputs is given to a signal.
pragma circom 2.2.0;
template T() { signal input a; a === 1; }
template Main() {
    signal input a;
    signal output b;
    b <== T()(a); // error: [E0007]
}
component main = Main();
