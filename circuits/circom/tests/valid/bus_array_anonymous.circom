// An array of buses goes into an anonymous component as a row and as an inline array.
pragma circom 2.2.0;
bus P() { signal x; signal y; }
template Sum() { input P() in[2]; signal output out; out <== in[0].x * in[1].y; }
template Main() {
    input P() a[2][2];
    signal output out[2];
    out[0] <== Sum()(a[1]);
    out[1] <== Sum()([a[0][1], a[1][0]]);
}
component main = Main();
