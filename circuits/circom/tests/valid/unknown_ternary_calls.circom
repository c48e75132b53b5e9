// inputs: below 50
// Calls in the branches of a ternary.
pragma circom 2.0.0;
function halves(x) { var n = 0; while (x % 2 == 0 && x != 0) { x = x \ 2; n++; } return n; }
template Main() {
    signal input a;
    signal output b;
    b <-- a == 0 ? 77 : halves(a);
}
component main = Main();