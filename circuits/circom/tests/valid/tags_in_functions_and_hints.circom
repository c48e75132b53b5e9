// Values of tags in function calls, hints and under unknown conditions.
pragma circom 2.2.0;
function low(x, n) { return x % (2 ** n); }
template Low() {
    signal input {maxbit} in;
    signal output out;
    var v = 0;
    if (in > 5) { v = low(in, in.maxbit); } else { v = in.maxbit; }
    out <-- v;
}
template Main() {
    signal input a;
    signal output o;
    signal {maxbit} t;
    t.maxbit = 4;
    t <== a;
    o <== Low()(t);
}
component main = Main();
