// Functions compute parameters and lengths.
pragma circom 2.0.0;
function log2(n) { var r = 0; while (n > 1) { n \= 2; r++; } return r; }
template Bits(n) { signal input a; signal output b[n]; for (var i = 0; i < n; i++) { b[i] <-- (a >> i) & 1; b[i] * (b[i] - 1) === 0; } }
template Main(n) { signal input a; signal output o[log2(n)]; component bits = Bits(log2(n)); bits.a <== a; o <== bits.b; }
component main = Main(20);