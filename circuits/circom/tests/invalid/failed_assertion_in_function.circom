// An assertion in a function fails.
pragma circom 2.2.0;
function f(n) {
    assert(n > 5); // error: [E0014]
    return n;
}
template Main() { signal input a; signal output b; b <== a * f(3); }
component main = Main();
