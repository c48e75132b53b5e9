// differs: a call in a recursion that only the witness ends is left to the witness program
// A function that calls itself under an unknown condition without a return before.
pragma circom 2.2.0;
function f(x) { var r = 0; if (x != 0) { r = f(x - 1) + 1; } return r; }
template Main() { signal input a; signal output c; c <-- f(a); }
component main = Main();
