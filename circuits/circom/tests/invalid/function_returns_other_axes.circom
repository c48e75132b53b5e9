// A function returns a number or an array.
pragma circom 2.2.0;
function f(n) {
    if (n == 1) { return 1; }
    return [1, 2]; // error: [E0007]
}
template Main() { signal input a; signal output b; b <== a * f(1); }
component main = Main();
