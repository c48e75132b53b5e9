// Templates and functions that nothing uses may hold what is no quadratic constraint.
pragma circom 2.2.0;
function forever(n) { return forever(n + 1); }
template Cubic() { signal input a; signal output b; b <== a * a * a; assert(1 == 2); }
template Main() { signal input a; signal output o; o <== a; }
component main = Main();
