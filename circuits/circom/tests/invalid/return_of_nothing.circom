// A return without a value.
pragma circom 2.2.0;
function f(n) {
    return; // error: [E0002]
}
template Main() { signal input a; signal output b; b <== a * f(1); }
component main = Main();
