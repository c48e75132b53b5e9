// The tags of a bus and the tag values of its fields go along with the whole bus.
pragma circom 2.2.0;
bus N() { signal {maxbit} v; signal w; }
template Pass() { input N() {ok} in; output N() {ok} out; out <== in; }
template Use() { input N() {ok} in; signal output o; o <== in.v * in.v.maxbit + in.ok * in.w; }
template Main() {
    signal input x;
    signal output y;
    N() {ok} n;
    n.ok = 3;
    n.v.maxbit = 7;
    n.v <== x;
    n.w <== x * x;
    component pass = Pass();
    pass.in <== n;
    component use = Use();
    use.in <== pass.out;
    y <== use.o;
}
component main = Main();
